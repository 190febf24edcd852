/* formats/compile.h - from the YAML to a compiled definition; private
 *
 * Each compile_*() reads its part of the layout and fills its part of the
 * definition.  A mistake is told and the work goes on, as far as it makes
 * sense, so that one look finds all of them; what is wrong gets a value that
 * later parts can live with.  Nothing here is slower than fields x fields.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_COMPILE_H
#define FORMATS_COMPILE_H

#include "base/yaml.h"
#include "formats/definition.h"
#include "formats/layout.h"

#define FIELD_LENGTH_MAX 10000000
#define NAME_CHARS_MAX 40 /* of a record or field */
#define MISTAKES_MAX 50	  /* told of one definition */
#define DEFINITION_BYTES_MAX 1000000
#define RECORD_BYTES_MAX 100000 /* of a fixed record */
#define COLUMNS_MAX 1000
#define SAID_MAX 64 /* bytes of an amount, a date or a word in a letter */
#define CHECKS_MAX 100
#define NAMESPACES_MAX 50
#define VALUES_MAX 1000 /* of an enum */

struct compile {
	struct definition *d;
	const struct layout *l;
	const char *file; /* for places */
	const struct yaml_places *places;
	struct yaml_mistakes *mistakes;
	int node_of[DEFINITION_RECORDS_MAX]; /* XML: its element, -1 none */
	/* what a field was made from, by its index */
	const struct layout_field *source[DEFINITION_FIELDS_MAX];
	/* its type was a mistake, so nothing is said about its use */
	bool vague[DEFINITION_FIELDS_MAX];
};

/* A mistake at the place of `at`: a text of the layout, or the address of a
 * number, map or item in it.
 */
__attribute__((format(printf, 4, 5))) void compile_bad(struct compile *c,
	const void *at, enum code code, const char *fmt, ...);
/* "; did you mean 'near'?", or nothing when `near` is NULL. */
const char *compile_near(struct compile *c, const char *near);
/* "there is no WHAT 'word'", and what was meant. */
void compile_unknown(struct compile *c, const char *word, const char *what,
	const char *near);

/* --- words: the index of `text` in a list that ends with NULL; `otherwise`
 * when it is NULL, 0 after a mistake was told.
 */
int compile_word(struct compile *c, const char *text, const char *what,
	const char *const *words, int otherwise);
enum field_bad compile_fault(
	struct compile *c, const char *text, enum field_bad otherwise);
enum code compile_code(struct compile *c, const char *text); /* MOBB-0203 */
/* A name that can be used in templates and checks; told when it is not. */
bool compile_name_ok(struct compile *c, const char *text, const char *what);
/* Whole number 1 .. max at the start of *text, which moves behind it. */
bool compile_number(const char **text, int64_t max, int *out);
/* "word(names) rest": the three in `mem`; false when it is not so written. */
bool compile_call(const char *text, struct arena *mem, const char **word_out,
	char **names_out, char **rest_out);

/* --- names (formats/scope.c) --- */

/* What a name means to a record: its own field, else one of the records above
 * it and the header, or RECORD.field of these.
 */
enum scope_answer {
	SCOPE_FIELD,
	SCOPE_RECORD, /* a record below it */
	SCOPE_NONE,
	SCOPE_AMBIGUOUS,
};
#define SCOPE_ALL (-1) /* instead of a record: the whole definition */

int definition_record(const struct definition *d, const char *name, size_t len);
int definition_field(
	const struct definition *d, int record, const char *name, size_t len);
bool definition_below(const struct definition *d, int record, int of);
enum scope_answer scope_find(const struct definition *d, int record,
	const char *name, size_t len, int *field_out, int *record_out);
/* The nearest name, for "did you mean"; NULL when none is near. */
const char *scope_guess(
	const struct definition *d, int record, const char *name);

/* The same, and a mistake at `at` is told; -1 when it is no field. */
int compile_field_named(struct compile *c, int record, const char *name,
	const void *at, const char *what);

/* --- the parts, in their order --- */
bool compile_input(struct compile *c); /* false: no kind, no use going on */
void compile_records(struct compile *c);
void compile_record_paths(struct compile *c); /* XML */
void compile_fields(struct compile *c);
void compile_field_path(
	struct compile *c, const struct layout_field *f, int field);
void compile_keys(struct compile *c);
void compile_documents(struct compile *c);
void compile_document_path(
	struct compile *c, const struct layout_document *l, int document);
void compile_checks(struct compile *c);
void compile_letter(struct compile *c);
void compile_delivery(struct compile *c);

/* --- formats/type.c --- */
void field_type_length(
	enum field_type type, int64_t *min_out, int64_t *max_out);
bool field_type_named(
	const char *name, enum field_type *out, const char **near_out);
const char *field_step_name(enum field_step step);
bool field_step_named(
	const char *name, enum field_step *out, const char **near_out);

#endif
