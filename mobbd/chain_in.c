/* mobbd/chain_in.c - see mobbd/chain_in.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "channels/channel.h"
#include "mobbd/chain_in.h"

#define CODES_MAX 12 /* different ones in a result that are told */
#define CODE_CHARS 48

struct tally {
	char code[CODE_CHARS];
	int64_t letters;
};

static void
count(struct tally *tallies, size_t *n, const char *code, int64_t letters)
{
	size_t i;

	for (i = 0; i < *n; i++)
		if (strcmp(tallies[i].code, code) == 0)
			break;
	if (i == CODES_MAX || letters <= 0)
		return;
	if (i == *n) {
		tallies[(*n)++] = (struct tally){ .letters = 0 };
		strncpy(tallies[i].code, code, CODE_CHARS - 1);
	}
	tallies[i].letters += letters;
}

/* "Verwerkt", or "Verwerkt 998, TechnischProbleem 2".  What is not listed was
 * delivered, if the counters say exactly that.
 */
static const char *
codes_of(const struct receipt *receipt, struct arena *mem)
{
	struct tally tallies[CODES_MAX];
	bool delivered = false;
	const char *text = "";
	char contradicts[160];
	size_t i, n = 0;

	if (!receipt_check(receipt, receipt->total, &delivered, contradicts))
		return arena_format(mem, "contradicts itself: %s", contradicts);
	for (i = 0; i < receipt->line_count; i++)
		count(tallies, &n, receipt->lines[i].code, 1);
	if (delivered)
		count(tallies, &n, "Verwerkt",
			receipt->total - (int64_t)receipt->line_count);
	if (n == 1)
		return arena_text(
			mem, tallies[0].code, strlen(tallies[0].code));
	for (i = 0; i < n; i++)
		text = arena_format(mem, "%s%s%s %" PRId64, text,
			i == 0 ? "" : ", ", tallies[i].code,
			tallies[i].letters);
	return text;
}

enum verdict
chain_in(struct role_run *run, const struct inbound *in, bool *ours_out,
	struct fault *why)
{
	struct store *store = run->site->store;
	struct receipt receipt;
	struct fault unused;
	enum verdict v;

	*ours_out = false;
	if (in->kind == EBMS_ACKNOWLEDGMENT || in->kind == EBMS_MESSAGE_ERROR)
		return store_chain_signal(
			store, in, clock_now_ms(), ours_out, why);
	if (strcmp(in->action, ACTION_BV_RESULT) != 0 ||
		box_result_read(in->payload, in->payload_len, &run->mem,
			&receipt, &unused) != V_OK)
		return V_OK;
	v = store_chain_result(store, in, &receipt.batch_id,
		codes_of(&receipt, &run->mem), receipt.total, ours_out, why);
	if (v == V_OK && *ours_out)
		log_line("a result of a chain test");
	return v;
}
