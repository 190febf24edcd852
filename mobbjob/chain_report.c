/* mobbjob/chain_report.c - see mobbjob/chain_report.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "mobbjob/chain_report.h"

static const char style[] =
	"body{font:14px sans-serif;margin:2em;color:#111}"
	"table{border-collapse:collapse;width:100%}"
	"td,th{border:1px solid #999;padding:.4em;text-align:left;"
	"vertical-align:top;font-weight:normal}"
	"thead th{background:#eee;font-weight:bold}"
	"tr.differs td,tr.differs th{background:#fdd}"
	"tr.hand td,tr.hand th{background:#ffd}"
	"code{font-size:12px;overflow-wrap:anywhere}"
	"td.seen{min-width:12em}b{white-space:nowrap}";

enum chain_verdict
chain_row_judge(const struct chain_row *row, const char **text_out)
{
	const struct chain_case *c = chain_find(row->name);
	const struct chain_end end = { .failed = row->state == CHAIN_FAILED ||
						 row->state == CHAIN_EXPIRED,
		.results = row->results,
		.codes = row->codes,
		.total = row->total,
		.contradicts = row->results > 1 && row->reason[0] != '\0',
		.down = row->down_until_ms > 0 };

	if (c != NULL)
		return chain_judge(c, &end, text_out);
	*text_out = "another version of mobbjob planned it";
	return CHAIN_DIFFERS;
}

const char *
chain_verdict_word(enum chain_verdict verdict)
{
	switch (verdict) {
	case CHAIN_OPEN:
		return "open";
	case CHAIN_EXPECTED:
		return "as expected";
	case CHAIN_DIFFERS:
		return "DIFFERS";
	case CHAIN_BY_HAND:
		break;
	}
	return "by hand";
}

static void
element(struct buf *out, const char *before, const char *text,
	const char *after)
{
	buf_text(out, before);
	buf_xml(out, text);
	buf_text(out, after);
}

static void
moment(struct buf *out, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms == 0)
		return;
	clock_local(ms, text);
	buf_format(out, "%s %s<br>", name, text);
}

static void
letter_ids(const struct chain_row *row, struct buf *out)
{
	char id[UUID_TEXT_MAX];
	struct uuid uuid;
	int64_t i;

	buf_format(out,
		row->letters > 1 ? "<details><summary>%" PRId64
				   " BerichtIDs</summary>"
				 : "BerichtID ",
		row->letters);
	for (i = 0; i < row->letters; i++) {
		uuid = chain_letter_id(&row->batch_id, (int)i);
		uuid_text(&uuid, id);
		buf_format(out, "<code>%s</code><br>", id);
	}
	if (row->letters > 1)
		buf_text(out, "</details>");
}

/* What left. */
static void
sent(const struct chain_row *row, struct buf *out)
{
	char id[UUID_TEXT_MAX];

	uuid_text(&row->batch_id, id);
	buf_format(out, "<td>BatchID <code>%s</code><br>", id);
	letter_ids(row, out);
	if (row->message_id[0] != '\0')
		element(out, "MessageId <code>", row->message_id,
			"</code><br>");
	moment(out, "sent", row->posted_ms);
	moment(out, "acknowledged", row->acknowledged_ms);
	if (row->payload_bytes > 0)
		buf_format(out,
			"%" PRId64 " letter%s, %" PRId64 " bytes, %d post%s",
			row->letters, row->letters == 1 ? "" : "s",
			row->payload_bytes, row->posts,
			row->posts == 1 ? "" : "s");
	buf_text(out, "</td>");
}

static void
got(const struct chain_row *row, struct buf *out)
{
	buf_text(out, "<td>");
	if (row->results > 0) {
		element(out, "<code>", row->codes, "</code><br>");
		buf_format(out, "%" PRId64 " letters counted<br>", row->total);
		moment(out, "result", row->result_ms);
		if (row->results > 1)
			buf_format(out, "%d results<br>", row->results);
	} else {
		buf_xml(out, chain_word(row->state));
	}
	if (row->down_until_ms > 0)
		moment(out, "listener down until", row->down_until_ms);
	if (row->reason[0] != '\0')
		element(out, "<br>", row->reason, "");
	buf_text(out, "</td>");
}

