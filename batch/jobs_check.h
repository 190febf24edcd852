/* batch/jobs_check.h - the checks of a jobs file; private to batch/jobs*.c
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_JOBS_CHECK_H
#define BATCH_JOBS_CHECK_H

#include "base/yaml.h"
#include "batch/jobs.h"

/* Values, names and what belongs together; fills what jobs_parse() fills.
 * V_BROKEN with CODE_CONFIG_..; `jobs` was loaded whole.
 */
enum verdict jobs_check(struct jobs *jobs, struct fault *why);

#define PRICE_MAX 10000000 /* hundredths of a cent */

/* Of one printer (batch/jobs_printer.c); fills what jobs_parse() fills. */
enum verdict jobs_printer_check(struct jobs_printer *p, struct fault *why);

/* Every list has items of `bytes` with their name first: one search for all.
 * NULL: none has it.
 */
const void *jobs_by_name(
	const void *items, size_t count, size_t bytes, const char *name);

/* What may be a name: 1 to 40 of a-z, 0-9 and -. */
bool jobs_name_ok(const char *name);

/* Index of `text` in the NULL-ended words; that of the first when absent; -1
 * when it is none of them.
 */
int jobs_word(const char *text, const char *const *words);

/* The mapping of answers (batch/jobs_answer.c): its keys, and its checks, which
 * fill what is not said.
 */
extern const struct yaml_key jobs_answer_keys[];
enum verdict jobs_answer_check(
	struct jobs_answer *answer, const char *endpoint, struct fault *why);
/* What a printer makes of addresses (batch/jobs_address.c); fills `address`. */
enum verdict jobs_address_check(struct jobs_printer *p, struct fault *why);
/* Text letters on paper (batch/jobs_paper.c); the printer's fills the window in
 * tenths of a millimetre, the stream's box_only_back.
 */
extern const struct yaml_key jobs_window_keys[];
enum verdict jobs_paper_printer_check(
	struct jobs_printer *p, struct fault *why);
enum verdict jobs_paper_sender_check(
	const struct jobs_sender *s, struct fault *why);
enum verdict jobs_paper_stream_check(struct jobs_stream *s, struct fault *why);
/* What results and brakes of a stream do (batch/jobs_results.c); fills
 * resend_max.
 */
enum verdict jobs_results_check(struct jobs_stream *s, struct fault *why);
/* Fill jobs->streams from the stanzas (batch/jobs_senders.c): who sends what.
 * A stream of several senders is checked once for each.
 */
enum verdict jobs_senders_fill(struct jobs *jobs, struct fault *why);
void jobs_senders_done(struct jobs *jobs);

/* How a printer wants its bundles, its products (batch/jobs_product.c), and
 * what a stream says about paper; both fill what jobs_parse() fills.
 */
extern const struct yaml_key jobs_product_keys[];
enum verdict jobs_products_check(struct jobs_printer *p, struct fault *why);
enum verdict jobs_paper_check(struct jobs_stream *s, struct fault *why);

/* Limits and lanes (batch/jobs_pace.c); a limit that is not given becomes 0.
 * *where_out as below.
 */
enum verdict jobs_pace_check(
	struct jobs *jobs, const void **where_out, struct fault *why);

/* Windows, dates and cut-offs (batch/jobs_dates.c); after
 * jobs_check().  *where_out: the value that is wrong, for its line.
 */
enum verdict jobs_dates_check(
	struct jobs *jobs, const void **where_out, struct fault *why);

#endif
