/* store/allowance.h - the allowance of an endpoint; private to store/
 *
 * The rule is batch/pace.h; schemas/db/0021-pace.sql applies it, in one
 * statement for all that a lot needs.  Here are the rules of a courier as
 * parameters of that statement, and its answer in words.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_ALLOWANCE_H
#define STORE_ALLOWANCE_H

#include "store/books.h"
#include "store/offer.h"

/* Lists of the rules: "{1,2}", and names parted by blanks. */
struct rules_text {
	struct buf streams, lanes, opens, senders, hours;
};
void rules_text(const struct offer_rules *rules, struct rules_text *out);
void rules_text_done(struct rules_text *text);

/* A pace_rules of seven parameters, and these. */
#define RULES_SQL(hour, flight, bytes, senders, hours, boot, tick)             \
	"row(" hour ", " flight ", " bytes ", string_to_array(" senders        \
	", ' '), " hours "::bigint[], " boot ", " tick ")::pace_rules"
#define RULES_ARGS(rules, text)                                                \
	PG_N((rules)->per_hour), PG_N((rules)->in_flight),                     \
		PG_N((rules)->bytes_s), PG_T((text)->senders.bytes),           \
		PG_T((text)->hours.bytes),                                     \
		PG_T((rules)->boot == NULL ? "" : (rules)->boot),              \
		PG_N((rules)->tick_us)

/* V_LATER, CODE_NONE, with the reason: `what` of mobb_allowance(). */
enum verdict allowance_not_now(int what, struct fault *why);

/* Take it for one case of a chain test (a row of chain_case), until the end of
 * the transaction.  V_LATER as above, and *wait_ms_out as store_offer_begin()
 * says.
 */
enum verdict allowance_take_chain(struct pg *pg, const char *endpoint,
	const char *sender, int64_t chain, int64_t letters, int64_t bytes,
	const struct offer_rules *rules, int64_t *wait_ms_out,
	struct fault *why);

#endif
