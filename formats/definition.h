/* formats/definition.h - a supplier's layout, compiled; private to formats/
 *
 * formats/layout.c reads the YAML, formats/compile*.c look everything up that
 * it names, once.  Readers (xml.c, delimited.c, fixed.c) find the records and
 * values of a file; record.c judges them and makes letters.
 *
 * Records form a tree: a header (first) and trailer (last) that occur once,
 * and the rest, among which one makes a letter.  Records above it are kept for
 * all letters below (a WOZ value with several interested parties: one record,
 * several letters); records below it are its lines.
 *
 * Fields of one record lie together in `fields`; the index of a field is also
 * the index of its value while a file is read.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_DEFINITION_H
#define FORMATS_DEFINITION_H

#include "formats/format.h"

#define DEFINITION_FIELDS_MAX 400
#define DEFINITION_RECORDS_MAX 20
#define DEFINITION_NODES_MAX 1000
#define DEFINITION_KEYS_MAX 8  /* parts of a key; links of a child */
#define DEFINITION_RULE_MAX 16 /* names in one rule */
#define DEFINITION_STEPS_MAX 6 /* normalise steps of a field */
#define TEMPLATE_PARTS_MAX 64

/* The closed list of types; formats/type.c has their names and words. */
enum field_type {
	FIELD_TEXT,
	FIELD_NAME,   /* text that can be a person's name: MOBB-0210 */
	FIELD_ALPHA,  /* A-Z a-z */
	FIELD_LETTER, /* one letter */
	FIELD_ALNUM,
	FIELD_DIGITS,
	FIELD_INT,
	FIELD_OIN,
	FIELD_BSN,
	FIELD_RSIN,
	FIELD_ANPID, /* 17 digits */
	FIELD_KVK,   /* 8 digits */
	FIELD_IBAN,  /* mod 97 */
	FIELD_POSTCODE,
	FIELD_COUNTRY,	     /* two capitals, ISO 3166 */
	FIELD_COUNTRY_BRP,   /* four digits of the BRP's table; becomes ISO */
	FIELD_DATE_YMD,	     /* 20260215 */
	FIELD_DATE_ISO,	     /* 2026-02-15 */
	FIELD_DATE_DMY,	     /* 15-02-2026 */
	FIELD_YEAR,	     /* 2026 */
	FIELD_PERIOD_MONTH,  /* 202601 .. 202612 */
	FIELD_PERIOD_WEEKS,  /* 202601 .. 202613, of four weeks each */
	FIELD_PERIOD,	     /* either */
	FIELD_TIME,	     /* 20260215T020000 or 20260215020000[mmm] */
	FIELD_MONEY_COMMA,   /* 843,17 */
	FIELD_MONEY_POINT,   /* 843.17 */
	FIELD_MONEY_INT,     /* 308000, by `unit` */
	FIELD_MONEY_IMPLIED, /* 84317 with `decimals: 2` */
	FIELD_BOOL_JN,	     /* J N */
	FIELD_BOOL_10,	     /* 1 0 */
	FIELD_BOOL_TRUE,     /* true false */
	FIELD_ENUM,	     /* one of `values` */
	FIELD_FILENAME,	     /* A-Z a-z 0-9 . _ - */
	FIELD_SHA256,
	FIELD_TYPES
};

enum field_sign {
	SIGN_NONE,  /* an amount below zero is a mistake */
	SIGN_MINUS, /* a minus in front of what is below zero */
	SIGN_LEAD,  /* + or - in front, always */
	SIGN_TRAIL, /* + or - behind, always */
	SIGN_SPLIT  /* in another field of the record */
};

/* The closed list of steps that bring a value into its form, in the order
 * written.  A step that had to repair something (STEP_PAD, STEP_CP1252) is
 * told as a warning and counted.
 */
