/* mobbjob/report_html.c - the report of a job as one page (report_view.h)
 *
 * XHTML, so that a reader of XML can check it; pictures are drawn in it.  It
 * prints on A4.  Every text goes through buf_xml(), every picture has its
 * figures in words beside it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "base/version.h"
#include "batch/advice.h"
#include "mobbjob/report_view.h"
#include "mobbjob/show.h"

static const char head[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<!DOCTYPE html>\n"
	"<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
	"<meta charset=\"UTF-8\"/>\n"
	"<meta name=\"viewport\" content=\"width=device-width\"/>\n"
	"<meta http-equiv=\"Content-Security-Policy\" "
	"content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
	"<style>\n"
	"@page { size: A4; margin: 18mm }\n"
	"body { font: 11pt sans-serif; max-width: 174mm; margin: 1em auto; "
	"color: #111 }\n"
	"h1 { font-size: 16pt } h2 { font-size: 12pt; margin: 1.4em 0 .4em }\n"
	"table { border-collapse: collapse; width: 100% }\n"
	"th, td { border-bottom: 1px solid #bbb; padding: .25em .5em; "
	"text-align: left; vertical-align: top; font-weight: normal }\n"
	"td.n { text-align: right; white-space: nowrap }\n"
	"p.sum { border: 2px solid #111; padding: .5em }\n"
	"p.bad { border-color: #b00; color: #b00 }\n"
	"p.note { font-size: 9pt; color: #555 }\n"
	"svg { width: 100%; height: auto }\n"
	"tr, svg, p { break-inside: avoid }\n"
	"* { print-color-adjust: exact; -webkit-print-color-adjust: exact }\n"
	"</style>\n";

static void
text(struct buf *out, const char *before, const char *what, const char *after)
{
	buf_text(out, before);
	buf_xml(out, what);
	buf_text(out, after);
}

static void
row(struct buf *out, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	text(out, "<tr><th>", name, "</th>");
	text(out, "<td>", value, "</td></tr>\n");
}

/* --- where the letters are --- */

struct part {
	const char *name, *colour;
	int64_t letters;
};

#define PARTS 5
#define WIDTH 700 /* of a picture, in its own units */

static void
parts_of(const struct job *job, struct part out[PARTS])
{
	int64_t paper = job->n_paper + job->n_bundled + job->n_handed;

	out[0] = (struct part){ "delivered in a box", "#2b6ca3",
		job->n_delivered };
	out[1] = (struct part){ "posted on paper", "#6b8f3a", job->n_posted };
	out[2] = (struct part){ "rejected", "#b03a2e", job->rejected };
	out[3] = (struct part){ "withdrawn", "#777777", job->n_withdrawn };
	out[4] = (struct part){ "open", "#e0a526", job_open(job) };
	if (paper > 0)
		out[4].name = "open (also on its way to the post)";
}

static void
draw_parts(const struct job *job, struct arena *mem, struct buf *out)
{
	struct part part[PARTS];
	int64_t all = job->letters + job->rejected, done = 0;
	size_t i;

	parts_of(job, part);
	buf_format(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"viewBox=\"0 0 %d 30\" role=\"img\">\n"
		"<title>where the records are</title>\n",
		WIDTH);
	for (i = 0; i < PARTS && all > 0; i++) {
		double from = (double)done * WIDTH / (double)all;
		double wide = (double)part[i].letters * WIDTH / (double)all;

		done += part[i].letters;
		if (part[i].letters > 0)
			buf_format(out,
				"<rect x=\"%.2f\" y=\"0\" width=\"%.2f\" "
				"height=\"30\" fill=\"%s\"/>\n",
				from, wide, part[i].colour);
	}
	buf_text(out, "</svg>\n<table>\n");
	for (i = 0; i < PARTS; i++)
		buf_format(out,
			"<tr><th><svg xmlns=\"http://www.w3.org/2000/svg\" "
			"viewBox=\"0 0 10 10\" style=\"width:10px\"><rect "
			"width=\"10\" height=\"10\" fill=\"%s\"/></svg> %s"
			"</th><td class=\"n\">%s</td></tr>\n",
			part[i].colour, part[i].name,
			show_number(part[i].letters, mem));
	if (job->n_returned > 0)
		buf_format(out,
			"<tr><th>of those posted, came back</th>"
			"<td class=\"n\">%s</td></tr>\n",
			show_number(job->n_returned, mem));
	buf_format(out, "<tr><th>in</th><td class=\"n\">%s</td></tr>\n",
		show_number(all, mem));
	buf_text(out, "</table>\n");
}

