/* formats/layout.h - the YAML of a definition, as written; private to formats/
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_LAYOUT_H
#define FORMATS_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

struct layout_input {
	char **containers;
	size_t container_count;
	char *payload, *encoding;
};

struct layout_limits {
	int64_t bytes, unpacked, ratio, members, records, record_bytes, depth;
};

struct layout_namespace {
	char *prefix, *uri;
};

struct layout_record {
	char *name, *at, *parent;
	char **keys;
	size_t key_count;
	int64_t max;
};

struct layout_field {
	char *in, *name, *at, *type, *length, *use, *bad, *code, *unit;
	char **nils;
	size_t nil_count;
	char **values;
	size_t value_count;
};

struct layout_document {
	char *in, *name, *at, *sha256, *base64, *title;
};

struct layout_control {
	char *check, *bad;
};

struct layout_rule {
	char *name, *test, *bad, *code;
};

struct layout_address {
	char *name, *attention, *street, *number, *letter, *addition, *postcode,
		*town, *country, *line1, *line2, *line3;
};

struct layout_letter {
	char *recipient, *reference, *subject, *text, *dated, *amount;
	struct layout_address address;
};

struct layout {
	char *format, *title, *kind, *root;
	int64_t version;
	struct layout_input input;
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
};

enum verdict layout_load(const char *name, const char *text, size_t len,
	struct layout *out, struct fault *why);
void layout_done(struct layout *layout); /* a zeroed one is fine */

#endif
