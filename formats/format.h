/* formats/format.h - a supplier's file -> letters
 *
 * Front door of formats/.  What a supplier's layout is, a definition says
 * (formats/woz-biljet.yaml); one kind of file is one reader: formats/xml.c
 * reads every XML layout.  To add a kind write that file, list it in
 * formats/format.c, and give it a fixture, a test and a fuzzer of the same
 * name.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_FORMAT_H
#define FORMATS_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/xml.h"
#include "batch/letter.h"

struct definition;

/* Read a definition from the text of its YAML file; `name` for the place.
 * V_BROKEN with CODE_CONFIG.. or CODE_FORMAT, with line and column.
 */
enum verdict definition_parse(const char *name, const char *text, size_t len,
	struct definition **definition_out, struct fault *why);
void definition_free(struct definition *definition); /* accepts NULL */

/* "woz-biljet/1" */
const char *definition_id(const struct definition *definition);
const char *definition_title(const struct definition *definition);
bool definition_zip(const struct definition *definition);
bool definition_plain(const struct definition *definition);
const char *definition_payload(const struct definition *definition);
void definition_limits(const struct definition *definition,
	struct archive_limits *limits_out, int64_t *bytes_max_out);
/* Letters may do without a document (the definition has `text:`). */
bool definition_text(const struct definition *definition);

/* A record that cannot be used, or a remark about one that can. */
struct rejection {
	int64_t record, line, offset;
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
	 * otherwise incomplete), or a warning.
	 */
	enum verdict (*reject)(void *self, const struct letter *letter,
		const struct rejection *rejection, struct fault *why);
};

struct format_counts {
	int64_t records, letters, rejected, warnings;
	int64_t cents; /* sum of the amounts of the letters */
};

/* Read the whole payload.  `oin`: of the stream's sender, compared with the
 * file's.  V_OK: all records went to the sink.  V_BROKEN: the file is refused
 * (why).  Else what read or sink returned.
 */
enum verdict format_read(const struct definition *definition, xml_read_fn *read,
	void *read_self, const char *oin, const struct format_sink *sink,
	struct format_counts *counts_out, struct fault *why);

#endif