/* Whose MijnOverheid is to be looked at. */
static void
seen(const struct chain_report *r, const struct chain_row *row,
	const struct chain_case *c, struct buf *out)
{
	bool of[CHAIN_ACCOUNTS_MAX] = { false };
	const char *between = "<td>";
	int64_t i;
	size_t k;

	for (i = 0; i < row->letters; i++)
		of[chain_account_of(c, r->accounts, r->account_count, (int)i)] =
			true;
	for (k = 0; k < r->account_count; k++)
		if (of[k]) {
			element(out, between, r->accounts[k].name, "");
			between = ", ";
		}
	element(out, ": ", c->look, "</td><td class=\"seen\"></td>");
}

static void
print_row(const struct chain_report *r, const struct chain_row *row,
	struct buf *out)
{
	const struct chain_case *c = chain_find(row->name);
	const char *text, *kind = "";
	enum chain_verdict verdict = chain_row_judge(row, &text);

	if (verdict == CHAIN_DIFFERS)
		kind = " class=\"differs\"";
	else if (verdict == CHAIN_BY_HAND)
		kind = " class=\"hand\"";
	buf_format(out, "<tr%s><th>%d</th>", kind, row->nth);
	element(out, "<td>", row->name, "<br>");
	if (c != NULL)
		element(out, "", c->title,
			c->refused ? "<br><i>our own checks refuse this</i>"
				   : "");
	buf_text(out, "</td>");
	sent(row, out);
	element(out, "<td><code>", c == NULL ? "" : c->expect, "</code></td>");
	got(row, out);
	element(out, "<td><b>", chain_verdict_word(verdict), "</b><br>");
	element(out, "", text, "</td>");
	if (c != NULL)
		seen(r, row, c, out);
	else
		buf_text(out, "<td></td><td class=\"seen\"></td>");
	buf_text(out, "</tr>\n");
}

static void
print_head(const struct chain_report *r, struct buf *out)
{
	const struct chain_run *run = r->run;
	size_t k, of[CHAIN_BY_HAND + 1] = { 0 };
	const char *text;

	for (k = 0; k < r->count; k++)
		of[chain_row_judge(&r->rows[k], &text)]++;
	buf_format(out,
		"<!DOCTYPE html>\n<html lang=\"en\"><head>"
		"<meta charset=\"utf-8\"><title>Chain test %" PRId64
		"</title><style>%s</style></head><body>\n<h1>Chain "
		"test (ketentest) %" PRId64 "</h1>\n<p>",
		run->number, style, run->number);
	element(out, "Endpoint ", run->endpoint, " (");
	element(out, "", run->environment, "), sender ");
	element(out, "", run->sender, ", OIN ");
	element(out, "", run->oin, ", BerichtType ");
	element(out, "", run->type, ".<br>Planned by ");
	element(out, "", run->person, ": ");
	element(out, "", run->reason, ".<br>");
	moment(out, "Planned", run->at_ms);
	moment(out, "This report", r->now_ms);
	element(out, "mobbjob ", r->version, "</p>\n<p>Test accounts: ");
	for (k = 0; k < r->account_count; k++) {
		element(out, k == 0 ? "" : ", ", r->accounts[k].name, "");
		buf_text(out, r->accounts[k].subscribed ? " (subscribed)"
							: " (not subscribed)");
	}
	buf_format(out,
		".</p>\n<p><b>%zu cases: %zu as expected, %zu differ, "
		"%zu by hand, %zu open.</b></p>\n",
		r->count, of[CHAIN_EXPECTED], of[CHAIN_DIFFERS],
		of[CHAIN_BY_HAND], of[CHAIN_OPEN]);
}

void
chain_report_write(const struct chain_report *report, struct buf *out)
{
	size_t i;

	assert(report->account_count <= CHAIN_ACCOUNTS_MAX);
	print_head(report, out);
	buf_text(out, "<table><thead><tr><th>#</th><th>Case</th><th>Sent</th>"
		      "<th>Expected</th><th>Got</th><th>Verdict</th>"
		      "<th>Look for, in the account of</th>"
		      "<th>Seen in MijnOverheid, by whom, when</th></tr>"
		      "</thead><tbody>\n");
	for (i = 0; i < report->count; i++)
		print_row(report, &report->rows[i], out);
	buf_text(out, "</tbody></table>\n</body></html>\n");
}