enum field_step {
	STEP_NONE,
	STEP_TRIM,     /* blanks at both ends; XML and fixed always do */
	STEP_COLLAPSE, /* runs of blanks become one */
	STEP_UPPER,    /* A-Z only, whatever the locale */
	STEP_LOWER,
	STEP_STRIP_ZEROS, /* leading ones; the last digit stays */
	STEP_PAD,	  /* leading zeros up to `pad` characters */
	STEP_POSTCODE,	  /* "1234 ab" -> "1234AB" */
	STEP_NFC,
	STEP_DROP_CONTROL, /* control characters go */
	STEP_CP1252	   /* U+0080..9F as windows-1252 meant it */
};

/* What happens to a record whose field is wrong. */
enum field_bad {
	BAD_REJECT,
	BAD_PAPER, /* the field is left out; the letter goes on paper */
	BAD_WARN,  /* the field is left out, a remark is kept */
	BAD_STOP,  /* the whole file */
};

struct field {
	const char *name;
	int record;
	enum field_type type;
	int64_t min, max; /* length in characters */
	bool required;
	enum field_bad bad;
	enum code code;	    /* CODE_NONE: what the type says */
	const char *preset; /* value when it is not there; NULL: none */
	const char *empty;  /* this text means not there ("00000000") */
	const char *ends;   /* the value ends with it ("0101"); NULL: any */
	char **nils;	    /* allowed reasons of a nil */
	size_t nil_count;
	char **values; /* FIELD_ENUM */
	char **words;  /* what each is called in a letter; NULL: itself */
	size_t value_count;
	int64_t cents; /* money: how many cents one unit is */
	int decimals;  /* FIELD_MONEY_IMPLIED */
	enum field_sign sign;
	int sign_field;				     /* SIGN_SPLIT, else -1 */
	enum field_step steps[DEFINITION_STEPS_MAX]; /* ends with STEP_NONE */
	int pad;				     /* STEP_PAD */
	bool incomplete; /* dates: 00 for a day or month is allowed */
	bool full_warns; /* as long as it may be: perhaps cut (MOBB-0210) */

	/* where: delimited a column, fixed a position; both from 1 */
	int column;
	const char *header; /* delimited with a header row: its name there */
	int at, bytes;
};

/* Text with {field} in it.  A name is looked up in the letter's record, then
 * in the records above it, the header, and as RECORD.field in these.  {CP}
 * stands for the lines of the record CP (lines: in the definition).
 *
 * A line of which all names turn out empty is left out, label and all, so
 * that "Postbus {postbus}" is nothing without a box.  Only a spoken text of
 * one line (a subject, a title) keeps its words.
 */
enum template_says {
	SAYS_TEXT, /* as it is written */
	SAYS_MONEY,
	SAYS_EUROS, /* without cents */
	SAYS_BOOL,
	SAYS_WORD,
	SAYS_DATE_YMD,
	SAYS_DATE_ISO,
	SAYS_DATE_DMY,
	SAYS_TIME,
	SAYS_PERIOD
};

struct template
{
	int count;		 /* 0: there is none */
	int unless;		 /* nothing at all when this field ... */
	const char *unless_text; /* ... has this value; NULL: always */
	size_t room;		 /* for all but values and lines */
	bool several;		 /* lines of its own */
	struct {
		const char *text; /* NULL: the field or the lines */
		size_t len;
		bool tidy;		 /* only single blanks and line ends */
		int ends;		 /* how many of these */
		int field;		 /* -1: none */
		int record;		 /* whose lines; -1: none */
		enum template_says says; /* how the field is spoken */
	} part[TEMPLATE_PARTS_MAX];
};

enum record_occurs {
	OCCURS_ANY,
	OCCURS_FIRST, /* once, before all others */
	OCCURS_LAST   /* once, after all others */
};

struct record {
	const char *name;
	int parent; /* -1: none */
	enum record_occurs occurs;
	int64_t min, max; /* of it below one parent, or in the file */
	int key[DEFINITION_KEYS_MAX];
	int key_count;
	/* fields that must equal the parent's: MOBB-0225 */
	int link[DEFINITION_KEYS_MAX], link_parent[DEFINITION_KEYS_MAX];
	int link_count;
	int first_field, field_count;
	/* flat kinds: how a line of it is known; NULL: every line is one */
	const char *when;
	int when_column;	 /* delimited, from 1 */
	int when_at, when_bytes; /* fixed, from 1 */
	int columns;		 /* delimited: how many there must be */
	struct template lines;	 /* its line in the text */
	bool told;		 /* the letter's text asks for it */
};

