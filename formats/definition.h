/* formats/definition.h - a supplier's layout, compiled; private to formats/
 *
 * Paths become a tree of elements: the reader walks it while the file goes by
 * and never compares more than a pointer per element it knows.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_DEFINITION_H
#define FORMATS_DEFINITION_H

#include "formats/format.h"

#define DEFINITION_FIELDS_MAX 200
#define DEFINITION_RECORDS_MAX 20
#define DEFINITION_NODES_MAX 1000
#define DEFINITION_KEYS_MAX 8  /* parts of a key */
#define DEFINITION_RULE_MAX 16 /* names in one rule */
#define TEMPLATE_PARTS_MAX 16

enum field_type {
	FIELD_TEXT,
	FIELD_DIGITS,
	FIELD_INT,
	FIELD_OIN,
	FIELD_BSN,
	FIELD_RSIN,
	FIELD_ALNUM,
	FIELD_LETTER,
	FIELD_POSTCODE,
	FIELD_COUNTRY,
	FIELD_DATE, /* date:ymd */
	FIELD_YEAR,
	FIELD_MONEY_COMMA, /* 843,17 */
	FIELD_MONEY_INT,   /* 308000 */
	FIELD_ENUM,	   /* one of `values` */
};

/* What happens to a record whose field is wrong. */
enum field_bad {
	BAD_REJECT,
	BAD_PAPER, /* the field is left out, a remark is kept */
	BAD_WARN,
	BAD_STOP, /* the whole file */
};

struct field {
	const char *name;
	int record;
	enum field_type type;
	int64_t min, max; /* length in characters */
	bool required;
	enum field_bad bad;
	enum code code; /* CODE_NONE: what the type says */
	char **nils;	/* allowed reasons of a nil */
	size_t nil_count;
	char **values; /* FIELD_ENUM */
	size_t value_count;
	int64_t cents; /* money: how many cents one unit is */
};

/* Text with {field} in it. */
struct template
{
	int count; /* 0: there is none */
	struct {
		const char *text; /* NULL: the field */
		size_t len;
		int field;
	} part[TEMPLATE_PARTS_MAX];
};

struct record {
	const char *name;
	int parent; /* -1: this is a letter */
	int64_t max;
	int key[DEFINITION_KEYS_MAX];
	int key_count;
	int first_field, field_count; /* fields are sorted by record */
};

struct document {
	const char *name;
	struct template title;
};

/* What an attribute or the text of an element means. */
struct slot {
	const char *ns, *local; /* of an attribute; local NULL: the text */
	int field;		/* -1: none */
	int document;		/* -1: none */
	enum {
		SLOT_FIELD,
		SLOT_HREF,
		SLOT_SHA256,
		SLOT_INLINE
	} kind;
	int next; /* of the same node, -1 the last */
};

struct node {
	const char *ns, *local;
	int child, sibling; /* -1: none */
	int record;	    /* it begins one; -1: no */
	int slot;	    /* first; -1: none */
	int document;	    /* an occurrence of one begins here; -1: no */
	bool text;	    /* its text is wanted */
};

enum rule_kind {
	RULE_EXACTLY_ONE,
	RULE_AT_LEAST_ONE,
	RULE_AT_MOST_ONE
};

struct rule {
	const char *name;
	enum rule_kind kind;
	struct {
		int field, record; /* one of them, the other is -1 */
	} of[DEFINITION_RULE_MAX];
	int count;
	enum field_bad bad;
	enum code code;
};

enum control_kind {
	CONTROL_ASCENDING,
	CONTROL_UNIQUE
};

struct control {
	enum control_kind kind;
	int field;
	enum field_bad bad;
};

struct definition {
	struct arena mem;
	void *file; /* the loaded YAML, which owns the texts */
	const char *id, *title, *payload;
	bool zip, plain;
	struct archive_limits limits;
	int64_t bytes_max, records_max, record_bytes_max;
	int depth_max;

	struct field *fields;
	int field_count;
	struct record records[DEFINITION_RECORDS_MAX];
	int record_count;
	struct document documents[ATTACHMENT_LETTER_MAX];
	int document_count;
	struct node *nodes; /* 0 is the root element */
	int node_count;
	struct slot *slots;
	int slot_count;
	struct rule *rules;
	int rule_count;
	struct control *controls;
	int control_count;

	int sender;    /* field that must be the stream's OIN, -1: none */
	int recipient; /* field, -1: all on paper */
	int dated, amount;
	struct template reference, subject, text;
	struct template name, attention, street, number, letter, addition,
		postcode, town, country, foreign[3];
};

/* --- formats/value.c --- */

/* Check a value and bring it into its form (in `mem`).  V_SKIP: what is wrong,
 * never with the value itself.  *cents_out, *days_out as the type has them.
 */
struct value {
	const char *text; /* NULL: absent */
	size_t len;
	bool nil;
	const char *nil_reason;
	int64_t cents; /* money */
	int32_t days;  /* date */
};

enum verdict value_check(const struct field *field, struct value *value,
	struct arena *mem, struct fault *why);

/* --- formats/template.c --- */

/* Compile; a field is looked up among those of `record` by name. */
enum verdict template_parse(const struct definition *definition,
	const char *text, int record, struct arena *mem, struct template *out,
	struct fault *why);

/* Fill in; absent fields vanish, and blanks that become double with them. */
const char *template_fill(const struct template *template,
	const struct value *values, struct arena *mem);

#endif
