/* mobbd/courier_cpas.c - what is under way under a CPA that nobody has
 *
 * Its answers are refused and it is not offered again, until a person puts the
 * former CPA into cpa_before.  Nothing is lost meanwhile on our side.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "batch/advice.h"
#include "mobbd/courier.h"

#define LOOK_MS 3600000 /* between two looks */

static void
tell(struct role_run *run, const struct cpa_under_way *cpa)
{
	const struct advice *advice = advice_find(CODE_CPA_GONE);
	struct fault what = FAULT_NONE;

	(void)fault_set(&what, V_SKIP, CODE_CPA_GONE,
		"no sender has CPA %.150s any more, and under way under it "
		"are %" PRId64 " lots, %" PRId64 " replies",
		cpa->cpa_id, cpa->lots, cpa->replies);
	fault_at(&what, "%s", run->site->file);
	log_fault(&what);
	log_line("what to do: %s", advice->todo);
}

static enum verdict
look(struct role_run *run, const struct store_part *others, struct fault *why)
{
	struct buf names = BUF_MAX(100000);
	struct courier *own = run->own;
	struct cpa_under_way *cpas;
	uint8_t digest[32];
	size_t count, i;
	enum verdict v;

	v = store_cpas_under_way(
		run->site->store, others, &run->mem, &cpas, &count, why);
	for (i = 0; v == V_OK && i < count; i++)
		buf_format(&names, "%s\n", cpas[i].cpa_id);
	digest_of(count == 0 ? "" : names.bytes, names.len, digest);
	for (i = 0; v == V_OK && i < count; i++)
		if (memcmp(digest, own->cpas_told, sizeof(digest)) != 0)
			tell(run, &cpas[i]);
	if (v == V_OK)
		memcpy(own->cpas_told, digest, sizeof(digest));
	buf_done(&names);
	return v;
}

enum verdict
courier_cpas(struct role_run *run, struct fault *why)
{
	struct courier *own = run->own;
	int64_t now_ms = clock_tick_ms(), count = 0;
	struct store_part ids;
	enum verdict v;

	if (now_ms < own->cpas_ms)
		return V_OK;
	own->cpas_ms = now_ms + LOOK_MS;
	if (!site_cpa_ids(run->site, &run->mem, &ids))
		return V_OK;
	ids.others = true;
	v = look(run, &ids, why);
	if (v == V_OK)
		v = store_push_drop(
			run->site->store, &ids, clock_now_ms(), &count, why);
	if (v == V_OK && count > 0)
		log_line("%" PRId64 " replies are given up: no sender has "
			 "their CPA any more",
			count);
	return v;
}