/* --- how fast --- */

#define HIGH 180 /* of the bars */
#define TOP 20

static void
draw_bars(const struct report_view *v, int64_t limit, int64_t highest,
	struct arena *mem, struct buf *out)
{
	const struct job_tally *t = &v->tally;
	int64_t from = t->hours[0].from_ms;
	int64_t bars =
		(t->hours[t->hour_count - 1].from_ms - from) / t->hour_ms + 1;
	double wide = (double)WIDTH / (double)bars;
	size_t i;

	for (i = 0; i < t->hour_count; i++) {
		int64_t nth = (t->hours[i].from_ms - from) / t->hour_ms;
		double high =
			(double)t->hours[i].letters * HIGH / (double)highest;

		buf_format(out,
			"<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" "
			"height=\"%.2f\" fill=\"#2b6ca3\"/>\n",
			(double)nth * wide, TOP + HIGH - high, wide * 0.9,
			high);
	}
	if (limit > 0) {
		double y = TOP + HIGH - (double)limit * HIGH / (double)highest;

		buf_format(out,
			"<path d=\"M0 %.2fH%d\" stroke=\"#b03a2e\" "
			"stroke-width=\"2\" stroke-dasharray=\"6 4\"/>\n"
			"<text x=\"%d\" y=\"%.2f\" font-size=\"12\" "
			"text-anchor=\"end\" fill=\"#b03a2e\">limit "
			"%s</text>\n",
			y, WIDTH, WIDTH, y - 4, show_number(limit, mem));
	}
}

static void
draw_hours(const struct report_view *v, struct arena *mem, struct buf *out)
{
	const struct job_tally *t = &v->tally;
	int64_t hours = t->hour_ms / 3600000, highest = 1, most = 0;
	int64_t limit = v->per_hour > 0 ? v->per_hour * hours : 0;
	size_t i;

	buf_text(out, "<h2>Letters per hour to the box</h2>\n");
	if (t->hour_count == 0) {
		buf_text(out, "<p>Nothing has left for the box.</p>\n");
		return;
	}
	for (i = 0; i < t->hour_count; i++)
		if (t->hours[i].letters > most)
			most = t->hours[i].letters;
	highest = most > limit ? most : limit;
	buf_format(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"viewBox=\"0 0 %d %d\" role=\"img\">\n"
		"<title>letters per hour</title>\n"
		"<path d=\"M0 %dH%d\" stroke=\"#111\"/>\n",
		WIDTH, TOP + HIGH + 20, TOP + HIGH, WIDTH);
	draw_bars(v, limit, highest, mem, out);
	text(out, "<text x=\"0\" y=\"216\" font-size=\"12\">",
		show_time(t->hours[0].from_ms, mem), "</text>\n");
	text(out,
		"<text x=\"700\" y=\"216\" font-size=\"12\" "
		"text-anchor=\"end\">",
		show_time(
			t->hours[t->hour_count - 1].from_ms + t->hour_ms, mem),
		"</text>\n</svg>\n");
	buf_format(out,
		"<p class=\"note\">Each bar is %s%s of the clock; most %s "
		"letters. A lot counts where it began.</p>\n",
		hours == 1 ? "one hour" : show_number(hours, mem),
		hours == 1 ? "" : " hours", show_number(most, mem));
}

/* --- why not --- */

static void
reason(struct buf *out, const char *word, enum code code, int64_t count,
	struct arena *mem)
{
	const struct advice *advice =
		code == CODE_NONE ? NULL : advice_find((int)code);

	text(out, "<tr><th>", word, "");
	if (code != CODE_NONE && strcmp(word, show_code((int)code, mem)) != 0)
		text(out, "<br/>", show_code((int)code, mem), "");
	buf_text(out, "</th><td>");
	if (advice != NULL) {
		text(out, "", advice->title, "");
		text(out, "<br/>", advice->todo, "");
	}
	buf_format(out, "</td><td class=\"n\">%s</td></tr>\n",
		show_number(count, mem));
}

