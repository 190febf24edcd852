/* formats/reading.h - what record.c, rule.c, control.c and letter.c share;
 * private to these
 *
 * A definition's records have one of six parts to play.  HEADER and TRAILER
 * stand once, around all others.  The LETTER's record makes letters; those
 * ABOVE it are kept for all letters below them, and these letters wait until
 * the outermost one has ended, for in XML its fields may come last.  A LINE
 * lies below the letter, becomes text of it and is forgotten.  Anything else
 * is a SIDE record: checked, and forgotten.
 *
 * Memory: `part_mem` lives as long as the payload, `family` as long as the
 * outermost record above the letter (or the letter), `line_mem` of each LINE
 * and SIDE as long as that record.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_READING_H
#define FORMATS_READING_H

#include "formats/record.h"
#include "formats/seen.h"

#define FOLLOW_BAD (-1) /* a line of no type */
#define FOLLOW_END (-2) /* of the payload, at `end` */

#define READING_REMARKS_MAX 20 /* of one record; more say nothing new */

enum role {
	ROLE_HEADER,
	ROLE_TRAILER,
	ROLE_ABOVE,
	ROLE_LETTER,
	ROLE_LINE,
	ROLE_SIDE
};

struct remark {
	struct remark *next;
	enum code code;
	const char *field, *reason;
};

/* One occurrence of a record; of each type the present one is known. */
struct instance {
	bool begun;	     /* open; a header stays so */
	bool orphan;	     /* the record it belongs below was not there */
	bool spoiled;	     /* the reader could not take it apart */
	bool wrong;	     /* code, field and reason are the first mistake */
	bool paper;	     /* a mistake that means paper */
	bool recipient_left; /* .. in the recipient's own field */
	int64_t number;	     /* the letter's; of ABOVE its first letter's */
	int64_t line, offset, end;
	enum code code;
	const char *field, *reason;
	struct remark *remarks, *last_remark;
	int remark_count;
};

/* A letter that waits for the records above it to end. */
struct kept {
	struct kept *next;
	struct instance instance;
	struct letter letter;
	int document_of[ATTACHMENT_LETTER_MAX];
	int64_t below[DEFINITION_RECORDS_MAX];
	const char *lines[DEFINITION_RECORDS_MAX];
	/* values of the letter's record and of those above it that ended */
	const struct value *values[DEFINITION_RECORDS_MAX];
};

struct total {
	int64_t part, all; /* of this payload, of all */
	int64_t compared;  /* payloads whose own total was right */
	bool unknown;	   /* a value of this payload cannot be read */
	int64_t next;	   /* CONTROL_SEQUENCE: the number expected */
	struct seen seen;  /* CONTROL_UNIQUE */
	struct value last; /* CONTROL_ASCENDING */
	char *last_text;
	size_t last_size;
};

struct reading {
	const struct definition *d;
	struct format_context context;
	const struct format_sink *sink;
	struct format_counts counts;
	enum role role[DEFINITION_RECORDS_MAX];
	int outermost; /* of those above the letter, -1: none */
	int unit;      /* counted as a record of the file */
	bool has_below[DEFINITION_RECORDS_MAX]; /* records below it */

	int part;	      /* from 0 */
	int64_t number;	      /* of the last letter or rejected record */
	int64_t line;	      /* where the last record began */
	bool others, trailer; /* begun in this payload */
	struct instance now[DEFINITION_RECORDS_MAX];
	int64_t below[DEFINITION_RECORDS_MAX];	  /* below the present parent */
	int64_t of_type[DEFINITION_RECORDS_MAX];  /* in this payload */
	struct buf lines[DEFINITION_RECORDS_MAX]; /* of the present letter */
	struct value *values;
	int16_t unique[DEFINITION_FIELDS_MAX]; /* its control, counted from 1 */
	struct sound sound[DEFINITION_FIELDS_MAX];
	int stack[DEFINITION_RECORDS_MAX];
	int depth;

	struct letter letter; /* the present one */
	int document_of[ATTACHMENT_LETTER_MAX];
	struct letter_document spare; /* when documents are not wanted */
	struct kept *first_kept, **last_kept;

	struct total *totals; /* one per control */
	struct instance file; /* remarks that belong to no record */
	/* as the first payload says, and which one said it last */
	char sender[32];
	int sender_part, number_part, period_part;
	/* remarks about all letters; they stop when they would cost too much */
	struct seen names, addresses;
	size_t compare_bytes_max; /* with the sets of unique values */
	bool compare_off, compare_told;

