/* base/yaml_place.c - what is said about a YAML file: mistakes, where values
 * stood, what a word was meant to be
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/yaml.h"

struct place {
	uintptr_t value;
	size_t line, column;
};

struct yaml_places {
	struct place *list;
	size_t count, room;
};

void
yaml_mistake(struct yaml_mistakes *mistakes, const struct fault *mistake)
{
	assert(mistakes->max >= 1);
	if (mistakes->count >= mistakes->max)
		return;
	if (mistakes->count++ == 0)
		mistakes->first = *mistake;
	if (mistakes->tell != NULL)
		mistakes->tell(mistakes->self, mistake);
}

struct yaml_places *
yaml_places_new(void)
{
	return mem_zero(1, sizeof(struct yaml_places));
}

void
yaml_places_add(struct yaml_places *places, const void *value, size_t line,
	size_t column)
{
	if (places->count == places->room) {
		places->room = places->room == 0 ? 256 : places->room * 2;
		places->list = mem_grow(
			places->list, places->room * sizeof(*places->list));
	}
	places->list[places->count++] =
		(struct place){ (uintptr_t)value, line, column };
}

static int
place_order(const void *a, const void *b)
{
	uintptr_t x = ((const struct place *)a)->value;
	uintptr_t y = ((const struct place *)b)->value;

	return (x > y) - (x < y);
}

void
yaml_places_sort(struct yaml_places *places)
{
	if (places->count > 0)
		qsort(places->list, places->count, sizeof(*places->list),
			place_order);
}

bool
yaml_place(const struct yaml_places *places, const void *value,
	size_t *line_out, size_t *column_out)
{
	struct place key = { .value = (uintptr_t)value };
	const struct place *found = NULL;

	if (places != NULL && places->count > 0)
		found = bsearch(&key, places->list, places->count,
			sizeof(*places->list), place_order);
	if (found == NULL)
		return false;
	*line_out = found->line;
	*column_out = found->column;
	return true;
}

void
yaml_places_free(struct yaml_places *places)
{
	if (places == NULL)
		return;
	free(places->list);
	free(places);
}

/* Levenshtein distance, for "did you mean"; long words are never near. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[32], n = strlen(b), i, j;

	if (strlen(a) >= 32 || n >= 31)
		return 99;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 1; a[i - 1] != '\0'; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (j = 1; j <= n; j++) {
			size_t best = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

void
yaml_guess(struct yaml_guess *guess, const char *candidate)
{
	size_t d = distance(guess->word, candidate);
	size_t limit = guess->best == NULL ? 4 : guess->least;

	/* Not a word with nothing of the other left in it. */
	if (d >= limit || d >= strlen(guess->word))
		return;
	guess->best = candidate;
	guess->least = d;
}