struct document {
	const char *name;
	struct template title;
	enum attachment_way way;
	const char *file; /* a shared leaflet: the member all letters get */
	/* flat kinds: fields of the letter's record, -1 none */
	int href, sha256;
	int first_page, last_page; /* cut from input.pages; -1: whole */
};

/* XML: what an attribute or the text of an element means. */
struct slot {
	const char *ns, *local; /* of an attribute; local NULL: the text */
	int field;		/* -1: none */
	int document;		/* -1: none */
	enum slot_kind {
		SLOT_FIELD,
		SLOT_HREF,
		SLOT_SHA256,
		SLOT_MIME,
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

/* Checks of one record, all its fields there. */
enum rule_kind {
	RULE_EXACTLY_ONE,
	RULE_AT_LEAST_ONE,
	RULE_AT_MOST_ONE,
	RULE_EQUAL, /* two fields; absent ones are not compared */
	RULE_NOT_EQUAL,
	RULE_LESS,	/* a < b: dates, amounts, numbers */
	RULE_NOT_MORE,	/* a <= b */
	RULE_SAME_YEAR, /* a year or date, and a date */
};

struct rule {
	const char *name;
	int record; /* checked when it ends */
	enum rule_kind kind;
	struct {
		int field, record; /* one of them, the other is -1 */
	} of[DEFINITION_RULE_MAX];
	int count;
	enum field_bad bad;
	enum code code;
};

/* Checks over all records. */
enum control_kind {
	CONTROL_ASCENDING, /* field, not smaller than in the record before */
	CONTROL_UNIQUE,	   /* field */
	CONTROL_SEQUENCE,  /* field: 1, 2, 3 .. without gaps */
	CONTROL_COUNT,	   /* records of `record` = field `total` */
	CONTROL_SUM,	   /* amounts or numbers of `field` = `total` */
	CONTROL_HASH	   /* as sum, of digits that are no amount */
};

struct control {
	enum control_kind kind;
	int record; /* whose field, or which is counted */
	int field;  /* -1: CONTROL_COUNT */
	int total;  /* field of a header or trailer; -1: none */
	enum field_bad bad;
	enum code code;
	const char *text; /* as written, for messages */
};

struct definition {
	struct arena mem;
	void *file; /* the loaded YAML, which owns the texts */
	const char *id, *title, *owner;
	const char *source; /* the text of the definition, and */
	size_t source_len;
	uint8_t sha256[32]; /* its digest */
	enum format_kind kind;
	struct format_input input; /* what the container must be */
	int64_t records_max, record_bytes_max, field_max;
	int depth_max;

	/* how the payload is written */
	const char *encoding; /* "utf-8", "iso-8859-1", "windows-1252" */
	bool bom;	      /* a UTF-8 byte order mark is accepted */
	enum newline {
		NEWLINE_ANY, /* CRLF or LF, one of them throughout */
		NEWLINE_CRLF,
		NEWLINE_LF,
		NEWLINE_NONE /* fixed: records follow each other */
	} newline;
	char separator, quote; /* delimited; quote 0: none */
	bool multiline;	       /* delimited: quotes may hold line ends */
	bool header_row;       /* delimited: the first line has names */
	int record_bytes;      /* fixed: of every record, newline apart */

	struct field *fields;
	int field_count;
	struct record records[DEFINITION_RECORDS_MAX];
	int record_count;
	int letter; /* the record that makes a letter */
	struct document documents[ATTACHMENT_LETTER_MAX];
	int document_count;
	struct node *nodes; /* XML: 0 is the root element */
	int node_count;
	struct slot *slots;
	int slot_count;
	struct rule *rules;
	int rule_count;
	struct control *controls;
	int control_count;