	/* formats/repair.c follows what is read and asks for no letters: flat
	 * kinds tell where each line begins (`end` is -1), XML each record
	 * that stands in no other when it has ended.  Totals of the payload
	 * are not compared then.
	 */
	enum verdict (*follow)(void *self, int record, int64_t begin,
		int64_t end, struct fault *why);
	void *follow_self;

	struct arena part_mem, file_mem, family;
	struct arena line_mem[DEFINITION_RECORDS_MAX];
};

/* --- mistake.c --- */

/* Whose mistake it is when something in this record is wrong. */
int reading_owner(const struct reading *r, int record);
struct arena *reading_arena(struct reading *r, int record);

/* What a mistake in `record` means, by the definition's word for it. */
enum verdict reading_mistake(struct reading *r, int record, enum field_bad bad,
	enum code code, const char *field, const char *reason,
	struct fault *why);
void reading_wrong_in(struct reading *r, int record, enum code code,
	const char *field, const char *reason);
void reading_wrong_at(struct reading *r, int owner, int64_t line,
	enum code code, const char *field, const char *reason);
void reading_remark_in(struct reading *r, int record, enum code code,
	const char *field, const char *reason);
void reading_keep_remark(struct instance *me, struct arena *mem, enum code code,
	const char *field, const char *reason);

/* Tell the sink what was kept, and forget it. */
enum verdict reading_tell(struct reading *r, struct instance *me,
	const char *reference, struct fault *why);
enum verdict reading_tell_file(struct reading *r, struct fault *why);
/* `letter` NULL: none was begun. */
enum verdict reading_reject(struct reading *r, const struct instance *me,
	const struct letter *letter, const char *reference, struct fault *why);
/* A record that is rejected without ever becoming a letter. */
enum verdict reading_reject_alone(
	struct reading *r, struct instance *me, struct fault *why);

/* --- family.c --- */

/* The own fields of a record are there. */
enum verdict family_whole(struct reading *r, int record, struct fault *why);
/* The innermost open record ends. */
enum verdict family_leave(struct reading *r, struct fault *why);
void family_clear(struct reading *r, int record);

/* --- delivery.c --- */

/* Sender, environment, number and period, when they are in this record. */
enum verdict delivery_check(struct reading *r, int record, struct fault *why);

/* --- rule.c --- */

/* The rules of a record that has ended. */
enum verdict rules_check(struct reading *r, int record, struct fault *why);
/* < 0, 0, > 0 by what they mean: amounts, dates, numbers, else text. */
int value_order(const struct field *a, const struct value *x,
	const struct field *b, const struct value *y);

/* --- control.c --- */

void controls_init(struct reading *r);
void controls_done(struct reading *r);
void controls_part(struct reading *r);
/* Ascending, unique, sequence: of a record that has ended. */
enum verdict controls_check(struct reading *r, int record, struct fault *why);
/* A value that could not be read; `text` as it stands in the file, or NULL. */
void controls_unreadable(struct reading *r, int field, const char *text);
/* Counts and sums: of a record whose fields are all there. */
void controls_take(struct reading *r, int record);
/* Numbers below a parent begin at 1 again. */
void controls_below(struct reading *r, int parent);
/* Compare with the payload's own totals. */
enum verdict controls_end(struct reading *r, struct fault *why);
/* What counts.control says. */
void controls_tell(const struct reading *r, char *out, size_t size);
/* Bytes that the sets of unique values take. */
size_t controls_bytes(const struct reading *r);

/* --- letter.c --- */

void letter_begin(struct reading *r, int64_t line, int64_t offset);
/* Fill r->letter from the values; mistakes become the letter's. */
enum verdict letter_make(
	struct reading *r, const char *const *lines, struct fault *why);
/* The supplier's reference of the letter, as far as it is there. */
const char *letter_reference(struct reading *r, const char *const *lines);
/* The letter's fields are there: letter_compare() comes soon. */
void letter_expect(const struct reading *r);
/* Remarks about a good letter among all others. */
void letter_compare(struct reading *r);

/* --- boxtext.c --- */

/* Text as the Berichtenbox wants it (spec: Logius' manual): a line break is
 * the four characters \r\n, a URL has a blank on both sides, blanks are tidy,
 * control characters are gone.  In `mem`; the text must be UTF-8.
 */
const char *box_text(const char *text, struct arena *mem);

#endif
