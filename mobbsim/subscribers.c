/* mobbsim/subscribers.c - see mobbsim/subscribers.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "mobbsim/subscribers.h"

#define FILE_MAX ((size_t)1000000000) /* bytes of one */
#define LINE_MAX_BYTES 80

struct numbers {
	int32_t *all; /* sorted once all are there */
	size_t count, room;
	bool there; /* the file is */
};

struct change {
	int32_t number;
	bool yes;
	int64_t at_ms;
};

struct subscribers {
	struct numbers subscribed, citizens;
	struct change *changes; /* by number, then moment */
	size_t change_count, change_room;
};

/* --- reading --- */

static int
by_number(const void *a, const void *b)
{
	int32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

static int
by_change(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

/* Nine digits; 0 when they are not. */
static int32_t
number_of(const char *text)
{
	if (strlen(text) != 9 || strspn(text, "0123456789") != 9)
		return 0;
	return (int32_t)strtol(text, NULL, 10);
}

static void
put_one(struct numbers *to, int32_t number)
{
	if (to->count == to->room) {
		to->room = to->room == 0 ? 1024 : 2 * to->room;
		to->all = mem_grow(to->all, to->room * sizeof(*to->all));
	}
	to->all[to->count++] = number;
}

static void
put_all(struct numbers *to, const struct numbers *from)
{
	size_t i;

	for (i = 0; i < from->count; i++)
		put_one(to, from->all[i]);
}

/* A line without blanks at its ends; false when it makes no sense. */
typedef bool line_fn(struct subscribers *list, char *line);

static bool
take_subscriber(struct subscribers *list, char *line)
{
	int32_t number = number_of(line);

	put_one(&list->subscribed, number);
	return number != 0;
}

static bool
take_citizen(struct subscribers *list, char *line)
{
	int32_t number = number_of(line);

	put_one(&list->citizens, number);
	return number != 0;
}

static bool
take_change(struct subscribers *list, char *line)
{
	char *save, *at = strtok_r(line, " \t", &save),
		    *number = strtok_r(NULL, " \t", &save),
		    *word = strtok_r(NULL, " \t", &save);
	struct change c;

	if (word == NULL || strtok_r(NULL, " \t", &save) != NULL ||
		!clock_parse(at, &c.at_ms))
		return false;
	c.number = number_of(number);
	c.yes = strcmp(word, "yes") == 0;
	if (c.number == 0 || (!c.yes && strcmp(word, "no") != 0))
		return false;
	if (list->change_count == list->change_room) {
		list->change_room =
			list->change_room == 0 ? 64 : 2 * list->change_room;
		list->changes = mem_grow(list->changes,
			list->change_room * sizeof(*list->changes));
	}
	list->changes[list->change_count++] = c;
	return true;
}

/* V_SKIP: the file is not there. */
static enum verdict
read_lines(int dir, const char *name, line_fn *line_of,
	struct subscribers *list, struct fault *why)
{
	struct buf text = BUF_MAX(FILE_MAX);
	char copy[LINE_MAX_BYTES], *at, *next;
	size_t line = 0, len;
	enum verdict v;

	v = file_get(dir, name, &text, why);
	for (at = text.bytes; v == V_OK && *at != '\0'; at = next) {
		len = strcspn(at, "\n");
		next = at + len + (at[len] == '\n');
		line++;
		while (len > 0 && (at[len - 1] == '\r' || at[len - 1] == ' '))
			len--;
		if (len == 0 || *at == '#')
			continue;
		memcpy(copy, at, len < sizeof(copy) ? len : 0);
		copy[len < sizeof(copy) ? len : 0] = '\0';
		if (line_of(list, copy))
			continue;
		v = fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			line_of == take_change ? "not MOMENT NUMBER yes|no"
					       : "not nine digits");
		fault_at(why, "%s:%zu", name, line);
	}
	buf_done(&text);
	return v;
}

static enum verdict
read_numbers(int dir, const char *name, line_fn *line_of, struct numbers *to,
	struct subscribers *list, struct fault *why)
{
	enum verdict v = read_lines(dir, name, line_of, list, why);

	to->there = v == V_OK;
	if (to->count > 0)
		qsort(to->all, to->count, sizeof(*to->all), by_number);
	return v == V_SKIP ? V_OK : v;
}

enum verdict
subscribers_load(int dir, struct subscribers **out, struct fault *why)
{
	struct subscribers *list = mem_zero(1, sizeof(*list));
	enum verdict v;

	v = read_numbers(dir, "subscribers.txt", take_subscriber,
		&list->subscribed, list, why);
	if (v == V_OK)
		v = read_numbers(dir, "citizens.txt", take_citizen,
			&list->citizens, list, why);
	if (v == V_OK)
		v = read_lines(dir, "changes.txt", take_change, list, why);
	if (v == V_SKIP)
		v = V_OK;
	if (list->change_count > 0)
		qsort(list->changes, list->change_count, sizeof(*list->changes),
			by_change);
	if (v == V_OK && (list->subscribed.there || list->citizens.there ||
				 list->change_count > 0))
		*out = list;
	else
		subscribers_free(list);
	return v;
}

void
subscribers_free(struct subscribers *list)
{
	if (list == NULL)
		return;
	free(list->subscribed.all);
	free(list->citizens.all);
	free(list->changes);
	free(list);
}

/* --- asking --- */

/* The last change of a number, NULL when it never did. */
static const struct change *
last_change(const struct subscribers *list, int32_t number)
{
	size_t low = 0, high = list->change_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (list->changes[middle].number <= number)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && list->changes[low - 1].number == number
		       ? &list->changes[low - 1]
		       : NULL;
}

enum box
subscribers_look(const struct subscribers *list, const char *bsn)
{
	int32_t number = number_of(bsn);
	const struct change *change;

	if (list == NULL)
		return citizen_box(bsn);
	if (number == 0)
		return BOX_NONE;
	change = last_change(list, number);
	if (change != NULL)
		return change->yes ? BOX_OPEN : BOX_NONE;
	if (!list->subscribed.there)
		return citizen_box(bsn);
	return list->subscribed.count > 0 &&
			       bsearch(&number, list->subscribed.all,
				       list->subscribed.count, sizeof(number),
				       by_number) != NULL
		       ? BOX_OPEN
		       : BOX_NONE;
}

static void
add_reserved(struct numbers *to)
{
	char text[CITIZEN_TEXT_MAX];
	int32_t number;

	for (number = CITIZEN_RESERVED_FIRST; number <= CITIZEN_RESERVED_LAST;
		number++) {
		snprintf(text, sizeof(text), "%09d", (int)number);
		if (citizen_eleven(text))
			put_one(to, number);
	}
}

void
subscribers_all(const struct subscribers *list, bool everybody,
	subscribers_fn *each, void *self)
{
	static const struct subscribers none;
	struct numbers all = { .count = 0 };
	char text[CITIZEN_TEXT_MAX];
	size_t i;
	bool yes;

	if (list == NULL)
		list = &none;
	if (!list->citizens.there && !list->subscribed.there)
		add_reserved(&all);
	put_all(&all, &list->citizens);
	put_all(&all, &list->subscribed);
	for (i = 0; i < list->change_count; i++)
		put_one(&all, list->changes[i].number);
	if (all.count > 0)
		qsort(all.all, all.count, sizeof(*all.all), by_number);
	for (i = 0; i < all.count; i++) {
		if (i > 0 && all.all[i] == all.all[i - 1])
			continue;
		snprintf(text, sizeof(text), "%09d", (int)all.all[i]);
		yes = subscribers_look(list, text) != BOX_NONE;
		if (yes || everybody)
			each(self, all.all[i], yes);
	}
	free(all.all);
}

void
subscribers_changes(const struct subscribers *list, int64_t since_ms,
	subscribers_fn *each, void *self)
{
	size_t i;

	for (i = 0; list != NULL && i < list->change_count; i++) {
		const struct change *c = &list->changes[i];

		if (i + 1 < list->change_count && c[1].number == c->number)
			continue;
		if (c->at_ms >= since_ms)
			each(self, c->number, c->yes);
	}
}
