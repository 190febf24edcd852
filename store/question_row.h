/* store/question_row.h - rows of questions; private to store/
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_QUESTION_ROW_H
#define STORE_QUESTION_ROW_H

#include "store/books.h"

#define QUESTION_COLUMNS_WITH(envelope)                                        \
	"number, environment, sender, endpoint, kind, state, id, since_ms, "   \
	"asked, again, person, created_ms, message_id, conversation_id, "      \
	"content_id, cpa_id, parties, " envelope ", sent_ms, expires_ms, "     \
	"payload_bytes, posts, next_post_ms, acknowledged_ms, answered_ms, "   \
	"list_no, alarm_ms, reason"
#define QUESTION_COLUMNS QUESTION_COLUMNS_WITH("envelope")

void question_read(const struct pg_rows *rows, int i, struct arena *mem,
	struct question *out);
/* V_END: there is none. */
enum verdict question_one(struct pg *pg, const char *sql,
	const struct pg_arg *args, struct arena *mem, struct question *out,
	struct fault *why);
/* The peer, or we ourselves, will not have it: a person is told. */
enum verdict question_failed(struct pg *pg, int64_t number,
	const struct fault *reason, int64_t now_ms, struct fault *why);

#endif
