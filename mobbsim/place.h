/* mobbsim/place.h - where a batch file goes, and in which container
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_PLACE_H
#define MOBBSIM_PLACE_H

#include "mobbsim/batch.h"
#include "mobbsim/pack.h"

struct place {
	char path[BATCH_PATH_MAX]; /* FILE */
	size_t stem;		   /* bytes of it before the ending */
	enum pack_kind pack;
	bool packs_documents; /* the container can hold PDFs */
	int parts;	      /* 0: no set */
};

/* From --out and what else says how: V_BROKEN with CODE_USAGE. */
enum verdict place_find(const struct batch_plan *plan,
	const struct supply *supply, struct place *place_out,
	struct fault *why);

/* The path of part 1 .. parts: NAME_001.xml .. NAME_003_laatste.xml; without
 * a set FILE itself.
 */
void place_part(
	const struct place *place, int part, char path_out[BATCH_PATH_MAX]);

#endif
