/* mobbsim/judge.h - what becomes of each letter of a delivery
 *
 * Pure but for what it is told: the time, who has a box, and which letters
 * were taken before.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_JUDGE_H
#define MOBBSIM_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "mobbsim/payload.h"
#include "mobbsim/subscribers.h"

#define JUDGE_ATTACHMENT_BYTES 500000 /* of a letter, before base64 */
#define JUDGE_DAYS 13

/* The codes, in the order of the result's schema. */
enum judge_code {
	JUDGE_VERWERKT = 0,
	JUDGE_TECHNISCH,
	JUDGE_NIET_ACTIEF,
	JUDGE_TYPE,
	JUDGE_PUBLICATIE,
	JUDGE_AANMAAK,
	JUDGE_BESTAAT,
	JUDGE_BIJLAGE,
	JUDGE_OIN,
	JUDGE_XML,
	JUDGE_KINDS,
};

const char *judge_word(enum judge_code code);  /* "Verwerkt" */
const char *judge_stage(enum judge_code code); /* Stadium */

struct judge {
	const char *oin; /* of the sender, by the agreement */
	const struct subscribers *subscribers;
	int64_t now_ms;
	bool valid;	    /* the payload fits the schema */
	char *const *types; /* BerichtTypes that are registered */
	size_t type_count;  /* 0: all are */
};

/* `known`: this BerichtID was taken before. */
enum judge_code judge_letter(const struct judge *judge,
	const struct payload *payload, const struct payload_letter *letter,
	bool known);

#endif
