/* formats/format.h - a supplier's file -> letters
 *
 * Front door of formats/.  What a supplier's layout is, a definition says
 * (formats/woz-biljet.yaml); one kind of file is one reader: formats/xml.c,
 * formats/delimited.c, formats/fixed.c.  A new layout is a new definition; to
 * add a kind write a reader, list it in formats/format.c, and give it a
 * fixture, a test and a fuzzer of the same name.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_FORMAT_H
#define FORMATS_FORMAT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/archive.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "batch/letter.h"

struct definition;

enum format_kind {
	FORMAT_XML,
	FORMAT_DELIMITED,
	FORMAT_FIXED
};

/* What the file must look like before its records are read. */
struct format_input {
	bool plain, gzip, zip,
		tar;	     /* containers allowed; tar: .tar.gz, .tar.xz */
	const char *payload; /* "*.xml": the member with the records */
	const char *pages;   /* "*.pdf": the one PDF that is cut; NULL */
	const char *name;    /* glob of the batch file's name; NULL: any */
	bool parts;	     /* sets as StUF has them: _001, _002_laatste */
	struct archive_limits limits;
	int64_t bytes_max; /* of one payload */
	bool documents;	   /* letters name documents of the container */
	bool inlined;	   /* or hold them, as base64 */
	const char *shared[ATTACHMENT_LETTER_MAX]; /* leaflets by member name */
	int shared_count;
	bool unused_warns; /* a document nobody names: warning, not refused */
};

struct format_policy {
	int64_t rejects;      /* more rejected records than the larger of ... */
	int64_t reject_ppm;   /* ... these two: the job is held (MOBB-0130) */
	bool empty_ok;	      /* no records at all: a job of nothing */
	bool hold;	      /* always wait for a person */
	int64_t pages_max;    /* of one document, 0 any */
	bool a4;	      /* pages must be A4 portrait: MOBB-0224 */
	int64_t same_address; /* more letters to one address: MOBB-0403; 0 off */
};

/* Read a definition from the text of its YAML file; `name` for the place.
 *
 * All mistakes are found in one pass: `tell` (may be NULL) is called for each,
 * with line and column in its place; the return has the first of them.
 * V_BROKEN with CODE_CONFIG.. or CODE_FORMAT.
 */
enum verdict definition_parse(const char *name, const char *text, size_t len,
	struct definition **definition_out, struct fault *why);
enum verdict definition_check(const char *name, const char *text, size_t len,
	void (*tell)(void *self, const struct fault *mistake), void *self,
	struct definition **definition_out, struct fault *why);
void definition_free(struct definition *definition); /* accepts NULL */

/* "woz-biljet/1" */
const char *definition_id(const struct definition *definition);
const char *definition_title(const struct definition *definition);
const uint8_t *definition_sha256(const struct definition *definition);
/* The text it was read from; lives as long as it. */
const char *definition_source(
	const struct definition *definition, size_t *len_out);
enum format_kind definition_kind(const struct definition *definition);
const struct format_input *definition_input(
	const struct definition *definition);
const struct format_policy *definition_policy(
	const struct definition *definition);
/* Letters may do without a document (the definition has `text:`). */
bool definition_text(const struct definition *definition);

/* The field table in words, for the supplier (formats/explain.c). */
void definition_explain(const struct definition *definition, struct buf *out);

/* A record that cannot be used, or a remark about one that can. */
struct rejection {
	int64_t record, line, offset;
	int64_t bytes; /* of the record with its lines, from offset */
	int part;      /* of a set, from 0 */
	enum code code;
	const char *field; /* name in the definition, "" for the whole */
	const char *reason;
	const char *reference; /* the supplier's, "" when unknown */
	bool warning;	       /* the letter goes on */
};

/* What the reader tells while it reads.  Return V_OK to go on. */
struct format_sink {
	void *self;
	/* A letter; its texts are lent until the return. */
	enum verdict (*letter)(void *self, struct letter *letter,
		struct arena *mem, struct fault *why);
	/* A rejected record (documents it named are in `letter`, which is
	 * otherwise incomplete), or a warning (letter NULL).
	 */
	enum verdict (*reject)(void *self, const struct letter *letter,
		const struct rejection *rejection, struct fault *why);
};

struct format_counts {
	int64_t records; /* in the file: of the letter's record or, where one
			  * record makes several letters, of the one above */
	int64_t letters, rejected, warnings;
	int64_t cents; /* sum of the amounts of letters and rejected records */
	int64_t bytes; /* of all payloads */
	/* as the file says, "" when it does not */
	char number[32], period[16];
	bool totals;	   /* the file had control totals of its own, and */
	char control[200]; /* what they were: "count(SP) 2, sum(..) 621,43" */
};

/* What the file is compared with. */
struct format_context {
	const char *oin;   /* of the stream's sender; NULL: not compared */
	char environment;  /* 'T', 'P', or 0: not compared */
	int32_t today;	   /* days since 1970 */
	bool no_documents; /* letters are made as if they named none */
};

/* Where bytes come from: up to `len` of them, *len_out 0 at the end. */
typedef enum verdict format_read_fn(void *self, void *bytes, size_t len,
	size_t *len_out, struct fault *why);

/* Read a job's payloads: one, or those of a set in order.
 *
 * format_part() V_OK: all its records went to the sink.  V_BROKEN: the file is
 * refused (why, with record and line as place).  Else what `read` or the sink
 * returned.  format_end() frees in any case; counts_out may be NULL.
 */
struct format;
struct format *format_begin(const struct definition *definition,
	const struct format_context *context, const struct format_sink *sink);
enum verdict format_part(struct format *format, format_read_fn *read,
	void *read_self, struct fault *why);
void format_end(struct format *format, struct format_counts *counts_out);

/* A batch file of the same layout that holds some of the records of another:
 * what a supplier repairs and sends again (formats/repair.c).  `records` are
 * offsets and lengths in the payload, ascending.  Counts and totals of a
 * trailer are those of what is written.
 */
struct format_piece {
	int64_t offset, bytes;
};
enum verdict format_repair(const struct definition *definition,
	format_read_fn *read, void *read_self,
	const struct format_piece *pieces, size_t count,
	enum verdict (*write)(
		void *self, const void *bytes, size_t len, struct fault *why),
	void *write_self, struct fault *why);

#endif
