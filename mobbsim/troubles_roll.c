/* mobbsim/troubles_roll.c - plans made of a seed; see mobbsim/troubles.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "mobbsim/dice.h"
#include "mobbsim/troubles.h"

#define MIXED 12 /* faults in a mixture */

static const char *const types[] = { "text/html", "application/octet-stream",
	"application/soap+xml", "text/plain", "multipart/related" };

/* least .. most */
static int64_t
between(struct dice *dice, int64_t least, int64_t most)
{
	return least + dice_roll(dice, most - least + 1);
}

/* Near the beginning, the end or anywhere of something of about `size`. */
static void
roll_bytes(struct dice *dice, struct trouble *t, int64_t size)
{
	switch (dice_roll(dice, 4)) {
	case 0:
		t->number = between(dice, 0, size / 10);
		break;
	case 1:
		t->number = -between(dice, 1, 1 + size / 20);
		break;
	case 2:
		t->at_end = t->kind == T_CUT && t->on != ON_ACK &&
			    t->on != ON_RESULT && t->on != ON_ANSWER;
		t->number = t->at_end ? 0 : -1;
		break;
	default:
		t->number = between(dice, 0, size);
		break;
	}
}

static void
roll_word(struct dice *dice, struct trouble *t, const char *const *words)
{
	int64_t n = 0, i;

	while (words[n] != NULL)
		n++;
	do {
		i = dice_roll(dice, n);
	} while (t->on != ON_SERVER && strcmp(words[i], "wrong-host") == 0);
	memcpy(t->word, words[i], strlen(words[i]) + 1);
}

static void
roll_value(struct dice *dice, struct trouble *t)
{
	const struct trouble_sort *sort = trouble_sort(t->kind);
	const char *type;

	switch (sort->value) {
	case VALUE_NONE:
		break;
	case VALUE_BYTES:
		roll_bytes(dice, t,
			t->kind == T_ANSWER_CUT ? 120
			: t->on == ON_REQUEST	? 300000
						: 2000);
		break;
	case VALUE_TIME:
		t->number = between(dice, 2, 30) * 100;
		break;
	case VALUE_STATUS:
		t->number = between(dice, 1, 5) * 100;
		/* Half of them the round ones that are really met. */
		t->number += dice_roll(dice, 2) == 0 ? between(dice, 0, 9)
						     : between(dice, 0, 99);
		t->body = dice_roll(dice, 2) == 0;
		break;
	case VALUE_COUNT:
		t->number = between(dice, sort->least, sort->most / 20);
		break;
	case VALUE_WORD:
		roll_word(dice, t, sort->words);
		if (sort->counted)
			t->number = between(dice, 1, 3);
		break;
	case VALUE_TYPE:
		type = types[dice_roll(
			dice, (int64_t)(sizeof(types) / sizeof(types[0])))];
		memcpy(t->word, type, strlen(type) + 1);
		break;
	}
	t->taken = trouble_may_take(t) && dice_roll(dice, 2) == 0;
}

static void
roll_when(struct dice *dice, struct trouble *t)
{
	if (t->kind == T_AWAY) {
		t->when = WHEN_FROM;
		t->from_ms = between(dice, 0, 10) * 100;
		t->to_ms = t->from_ms + between(dice, 5, 40) * 100;
		return;
	}
	switch (dice_roll(dice, 3)) {
	case 0:
		t->when = WHEN_NTH;
		t->n = between(dice, 1, 2);
		break;
	case 1:
		t->when = WHEN_EVERY;
		t->n = between(dice, 1, 2);
		break;
	default:
		t->when = WHEN_CHANCE;
		t->n = between(dice, 50, 90);
		break;
	}
	/* So few questions are asked that the second may never come. */
	if ((t->on == ON_WUS || t->on == ON_ANSWER) && t->when != WHEN_CHANCE)
		t->n = 1;
	/* Again and again that would be for ever. */
	if (t->kind == T_DIE) {
		t->when = WHEN_NTH;
		t->n = between(dice, 1, 3);
	}
}

static void
roll_line(struct dice *dice, struct troubles *troubles, enum trouble_on on,
	enum trouble_kind kind)
{
	struct trouble *t = &troubles->lines[troubles->count++];

	assert(troubles->count <= TROUBLES_MAX);
	*t = (struct trouble){ .on = on, .kind = kind };
	roll_value(dice, t);
	roll_when(dice, t);
}

void
troubles_roll(struct troubles *troubles, int64_t seed)
{
	struct dice dice = dice_of(seed, 0);
	struct trouble *line;
	int i;

	*troubles = (struct troubles){ .seed = seed, .until_posts = 40 };
	for (i = 0; i < MIXED; i++) {
		enum trouble_on on =
			(enum trouble_on)dice_roll(&dice, TROUBLE_ONS);
		enum trouble_kind kind;

		do {
			kind = (enum trouble_kind)dice_roll(
				&dice, TROUBLE_KINDS);
		} while ((trouble_sort(kind)->on & 1U << on) == 0);
		roll_line(&dice, troubles, on, kind);
		/* What happens often hides the rest. */
		line = &troubles->lines[i];
		if (line->when == WHEN_EVERY || line->when == WHEN_CHANCE)
			line->n = line->when == WHEN_EVERY ? line->n + 2
							   : line->n / 4;
	}
}

void
troubles_roll_one(struct troubles *troubles, enum trouble_on on,
	enum trouble_kind kind, int64_t seed)
{
	struct dice dice =
		dice_of(seed, 1 + (int64_t)kind * TROUBLE_ONS + (int64_t)on);

	assert((trouble_sort(kind)->on & 1U << on) != 0);
	*troubles = (struct troubles){ .seed = seed };
	roll_line(&dice, troubles, on, kind);
	/* Who is not let in posts nothing, and questions are asked again after
	 * longer and longer pauses.
	 */
	if (on != ON_SERVER && on != ON_WUS && dice_roll(&dice, 2) == 0)
		troubles->until_posts = between(&dice, 8, 16);
	else
		troubles->for_ms = between(&dice, 40, 80) * 100;
}
