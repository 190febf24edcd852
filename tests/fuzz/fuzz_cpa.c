/* tests/fuzz/fuzz_cpa.c - any bytes as an agreement, and as a result
 *
 * The agreement is read as either party, with and without actions in use, and
 * whatever is read must hold together; what the operator is shown is walked.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "channels/channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static size_t told;

static void
on_mistake(void *self, const struct fault *mistake)
{
	(void)self;
	assert(mistake->code == CODE_CPA ||
		mistake->code == CODE_CPA_UNSUPPORTED);
	assert(mistake->text[0] != '\0');
	told++;
}

static void
walk_action(const struct cpa_action *a, bool plain)
{
	assert(strncmp(a->url, "https://", 8) == 0 ||
		(plain && strncmp(a->url, "http://", 7) == 0));
	assert(strlen(a->name) > 0 && strlen(a->service) > 0);
	assert(strlen(a->from.id) > 0 && strlen(a->to.id) > 0);
	assert(strlen(a->from.role) > 0 && strlen(a->to.role) > 0);
	assert(a->retries >= 0 && a->retries <= 100);
	assert(a->ttl_ms ==
		(a->interval_ms > 0 ? (1 + a->retries) * a->interval_ms : 0));
	assert(a->keep_ms >= a->ttl_ms && a->keep_ms >= a->persist_ms);
	assert(strlen(a->from_channel) > 0 && strlen(a->to_channel) > 0);
	assert(a->client == NULL || a->client->used);
	assert(a->server == NULL || a->server->used);
}

static void
walk(const struct cpa *cpa, bool plain)
{
	size_t i, count;
	int which;

	assert(cpa->start_ms < cpa->end_ms && strlen(cpa->id) > 0);
	assert(cpa->our_id_count > 0 && cpa->their_id_count > 0);
	assert(cpa->our_host != NULL && cpa->our_signal_url != NULL);
	assert(cpa_signal_url(cpa, "Ping", false) != NULL);
	for (i = 0; i < cpa->action_count; i++)
		walk_action(&cpa->actions[i], plain);
	for (i = 0; i < cpa->left_out_count; i++)
		assert(strlen(cpa->left_out[i].reason) > 0 &&
			strncmp(cpa->left_out[i].place, "CPA line ", 9) == 0);
	for (i = 0; i < cpa->note_count; i++)
		assert(strlen(cpa->notes[i].text) > 0);
	for (which = 0; which < CPA_SHOWS; which++) {
		(void)cpa_certificates(cpa, (enum cpa_shows)which, &count);
		assert(count <= cpa->certificate_count);
	}
}

static void
read_as(const uint8_t *bytes, size_t len, const char *oin,
	const char *const *use, bool plain)
{
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	struct cpa cpa;
	enum verdict v;

	told = 0;
	v = cpa_check((const char *)bytes, len, oin, use, plain, on_mistake,
		NULL, &mem, &cpa, &why);
	assert((v == V_OK) == (told == 0) && told <= CPA_MISTAKES_MAX);
	if (v == V_OK)
		walk(&cpa, plain);
	else
		assert(why.code != CODE_NONE);
	arena_done(&mem);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const use[] = { ACTION_BV_REQUEST, ACTION_BV_RESULT,
		NULL };
	struct arena mem = ARENA_EMPTY;
	struct receipt receipt;
	const char *ids[2];
	struct fault why;

	read_as(bytes, len, "00000099000000010000", use, false);
	read_as(bytes, len, "00000099000000020000", NULL, true);
	if (cpa_parties((const char *)bytes, len, &mem, ids, &why) == V_OK) {
		assert(strlen(ids[0]) > 0 && strlen(ids[1]) > 0);
		read_as(bytes, len, ids[0], NULL, true);
	}
	if (box_result_read(bytes, len, &mem, &receipt, &why) == V_OK)
		assert(receipt.total >= 0 && receipt.line_count <= 1000);
	arena_done(&mem);
	return 0;
}
