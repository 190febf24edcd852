/* mobbjob/check_cpa.c - see mobbjob/check_cpa.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "channels/look.h"
#include "mobbjob/check_cpa.h"
#include "mobbjob/check_tell.h"
#include "mobbjob/show.h"

#define FILE_BYTES_MAX 4000000
#define MS_PER_DAY INT64_C(86400000)
#define SOON_DAYS 30

static const char *const actions[] = { "GLOBE-R-BV-Request",
	"GLOBE-R-BV-Result", NULL };

static void
check_lifetime(struct call *call, const char *path, const struct cpa *cpa,
	const char *text)
{
	struct fault why = FAULT_NONE;
	int64_t now_ms = clock_now_ms();
	const char *until = show_time(cpa->end_ms, &call->mem);

	if (now_ms < cpa->start_ms || now_ms > cpa->end_ms) {
		fault_set(&why, V_BROKEN, CODE_CPA,
			"CPA is valid from %s to %s",
			show_time(cpa->start_ms, &call->mem), until);
		check_bad(call, path, &why);
		return;
	}
	check_good(call, path,
		arena_format(&call->mem, "%s, valid until %s%s", text, until,
			cpa->end_ms - now_ms < SOON_DAYS * MS_PER_DAY
				? ": replace it soon"
				: ""));
}

void
check_cpa(struct call *call, const struct jobs_sender *sender)
{
	const char *path = site_path(&call->site, sender->cpa);
	struct buf text = BUF_MAX(FILE_BYTES_MAX);
	struct fault why = FAULT_NONE;
	struct cpa cpa;
	enum verdict v;

	v = file_get(AT_FDCWD, path, &text, &why);
	if (v == V_OK)
		v = cpa_read(text.bytes, text.len, sender->oin, actions, false,
			&call->mem, &cpa, &why);
	else
		why.code = CODE_CPA;
	if (v != V_OK)
		check_bad(call, path, &why);
	else
		check_lifetime(call, path, &cpa,
			arena_format(&call->mem, "CPA %s with %s", cpa.id,
				cpa.theirs.id));
	buf_done(&text);
}

enum verdict
check_cpa_file(struct call *call, const char *path, struct fault *why)
{
	struct buf text = BUF_MAX(FILE_BYTES_MAX);
	struct cpa cpa;
	enum verdict v;
	size_t i;

	v = site_open(call->options.jobs_file, &call->site, why);
	if (v == V_OK)
		v = file_get(AT_FDCWD, path, &text, why);
	if (v == V_OK && call->site.jobs.sender_count == 0)
		v = fault_set(why, V_BROKEN, CODE_CPA,
			"the jobs file has no sender it could be for");
	for (i = 0; v == V_OK && i < call->site.jobs.sender_count; i++)
		if (cpa_read(text.bytes, text.len,
			    call->site.jobs.senders[i].oin, actions, false,
			    &call->mem, &cpa, why) == V_OK)
			break;
	if (v == V_OK && i == call->site.jobs.sender_count)
		v = V_BROKEN; /* what is wrong with it for the last sender */
	buf_done(&text);
	if (v != V_OK) {
		fault_at(why, "%s", path);
		return v;
	}
	check_lifetime(call, path, &cpa,
		arena_format(&call->mem, "CPA %s with %s, sender %s", cpa.id,
			cpa.theirs.id, call->site.jobs.senders[i].name));
	return V_OK;
}
