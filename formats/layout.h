/* formats/layout.h - the YAML of a definition, as written; private to formats/
 *
 * Every text may be NULL: absent, or a mistake that was told.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_LAYOUT_H
#define FORMATS_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/yaml.h"

/* A number that was not written; each has its default where it is compiled. */
#define LAYOUT_ABSENT (-1)

struct layout_input {
	char **containers;
	size_t container_count;
	char *payload, *pages, *encoding, *bom, *newline, *separator, *quote,
		*header;
	bool multiline;
	int64_t record_bytes;
};

struct layout_delivery {
	char *name, *parts, *sender, *environment, *number, *period;
};

struct layout_limits {
	int64_t bytes, unpacked, ratio, members, records, record_bytes, field,
		depth;
};

struct layout_namespace {
	char *prefix, *uri;
};

struct layout_record {
	char *name, *at, *when, *occurs, *parent, *line, *line_unless;
	char **keys;
	size_t key_count;
	char **links;
	size_t link_count;
	int64_t min, max, columns;
};

struct layout_field {
	char *in, *name, *at, *type, *length, *use, *bad, *code, *preset,
		*empty, *ends, *example, *unit, *sign, *full;
	char **nils;
	size_t nil_count;
	char **values;
	size_t value_count;
	char **words;
	size_t word_count;
	char **steps;
	size_t step_count;
	int64_t decimals;
	bool incomplete;
};

struct layout_document {
	char *in, *name, *at, *href, *sha256, *base64, *mime, *file,
		*first_page, *last_page, *title, *way;
};

struct layout_control {
	char *check, *bad, *code;
};

struct layout_rule {
	char *name, *in, *test, *bad, *code;
};

struct layout_address {
	char *name, *attention, *street, *number, *letter, *addition, *postcode,
		*town, *country, *box, *line1, *line2, *line3;
};

struct layout_letter {
	char *record, *recipient, *paper, *deceased, *secret, *dated, *deadline,
		*publish, *amount, *type, *reference, *subject, *text, *channel;
	char **paper_only, **box_only; /* values of the channel */
	size_t paper_only_count, box_only_count;
	struct layout_address address;
};

struct layout_policy {
	char *reject_share, *empty, *unused;
	int64_t rejects, pages_max, same_address;
	bool hold, a4;
};

struct layout {
	char *format, *title, *owner, *kind, *root;
	int64_t version;
	struct layout_input input;
	struct layout_delivery delivery;
	struct layout_limits limits;
	struct layout_namespace *namespaces;
	size_t namespace_count;
	struct layout_record *records;
	size_t record_count;
	struct layout_field *fields;
	size_t field_count;
	struct layout_document *documents;
	size_t document_count;
	struct layout_control *controls;
	size_t control_count;
	struct layout_rule *rules;
	size_t rule_count;
	struct layout_letter letter;
	struct layout_policy policy;
};

/* As yaml_check(): layout_done() and yaml_places_free() in every case. */
enum verdict layout_load(const char *name, const char *text, size_t len,
	struct layout *out, struct yaml_mistakes *mistakes,
	struct yaml_places **places_out);
void layout_done(struct layout *layout); /* a zeroed one is fine */

#endif
