/* base/yaml.h - YAML into structs, by a schema, with the place of every error
 *
 * A schema says for each key which field of the struct it fills.  Unknown and
 * doubled keys, a missing key, a wrong value, an alias, a second document:
 * each is refused with line and column and, for a key, the nearest one that
 * exists.  libyaml is behind the wall; nothing else includes it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum yaml_kind {
	YAML_TEXT,   /* char *, NULL when absent; may be left empty */
	YAML_INT,    /* int64_t, plain decimal */
	YAML_BOOL,   /* bool, true or false */
	YAML_AMOUNT, /* int64_t with decimal suffix k, M or G, B optional:
		       * "24MB" = 24000000; also plain digits */
	YAML_RATE,   /* int64_t per hour: "60000/h", "1000/min", "20/s";
		       * "50MB/s" is bytes per second for YAML_SPEED */
	YAML_DAILY,  /* int64_t a day: "20000/d" */
	YAML_SPEED,  /* int64_t bytes per second: "50MB/s" */
	YAML_TIME,   /* int64_t milliseconds: "30s", "15min", "4h", "7d" */
	YAML_SHARE, /* int64_t parts per million: "35%", "0.5%"; at most 100% */
	YAML_EURO,  /* int64_t hundredths of a cent: "0.47" = 4700, "2" */
	YAML_MAP,   /* a nested struct, in place; `inner` */
	YAML_LIST,  /* list of structs: T *items; size_t count; `inner` */
	YAML_TEXTS, /* list of text: char **items; size_t count; one text is a
		     * list of one */
};

struct yaml_key {
	const char *name;
	enum yaml_kind kind;
	size_t offset;	     /* of the field; for lists of the pointer */
	size_t count_offset; /* lists: of the size_t count */
	size_t item_bytes;   /* YAML_LIST: sizeof one item */
	const struct yaml_key *inner; /* MAP and LIST: ends with name NULL */
	bool required;
	int64_t absent; /* numbers: value when the key is absent */
};

/* Fill the struct at `out` (zeroed by this function, `out_bytes` large) from
 * the text of one document.  `name` is for the place: "jobs.yaml:12:5".
 * V_OK, or V_BROKEN with CODE_CONFIG, _KEY, _DOUBLE or _VALUE.  Free with
 * yaml_done() and the same schema; that accepts a zeroed struct.
 */
enum verdict yaml_load(const char *name, const char *text, size_t len,
	const struct yaml_key *schema, void *out, size_t out_bytes,
	struct fault *why);
void yaml_done(const struct yaml_key *schema, void *out);

/* Mistakes as they are found; what reads on after the YAML adds its own. */
struct yaml_mistakes {
	void (*tell)(void *self, const struct fault *mistake); /* may be NULL */
	void *self;
	int max;   /* nothing is told after so many; at least 1 */
	int count; /* told */
	struct fault first;
};
void yaml_mistake(struct yaml_mistakes *mistakes, const struct fault *mistake);

/* Where each value stood. */
struct yaml_places;

/* The same as yaml_load(), but it goes on after a mistake, up to max of them.
 * V_OK when there was none; V_SKIP when `out` was filled as far as possible,
 * so that more can be said about it; V_BROKEN when the text is no YAML of ours
 * at all.  yaml_done() and yaml_places_free() in every case.
 */
enum verdict yaml_check(const char *name, const char *text, size_t len,
	const struct yaml_key *schema, void *out, size_t out_bytes,
	struct yaml_mistakes *mistakes, struct yaml_places **places_out);

/* Line and column, from 1, of what `value` was made from: for text the text
 * itself (a char *), for numbers, booleans, maps and items of lists the
 * address in the struct.  False when it is not from the file (a default).
 */
bool yaml_place(const struct yaml_places *places, const void *value,
	size_t *line_out, size_t *column_out);
void yaml_places_free(struct yaml_places *places); /* accepts NULL */

/* How base/yaml.c fills them: sorted once, when all are there. */
struct yaml_places *yaml_places_new(void);
void yaml_places_add(struct yaml_places *places, const void *value, size_t line,
	size_t column);
void yaml_places_sort(struct yaml_places *places);

/* "did you mean": begin with { word, NULL, 0 }, offer all candidates; `best` is
 * the nearest, NULL when none is near.
 */
struct yaml_guess {
	const char *word, *best;
	size_t least;
};
void yaml_guess(struct yaml_guess *guess, const char *candidate);

#endif
