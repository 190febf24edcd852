/* mobbjob/letter.c - see mobbjob/letter.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "mobbjob/letter.h"
#include "mobbjob/show.h"

const char *
letter_route(const struct letter_row *row)
{
	switch (row->rule) {
	case ROUTE_ASKED:
		return row->box ? "the box, because the citizen is subscribed"
				: "paper, because the citizen has no box or "
				  "is not subscribed";
	case ROUTE_NOT_LISTED:
		return "paper, because the subscription service did not "
		       "mention the citizen";
	case ROUTE_PAPER_ONLY:
		return "paper, because the letter cannot go to a box";
	case ROUTE_LIST:
		return row->box ? "the box, because the citizen is subscribed "
				  "by the answer to a bulk question"
				: "paper, because the citizen is not "
				  "subscribed by the answer to a bulk question";
	case ROUTE_ALL:
		return row->box ? "the box, because the citizen is among all "
				  "subscribers"
				: "paper, because the citizen is not among all "
				  "subscribers";
	case ROUTE_IMPORT:
		return row->box ? "the box, because the citizen is subscribed "
				  "by an imported list"
				: "paper, because the citizen is not "
				  "subscribed by an imported list";
	}
	return "not decided yet";
}

static void
json_documents(struct json *o, const struct letter *letter, struct arena *mem)
{
	struct json *list = json_new_array();
	size_t i;

	for (i = 0; i < letter->document_count; i++) {
		const struct attachment *doc = &letter->attachments[i];
		struct json *item = json_new_object();

		json_add_text(item, "sha256", show_digest(doc->sha256, mem));
		json_add_int(item, "bytes", doc->bytes);
		json_add_int(item, "pages", doc->pages);
		json_append(list, item);
	}
	json_add(o, "documents", list);
}

struct json *
letter_json(const struct letter_row *row)
{
	const struct letter *letter = &row->letter;
	struct json *o = json_new_object();
	struct arena mem = ARENA_EMPTY;
	char bsn[BSN_TEXT_MAX] = "";

	if (letter->bsn.number != 0)
		bsn_masked(letter->bsn, bsn);
	json_add_text(o, "schema", "mobb.letter/1");
	json_add_text(o, "letter", show_uuid(&letter->id, &mem));
	json_add_text(o, "job", row->job);
	json_add_int(o, "record", letter->record);
	json_add_int(o, "line", letter->line);
	json_add_text(o, "reference", letter->reference);
	json_add_given(o, "bsn_masked", bsn);
	json_add_text(o, "state", letter_word(row->state));
	json_add_text(o, "route",
		row->rule == 0 ? "none"
		: row->box     ? "box"
			       : "paper");
	json_add_text(o, "rule", letter_route(row));
	json_add_given(o, "paper_reason", paper_reason_name(letter->paper));
	json_add_given(o, "hold_code", show_code((int)letter->hold, &mem));
	json_add_given(o, "not_before",
		letter->publish == LETTER_DATE_NONE
			? ""
			: show_day(letter->publish, &mem));
	json_add_given(o, "deadline",
		letter->deadline == LETTER_DATE_NONE
			? ""
			: show_day(letter->deadline, &mem));
	json_add_given(o, "type", letter->type);
	json_add_given(o, "answer_source", row->answer_source);
	json_add_time(o, "answer_at", row->answer_ms);
	json_add_int(o, "answer", row->answer_list);
	json_add_time(o, "split_at", row->split_ms);
	json_add_given(o, "batch_id",
		row->box_lot == 0 ? "" : show_uuid(&row->batch_id, &mem));
	json_add_given(o, "message_id", row->message_id);
	json_add_time(o, "offered_at", row->offered_ms);
	json_add_time(o, "acknowledged_at", row->acknowledged_ms);
	json_add_time(o, "result_at", row->result_ms);
	json_add_given(o, "wire_code", row->wire_code);
	json_add_given(o, "code", show_code((int)row->code, &mem));
	json_add_given(o, "bundle", row->bundle);
	json_add_time(o, "handed_over_at", row->handed_ms);
	json_add_given(o, "posted_on",
		row->posted_days == LETTER_DATE_NONE
			? ""
			: show_day(row->posted_days, &mem));
	json_add_time(o, "taken_by_printer_at", row->taken_ms);
	json_add_given(o, "printer_code", row->print_word);
	json_add_given(o, "printer_text", row->print_text);
	json_add_given(o, "returned",
		row->returned == 0 ? "" : returned_word(row->returned));
	json_add_given(o, "returned_on",
		row->returned == 0 ? "" : show_day(row->returned_days, &mem));
	if (row->returned == 0)
		json_add_null(o, "new_address");
	else
		json_add_bool(o, "new_address", row->new_address);
	json_documents(o, letter, &mem);
	arena_done(&mem);
	return o;
}