	/* the delivery: fields of any record but lines, -1: none */
	int sender;	 /* must be the stream's OIN: MOBB-0107 */
	int environment; /* T or P, must fit the endpoint: MOBB-0108 */
	int number;	 /* of the delivery, rises per stream */
	int period;	 /* period or year: MOBB-0124 */

	/* the letter; -1: none */
	int recipient; /* a BSN; -1: all on paper */
	int paper;     /* bool: true is paper only (MOBB-0303) */
	int channel;   /* enum: these values are paper or box only */
	char *const *paper_only, *const *box_only;
	size_t paper_only_count, box_only_count;
	int deceased, secret;  /* bool, or a date of death: MOBB-0216 */
	int dated;	       /* dagtekening */
	int deadline, publish; /* dates */
	int amount;	       /* of the letter; of a line: added up */
	int type;	       /* BerichtType, when it is in the file */
	struct template reference, subject, text;
	struct template name, attention, street, number_of, letter_of, addition,
		postcode, town, country, foreign[3];
	struct template box; /* "Postbus 12" or "Antwoordnummer 3" */

	struct format_policy policy;
};

/* --- formats/type.c: the closed lists, with their words --- */

struct field_type_words {
	const char *name;    /* "money:comma", as in a definition */
	const char *words;   /* what a supplier reads: "amount with ..." */
	const char *example; /* "843,17" */
};
const struct field_type_words *field_type_words(enum field_type type);
bool field_type_money(enum field_type type);
bool field_type_date(enum field_type type);
bool field_type_bool(enum field_type type);

/* --- formats/value.c --- */

struct value {
	const char *text; /* NULL: absent; else closed with a NUL */
	size_t len;
	bool nil;
	const char *nil_reason;
	int64_t cents;	/* money */
	int64_t number; /* int, digits up to 18, year, period */
	int32_t days;	/* date */
	bool yes;	/* bool */
};

/* Bring a value into its form (in `mem`) and check it.
 *
 * V_OK    sound, or absent and not required
 * V_END   sound after a repair that must be told (why, as a warning)
 * V_SKIP  wrong: why says what, never with the value itself
 *
 * `sign`: value of the sign field for SIGN_SPLIT, else NULL.
 */
enum verdict value_check(const struct field *field, struct value *value,
	const struct value *sign, struct arena *mem, struct fault *why);

/* The same where nothing can be wrong and no step is to be taken: texts of
 * ASCII and digits.  False says nothing: value_check() knows.  What is asked of
 * a field is small, so that those of a record lie in a few cache lines.
 */
struct sound {
	uint32_t min, max; /* max 0: value_check() must look */
	bool digits;
	bool must; /* value_check() must look also when it is not there */
};

struct sound value_sound_of(const struct field *field);
bool value_sound(const struct sound *sound, struct value *value);

/* --- formats/template.c --- */

/* How a value is written in a template. */
enum template_way {
	TEMPLATE_RAW,	/* as in the file: keys, references, addresses */
	TEMPLATE_SPOKEN /* for people: 1.234,56 and 15-02-2026 */
};

/* Compile; names are looked up from `record` as struct template says. */
enum verdict template_parse(const struct definition *definition,
	const char *text, int record, struct arena *mem, struct template *out,
	struct fault *why);

/* Fill in; absent fields vanish, and blanks that become double with them.
 * `lines`: text per record ("" or NULL: none), may be NULL.
 */
const char *template_fill(const struct definition *definition,
	const struct template *template, enum template_way way,
	const struct value *values, const char *const *lines,
	struct arena *mem);

/* --- one reader per kind --- */

struct reading;

/* Read one payload whole and give its records to `reading`. */
enum verdict xml_read(struct reading *reading, format_read_fn *read,
	void *read_self, struct fault *why);
enum verdict delimited_read(struct reading *reading, format_read_fn *read,
	void *read_self, struct fault *why);
enum verdict fixed_read(struct reading *reading, format_read_fn *read,
	void *read_self, struct fault *why);

#endif