static void
reasons(const struct report_view *v, struct arena *mem, struct buf *out)
{
	size_t i;

	if (v->decline_count > 0)
		buf_text(out, "<h2>Declined by the box</h2>\n<table>\n");
	for (i = 0; i < v->decline_count; i++)
		reason(out, v->declines[i].word, v->declines[i].code,
			v->declines[i].letters, mem);
	if (v->decline_count > 0)
		buf_text(out, "</table>\n<p class=\"note\">Answers of the box; "
			      "a letter that was offered again is in each of "
			      "them.</p>\n");
	if (v->tally.code_count > 0)
		buf_text(out, "<h2>Rejected records</h2>\n<table>\n");
	for (i = 0; i < v->tally.code_count; i++)
		reason(out, show_code((int)v->tally.codes[i].code, mem),
			v->tally.codes[i].code, v->tally.codes[i].records, mem);
	if (v->tally.code_count > 0)
		buf_text(out, "</table>\n");
}

/* --- the page --- */

static void
facts(const struct report_view *v, struct arena *mem, struct buf *out)
{
	const struct job *job = &v->job;

	buf_text(out, "<table>\n");
	row(out, "job", job->id);
	row(out, "stream",
		strcmp(v->title, job->stream) == 0
			? job->stream
			: arena_format(mem, "%s (%s)", v->title, job->stream));
	row(out, "sender", job->sender);
	row(out, "environment", job->environment);
	row(out, "file", job->file);
	row(out, "received", show_time(job->received_ms, mem));
	row(out, "released",
		job->released_ms == 0
			? ""
			: arena_format(mem, "%s, by %s",
				  show_time(job->released_ms, mem),
				  job->released_by));
	row(out, "settled", show_time(job->settled_ms, mem));
	row(out, "state", job_word(job->state));
	if (v->has_page && v->page.by == SHOW_SPLIT_ROUTED) {
		row(out, "to the box",
			arena_format(mem, "%s letters in %s lots",
				show_number(v->page.to_box, mem),
				show_number(v->page.lots, mem)));
		row(out, "on paper",
			arena_format(mem, "%s letters, %s pages",
				show_number(v->page.to_paper, mem),
				show_number(v->page.paper.pages, mem)));
	}
	if (job->n_declined > 0)
		row(out, "declined, then on paper",
			show_number(job->n_declined, mem));
	if (v->has_page && v->page.cents >= 0)
		row(out, "cost",
			arena_format(mem, "%s euros, excluding VAT",
				show_amount(v->page.cents, mem)));
	buf_text(out, "</table>\n");
}

static void
statement(const struct report_view *v, struct arena *mem, struct buf *out)
{
	const struct closing *c = &v->closing;

	buf_text(out, "<h2>Statement</h2>\n");
	if (!v->closed) {
		buf_text(out, "<p>Nobody has closed this job yet.</p>\n");
		return;
	}
	text(out, "<p>", c->person, " stated on ");
	text(out, "", show_time(c->at_ms, mem), " that it is complete: ");
	text(out, "", c->sum, ".");
	text(out, "<br/>", c->reason, "</p>\n");
}

void
report_html(const struct report_view *v, struct arena *mem, struct buf *out)
{
	buf_text(out, head);
	text(out, "<title>", arena_format(mem, "Report of job %s", v->job.id),
		"</title>\n</head>\n<body>\n");
	text(out, "<h1>", arena_format(mem, "Report of job %s", v->job.id),
		"</h1>\n");
	text(out,
		v->sum == PROOF_DIFFERS ? "<p class=\"sum bad\">"
					: "<p class=\"sum\">",
		v->proof, "</p>\n");
	facts(v, mem, out);
	buf_text(out, "<h2>Where the records are</h2>\n");
	draw_parts(&v->job, mem, out);
	draw_hours(v, mem, out);
	reasons(v, mem, out);
	statement(v, mem, out);
	text(out, "<p class=\"note\">",
		arena_format(mem,
			"Made on %s by MOBB " MOBB_VERSION
			"; sums only, nothing about a citizen.",
			show_time(v->now_ms, mem)),
		"</p>\n</body>\n</html>\n");
}
