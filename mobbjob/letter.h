/* mobbjob/letter.h - a letter on the screen
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_LETTER_H
#define MOBBJOB_LETTER_H

#include "base/json.h"
#include "mobbjob/command.h"
#include "store/store.h"

/* "mobb.letter/1"; the citizen number is masked. */
struct json *letter_json(const struct letter_row *row);

/* What decided the route, in words: "the box: subscribed". */
const char *letter_route(const struct letter_row *row);

/* The steps of one letter on standard output, as `why` shows them. */
enum verdict why_tell(
	struct call *call, const struct letter_row *row, struct fault *why);

#endif
