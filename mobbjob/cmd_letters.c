/* mobbjob/cmd_letters.c - letters: every letter of a job, in order of record
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>

#include "mobbjob/job.h"
#include "mobbjob/letter.h"
#include "mobbjob/show.h"

#define PAGE_LETTERS 1000

static const char *const heads[] = { "RECORD", "REFERENCE", "STATE", "ROUTE",
	"BSN", "LETTER", "CODE", NULL };

static void
print_page(struct call *call, const struct letter_row *rows, size_t count,
	struct arena *mem)
{
	struct table table;
	size_t i;

	table_begin(&table, call->options.plain, mem, heads);
	for (i = 0; i < count; i++) {
		const struct letter_row *row = &rows[i];
		char bsn[BSN_TEXT_MAX] = "none";

		if (row->letter.bsn.number != 0)
			bsn_masked(row->letter.bsn, bsn);
		table_number(&table, row->letter.record);
		table_text(&table, row->letter.reference);
		table_text(&table,
			row->returned == 0
				? letter_word(row->state)
				: arena_format(mem, "%s, returned: %s",
					  letter_word(row->state),
					  returned_word(row->returned)));
		table_text(&table, row->rule == 0 ? "none"
				   : row->box	  ? "box"
						  : "paper");
		table_text(&table, bsn);
		table_text(&table, show_uuid(&row->letter.id, mem));
		table_text(&table, show_code((int)row->code, mem));
	}
	table_end(&table);
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct arena mem = ARENA_EMPTY; /* one page at a time */
	struct letter_row *rows;
	struct job job;
	int64_t after = 0;
	size_t i, count;
	enum verdict v;

	v = job_of(call, call->args[0], &job, why);
	while (v == V_OK) {
		arena_reset(&mem);
		v = store_letter_list(call->site.store, job.id, after,
			PAGE_LETTERS, (enum letter_state)0, &mem, &rows, &count,
			why);
		if (v != V_OK || count == 0)
			break;
		after = rows[count - 1].letter.record;
		if (!call->options.json)
			print_page(call, rows, count, &mem);
		for (i = 0; call->options.json && i < count; i++)
			json_write(letter_json(&rows[i]), stdout);
	}
	arena_done(&mem);
	return v;
}

const struct command command_letters = {
	.name = "letters",
	.args = "JOB",
	.help = "every letter of a job (citizen numbers masked)",
	.args_min = 1,
	.args_max = 1,
	.need = NEED_STORE,
	.run = run,
};
