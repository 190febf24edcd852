/* mobbjob/dry_show.c - see mobbjob/dry_show.h
 *
 * For people the first problems are kept until the end, rejected records
 * before warnings; all others are printed as they are found, a page at a time,
 * so that memory does not grow with the file.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "batch/advice.h"
#include "mobbjob/dry_show.h"
#include "mobbjob/show.h"

#define FIRST_MAX 20
#define PAGE_ROWS 1000
#define EXIT_REJECTED 3
#define EXIT_REFUSED 5

static const char *const heads[] = { "RECORD", "LINE", "OUTCOME", "CODE",
	"FIELD", "REFERENCE", "REASON", NULL };

struct row {
	int64_t record, line;
	const char *outcome, *field, *reference, *reason;
	enum code code;
};

struct shown {
	struct call *call;
	struct dry *dry;
	bool stream; /* rows are printed as they come */
	struct arena page_mem;
	struct table page;
	size_t rows; /* of the page */
	/* else the first: rejected records, and warnings */
	struct row first[2][FIRST_MAX];
	size_t first_count[2];
};

/* --- rows --- */

static void
row_json(const struct shown *s, const struct row *row)
{
	struct json *o = json_new_object();
	struct arena mem = ARENA_EMPTY;

	json_add_text(o, "schema",
		s->call->options.records ? "mobb.check.record/1"
					 : "mobb.check.problem/1");
	json_add_int(o, "record", row->record);
	json_add_int(o, "line", row->line);
	json_add_text(o, "outcome", row->outcome);
	json_add_text(o, "code", show_code((int)row->code, &mem));
	json_add_text(o, "field", row->field);
	json_add_text(o, "reference", row->reference);
	json_add_text(o, "reason", row->reason);
	json_write(o, stdout);
	arena_done(&mem);
}

static void
page_end(struct shown *s)
{
	if (s->rows > 0)
		table_end(&s->page);
	s->rows = 0;
	arena_reset(&s->page_mem);
}

static void
page_row(struct shown *s, const struct row *row)
{
	struct table *t = &s->page;

	if (s->rows == 0)
		table_begin(t, s->call->options.plain, &s->page_mem, heads);
	table_number(t, row->record);
	table_number(t, row->line);
	table_text(t, row->outcome);
	table_text(t, show_code((int)row->code, &s->page_mem));
	table_text(t, row->field);
	table_text(t, row->reference);
	table_text(t, row->reason);
	if (++s->rows == PAGE_ROWS)
		page_end(s);
}

static void
keep(struct shown *s, const struct row *row, int kind)
{
	struct arena *mem = &s->call->mem;
	struct row *to;

	if (s->first_count[kind] == FIRST_MAX)
		return;
	to = &s->first[kind][s->first_count[kind]++];
	*to = *row;
	to->field = arena_text(mem, row->field, strlen(row->field));
	to->reference = arena_text(mem, row->reference, strlen(row->reference));
	to->reason = arena_text(mem, row->reason, strlen(row->reason));
}

static void
on_problem(void *self, const struct rejection *problem)
{
	struct shown *s = self;
	struct row row = { .record = problem->record,
		.line = problem->line,
		.outcome = problem->warning ? "warning" : "rejected",
		.code = problem->code,
		.field = problem->field,
		.reference = problem->reference,
		.reason = problem->reason };

	if (s->call->options.json)
		row_json(s, &row);
	else if (s->stream)
		page_row(s, &row);
	else
		keep(s, &row, problem->warning);
}

/* Asked for the box, or paper and why; or a person looks first. */
static void
on_letter(void *self, const struct letter *letter)
{
	struct shown *s = self;
	struct row row = { .record = letter->record,
		.line = letter->line,
		.outcome = letter->hold != CODE_NONE ? "held"
			   : letter->paper == PAPER_NONE ||
					   paper_never(letter->paper)
				   ? "box?"
				   : "paper",
		.code = letter->hold,
		.field = "",
		.reference = letter->reference,
		.reason = letter->paper == PAPER_NONE
				  ? ""
				  : paper_reason_name(letter->paper) };

	if (s->call->options.json)
		row_json(s, &row);
	else
		page_row(s, &row);
}

/* What was kept; rejected records before warnings. */
static void
print_first(struct shown *s)
{
	int64_t all = s->dry->rejected + s->dry->warnings, told = 0;
	size_t i;
	int kind;

	for (kind = 0; kind < 2; kind++)
		for (i = 0; i < s->first_count[kind] && told < FIRST_MAX;
			i++, told++)
			page_row(s, &s->first[kind][i]);
	page_end(s);
	if (told > 0 && all > told)
		printf("and %s more: --all shows every one\n",
			show_number(all - told, &s->call->mem));
	if (told > 0)
		putchar('\n');
}

/* --- facts --- */

