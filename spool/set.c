/* spool/set.c - see spool/set.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/room.h"
#include "spool/set.h"

#define RANGES_TEXT_MAX 110 /* "1-3, 5"; what does not fit ends as "..." */

static const char last_word[] = "laatste";

/* ASCII only: the word is the same in every locale. */
static bool
is_last_word(const char *text, size_t len)
{
	size_t i;

	if (len != strlen(last_word))
		return false;
	for (i = 0; i < len; i++)
		if ((text[i] | 0x20) != last_word[i])
			return false;
	return true;
}

/* Where the piece of name[0 .. end) behind its last `_` begins; 0: none. */
static size_t
piece(const char *name, size_t end)
{
	while (end > 0 && name[end - 1] != '_')
		end--;
	return end;
}

/* The value of up to SET_DIGITS_MAX digits, -1 for anything else. */
static int
number(const char *text, size_t len)
{
	int n = 0;
	size_t i;

	if (len == 0 || len > SET_DIGITS_MAX)
		return -1;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		n = n * 10 + (text[i] - '0');
	}
	return n;
}

bool
set_part_read(const char *name, struct set_part *part_out)
{
	struct set_part p = { .name = name };
	size_t start, end, len = strlen(name);

	if (!room_name_ok(name))
		return false;
	start = piece(name, len);
	if (start == 0)
		return false;
	end = start + strcspn(name + start, ".");
	p.tail = name + end;
	if (is_last_word(name + start, end - start)) {
		p.last = true;
		end = start - 1;
		start = piece(name, end);
	}
	p.number = start == 0 ? -1 : number(name + start, end - start);
	p.digits = (int)(end - start);
	p.stem = start == 0 ? end : start - 1;
	p.flawed = p.number < 1 || p.number > SPOOL_PARTS_MAX ||
		   p.stem < SET_STEM_MIN;
	/* Number 0 of a name that is long enough is counted from 0. */
	if (p.flawed && !p.last && (p.number != 0 || p.stem < SET_STEM_MIN))
		return false;
	*part_out = p;
	return true;
}

bool
set_same(const struct set_part *a, const struct set_part *b)
{
	return a->stem == b->stem && memcmp(a->name, b->name, a->stem) == 0 &&
	       strcmp(a->tail, b->tail) == 0;
}

static int
by_number(const void *left, const void *right)
{
	const struct set_part *a = left, *b = right;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return strcmp(a->name, b->name);
}

static enum set_state
wrong(struct fault *why, const char *text)
{
	(void)fault_set(why, V_SKIP, CODE_PARTS, "%s", text);
	return SET_WRONG;
}

/* "1-3" or "7" behind what is there. */
static void
add_range(char text[RANGES_TEXT_MAX], int from, int to)
{
	size_t n = strlen(text);
	const char *comma = n == 0 ? "" : ", ";

	if (n > RANGES_TEXT_MAX - 24) {
		if (text[n - 1] != '.')
			snprintf(text + n, RANGES_TEXT_MAX - n, ", ...");
		return;
	}
	if (from == to)
		snprintf(text + n, RANGES_TEXT_MAX - n, "%s%d", comma, from);
	else
		snprintf(text + n, RANGES_TEXT_MAX - n, "%s%d-%d", comma, from,
			to);
}

/* "has 1-3, 5 of a set; 4 is missing": sorted, no number twice. */
static enum set_state
lacks(const struct set_part *parts, size_t count, struct fault *why)
{
	char has[RANGES_TEXT_MAX] = "", missing[RANGES_TEXT_MAX] = "";
	bool ends = parts[count - 1].last;
	int from = 1, next = 1, gaps = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (parts[i].number > next) {
			if (next > from)
				add_range(has, from, next - 1);
			add_range(missing, next, parts[i].number - 1);
			gaps += parts[i].number - next;
			from = parts[i].number;
		}
		next = parts[i].number + 1;
	}
	if (gaps == 0 && ends)
		return SET_WHOLE;
	add_range(has, from, next - 1);
	(void)fault_set(why, V_LATER, CODE_GROWING, "has %s of a set; %s%s%s%s",
		has, missing,
		gaps == 0  ? ""
		: gaps > 1 ? " are missing"
			   : " is missing",
		gaps > 0 && !ends ? ", and " : "",
		ends ? "" : "the part called _laatste is not there");
	return SET_WAITS;
}

enum set_state
set_judge(struct set_part *parts, size_t count, struct fault *why)
{
	size_t i;

	assert(count > 0);
	if (count > SPOOL_PARTS_MAX)
		return wrong(why, "the set has more than 999 parts");
	qsort(parts, count, sizeof(*parts), by_number);
	for (i = 0; i < count; i++) {
		if (parts[i].flawed)
			return wrong(why,
				"a part has no number from 1 to 999, or its "
				"name before the number is shorter than 8 "
				"characters");
		if (i > 0 && parts[i].number == parts[i - 1].number)
			return wrong(why, "two parts have the same number");
		if (parts[i].digits != parts[0].digits)
			return wrong(why,
				"the numbers of the parts do not all have the "
				"same number of digits");
		if (parts[i].last && i + 1 < count)
			return wrong(why,
				"a part comes behind the one that is called "
				"_laatste");
	}
	return lacks(parts, count, why);
}

_Static_assert(SPOOL_PARTS_MAX == 999, "two texts above say 999");
_Static_assert(SET_STEM_MIN == 8, "and one says 8");