__attribute__((format(printf, 3, 4))) static void
fact(const struct call *call, const char *name, const char *fmt, ...)
{
	va_list ap;

	printf(call->options.plain ? "%s\t" : "  %-14s ", name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static const char *
number(const struct shown *s, int64_t n)
{
	return s->call->options.plain
		       ? arena_format(&s->call->mem, "%" PRId64, n)
		       : show_number(n, &s->call->mem);
}

/* What is known before a record is read. */
static void
on_open(void *self, const struct dry *dry)
{
	struct shown *s = self;
	struct call *call = s->call;
	const struct definition *d = dry->definition;

	if (call->options.json)
		return;
	fact(call, "file", "%s, %s bytes", show_clean(dry->file, &call->mem),
		number(s, dry->bytes));
	if (dry->container[0] != '\0' && dry->members > 0)
		fact(call, "container", "%s, %s documents beside the records",
			dry->container, number(s, dry->members));
	else if (dry->container[0] != '\0')
		fact(call, "container", "%s", dry->container);
	fact(call, "layout", "%s  %s", definition_id(d),
		show_clean(definition_title(d), &call->mem));
	if (dry->stream != NULL)
		fact(call, "stream", "%s, sender %s, endpoint %s",
			dry->stream->name, dry->stream->sender,
			dry->stream->endpoint);
	if (dry->no_documents)
		fact(call, "documents", "not looked at");
	if (dry->part)
		fact(call, "set",
			"this part is read by itself; totals are those of all "
			"parts");
	if (!call->options.plain)
		putchar('\n');
}

static void
paper_facts(const struct shown *s)
{
	const struct dry *dry = s->dry;
	char text[300] = "";
	int64_t all = 0;
	size_t used = 0;
	int i;

	for (i = PAPER_NONE + 1; i < DRY_PAPERS; i++) {
		if (dry->paper[i] == 0)
			continue;
		all += dry->paper[i];
		used += (size_t)snprintf(text + used, sizeof(text) - used,
			"%s%s %s", used == 0 ? ": " : ", ",
			number(s, dry->paper[i]),
			paper_reason_name((enum paper_reason)i));
	}
	fact(s->call, "box", "%s are asked for", number(s, dry->box));
	fact(s->call, "paper", "%s%s", number(s, all), text);
	if (dry->waiting > 0)
		fact(s->call, "held",
			"%s letters wait for a person (MOBB-%04d)",
			number(s, dry->waiting), (int)CODE_PERSON);
}

static const char *
agrees(const struct dry *dry, int64_t promised, int64_t found)
{
	return dry->part	   ? "of the whole set"
	       : promised == found ? "agrees"
				   : "DIFFERS";
}

static void
total_facts(const struct shown *s)
{
	const struct dry *dry = s->dry;
	const struct format_counts *c = &dry->counts;
	int64_t records = c->letters + c->rejected;
	struct arena *mem = &s->call->mem;

	if (c->totals)
		fact(s->call, "control total", "in the file: %s, agrees",
			c->control);
	if (dry->promised_letters >= 0)
		fact(s->call, "control total",
			"beside the file: %s letters announced, %s read, %s",
			number(s, dry->promised_letters), number(s, records),
			agrees(dry, dry->promised_letters, records));
	if (dry->promised_cents >= 0)
		fact(s->call, "control total",
			"beside the file: %s announced, %s read, %s",
			show_amount(dry->promised_cents, mem),
			show_amount(c->cents, mem),
			agrees(dry, dry->promised_cents, c->cents));
	if (dry->promised_sha256)
		fact(s->call, "digest", "the one beside the file, agrees");
	if (!c->totals && dry->promised_letters < 0)
		fact(s->call, "control total",
			"none: the supplier did not say how many there are");
}

static void
print_counts(const struct shown *s)
{
	const struct dry *dry = s->dry;
	const struct format_counts *c = &dry->counts;
	struct arena *mem = &s->call->mem;

	fact(s->call, "records", "%s -> %s letters + %s rejected; %s warnings",
		number(s, c->records), number(s, dry->letters),
		number(s, dry->rejected), number(s, dry->warnings));
	paper_facts(s);
	total_facts(s);
	fact(s->call, "amount", "%s", show_amount(c->cents, mem));
	if (c->number[0] != '\0')
		fact(s->call, "number",
			"%s; earlier deliveries were not looked at",
			show_clean(c->number, mem));
	if (c->period[0] != '\0')
		fact(s->call, "period",
			"%s; earlier deliveries were not looked at",
			show_clean(c->period, mem));
	fact(s->call, "reject limit",
		"%s wrong records before a person looks; %s found",
		number(s, dry->reject_limit),
		number(s, dry->rejected + dry->turned));
}

static const char *
times(const struct shown *s, int64_t count)
{
	return count == 1 ? "once"
			  : arena_format(&s->call->mem, "%s times",
				    number(s, count));
}

static void
print_advice(const struct shown *s)
{
	size_t i;

	for (i = 0; i < s->dry->code_count; i++) {
		const struct dry_code *code = &s->dry->codes[i];
		const struct advice *advice = advice_find((int)code->code);

		if (advice == NULL)
			continue;
		printf("\nMOBB-%04d  %s (%s)\n  %s\n  what to do: %s\n",
			(int)code->code, advice->title, times(s, code->count),
			advice->what, advice->todo);
	}
}

/* --- the end --- */

static const char *
what_then(const struct shown *s)
{
	const struct dry *dry = s->dry;
	struct arena *mem = &s->call->mem;

	if (dry->held.code != CODE_NONE)
		return arena_format(mem, "waits for a person: MOBB-%04d %s",
			(int)dry->held.code, dry->held.text);
	if (dry->part)
		return "with the other parts of its set";
	if (dry->stream == NULL)
		return "the stream says whether a person releases it";
	return "released by itself";
}

static void
print_end(const struct shown *s, bool refused, const struct fault *why)
{
	const struct dry *dry = s->dry;

	if (!s->call->options.plain)
		putchar('\n');
	if (refused)
		printf("would be refused: MOBB-%04d %s%s%s\n", (int)why->code,
			why->place, why->place[0] == '\0' ? "" : ": ",
			why->text);
	else
		printf("would be taken in: %s letters, %s rejected records%s; "
		       "%s\n",
			number(s, dry->letters), number(s, dry->rejected),
			dry->rejected > 0 ? " go back to the supplier" : "",
			what_then(s));
}

static void
end_json(const struct shown *s, bool refused, const struct fault *why)
{
	const struct dry *dry = s->dry;
	const struct format_counts *c = &dry->counts;
	const struct fault *reason = refused ? why : &dry->held;
	struct json *o = json_new_object(), *paper = json_new_object();
	int i;

	json_add_text(o, "schema", "mobb.check.file/1");
	json_add_text(o, "file", show_clean(dry->file, &s->call->mem));
	json_add_int(o, "bytes", dry->bytes);
	json_add_text(o, "container", dry->container);
	json_add_int(o, "members", dry->members);
	json_add_text(o, "layout", definition_id(dry->definition));
	json_add_text(o, "title", definition_title(dry->definition));
	json_add_text(
		o, "stream", dry->stream == NULL ? "" : dry->stream->name);
	json_add_text(o, "outcome",
		refused			      ? "refused"
		: dry->held.code != CODE_NONE ? "held"
					      : "taken in");
	json_add_text(o, "code", show_code((int)reason->code, &s->call->mem));
	json_add_text(
		o, "place", reason->code == CODE_NONE ? "" : reason->place);
	json_add_text(
		o, "reason", reason->code == CODE_NONE ? "" : reason->text);
	json_add_int(o, "records", c->records);
	json_add_int(o, "letters", dry->letters);
	json_add_int(o, "rejected", dry->rejected);
	json_add_int(o, "warnings", dry->warnings);
	json_add_int(o, "reject_limit", dry->reject_limit);
	json_add_int(o, "box", dry->box);
	for (i = PAPER_NONE + 1; i < DRY_PAPERS; i++)
		json_add_int(paper, paper_reason_name((enum paper_reason)i),
			dry->paper[i]);
	json_add(o, "paper", paper);
	json_add_int(o, "held", dry->waiting);
	json_add_int(o, "cents", c->cents);
	json_add_int(o, "promised_letters", dry->promised_letters);
	json_add_int(o, "promised_cents", dry->promised_cents);
	json_add_bool(o, "totals", c->totals);
	json_add_text(o, "control", c->control);
	json_add_text(o, "number", c->number);
	json_add_text(o, "period", c->period);
	json_write(o, stdout);
}

/* By the file's own fault it is refused; all else is ours. */
static bool
is_refusal(const struct fault *why)
{
	return (why->code > CODE_NONE && why->code < CODE_CONFIG) ||
	       why->code == CODE_HELD;
}

enum verdict
dry_show(struct call *call, struct dry *dry, struct fault *why)
{
	const struct options *o = &call->options;
	struct shown s = { .call = call,
		.dry = dry,
		.stream = o->all || o->records || o->plain };
	bool refused;
	enum verdict v;

	dry->self = &s;
	dry->on_open = on_open;
	dry->on_problem = on_problem;
	if (o->records)
		dry->on_letter = on_letter;
	v = dry_run(dry, why);
	page_end(&s);
	refused = v != V_OK;
	if (refused && !is_refusal(why)) {
		arena_done(&s.page_mem);
		return v;
	}
	if (o->json) {
		end_json(&s, refused, why);
	} else {
		if (!s.stream)
			print_first(&s);
		else if (!o->plain)
			putchar('\n');
		if (!refused)
			print_counts(&s);
		if (!o->plain)
			print_advice(&s);
		print_end(&s, refused, why);
	}
	arena_done(&s.page_mem);
	if (refused)
		(void)tell_fault(why);
	call->exit = refused		 ? EXIT_REFUSED
		     : dry->rejected > 0 ? EXIT_REJECTED
					 : EXIT_DONE;
	return V_OK;
}
