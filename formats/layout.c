/* formats/layout.c - the keys a definition may have
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdbool.h>

#include "base/yaml.h"
#include "formats/layout.h"

#define IN(type, member) offsetof(struct type, member)
#define TEXT(type, key, member)                                                \
	{                                                                      \
		.name = key, .kind = YAML_TEXT, .offset = IN(type, member)     \
	}
#define NEED(type, key, member)                                                \
	{                                                                      \
		.name = key, .kind = YAML_TEXT, .offset = IN(type, member),    \
		.required = true                                               \
	}
#define TEXTS(type, key, member, count)                                        \
	{                                                                      \
		.name = key, .kind = YAML_TEXTS, .offset = IN(type, member),   \
		.count_offset = IN(type, count)                                \
	}
#define LIST(key, member, count, item, keys)                                   \
	{                                                                      \
		.name = key, .kind = YAML_LIST, .offset = IN(layout, member),  \
		.count_offset = IN(layout, count),                             \
		.item_bytes = sizeof(struct item), .inner = keys               \
	}
#define AMOUNT(member, otherwise)                                              \
	{                                                                      \
		.name = #member, .kind = YAML_AMOUNT,                          \
		.offset = IN(layout_limits, member), .absent = otherwise       \
	}

static const struct yaml_key input_keys[] = {
	TEXTS(layout_input, "container", containers, container_count),
	NEED(layout_input, "payload", payload),
	TEXT(layout_input, "encoding", encoding),
	{ 0 },
};

static const struct yaml_key limits_keys[] = {
	AMOUNT(bytes, INT64_C(3000000000)),
	AMOUNT(unpacked, INT64_C(30000000000)),
	AMOUNT(ratio, 200),
	AMOUNT(members, 250000),
	AMOUNT(records, 2000000),
	AMOUNT(record_bytes, 4000000),
	AMOUNT(depth, 40),
	{ 0 },
};

static const struct yaml_key namespace_keys[] = {
	NEED(layout_namespace, "prefix", prefix),
	NEED(layout_namespace, "uri", uri),
	{ 0 },
};

static const struct yaml_key record_keys[] = {
	NEED(layout_record, "name", name),
	NEED(layout_record, "at", at),
	TEXT(layout_record, "parent", parent),
	TEXTS(layout_record, "key", keys, key_count),
	{ .name = "max",
		.kind = YAML_AMOUNT,
		.offset = IN(layout_record, max),
		.absent = 500 },
	{ 0 },
};

static const struct yaml_key field_keys[] = {
	NEED(layout_field, "in", in),
	NEED(layout_field, "name", name),
	NEED(layout_field, "at", at),
	NEED(layout_field, "type", type),
	TEXT(layout_field, "length", length),
	TEXT(layout_field, "use", use),
	TEXT(layout_field, "bad", bad),
	TEXT(layout_field, "code", code),
	TEXT(layout_field, "unit", unit),
	TEXTS(layout_field, "nil", nils, nil_count),
	TEXTS(layout_field, "values", values, value_count),
	{ 0 },
};

static const struct yaml_key document_keys[] = {
	NEED(layout_document, "in", in),
	NEED(layout_document, "name", name),
	NEED(layout_document, "at", at),
	TEXT(layout_document, "sha256", sha256),
	TEXT(layout_document, "base64", base64),
	NEED(layout_document, "title", title),
	{ 0 },
};

static const struct yaml_key control_keys[] = {
	NEED(layout_control, "check", check),
	TEXT(layout_control, "bad", bad),
	{ 0 },
};

static const struct yaml_key rule_keys[] = {
	NEED(layout_rule, "name", name),
	NEED(layout_rule, "test", test),
	TEXT(layout_rule, "bad", bad),
	TEXT(layout_rule, "code", code),
	{ 0 },
};

static const struct yaml_key address_keys[] = {
	NEED(layout_address, "name", name),
	TEXT(layout_address, "attention", attention),
	TEXT(layout_address, "street", street),
	TEXT(layout_address, "number", number),
	TEXT(layout_address, "letter", letter),
	TEXT(layout_address, "addition", addition),
	TEXT(layout_address, "postcode", postcode),
	TEXT(layout_address, "town", town),
	TEXT(layout_address, "country", country),
	TEXT(layout_address, "line1", line1),
	TEXT(layout_address, "line2", line2),
	TEXT(layout_address, "line3", line3),
	{ 0 },
};

static const struct yaml_key letter_keys[] = {
	TEXT(layout_letter, "recipient", recipient),
	NEED(layout_letter, "reference", reference),
	NEED(layout_letter, "subject", subject),
	TEXT(layout_letter, "text", text),
	TEXT(layout_letter, "dated", dated),
	TEXT(layout_letter, "amount", amount),
	{ .name = "address",
		.kind = YAML_MAP,
		.offset = IN(layout_letter, address),
		.inner = address_keys,
		.required = true },
	{ 0 },
};

static const struct yaml_key layout_keys[] = {
	NEED(layout, "format", format),
	{ .name = "version",
		.kind = YAML_INT,
		.offset = IN(layout, version),
		.required = true },
	TEXT(layout, "title", title),
	NEED(layout, "kind", kind),
	{ .name = "input",
		.kind = YAML_MAP,
		.offset = IN(layout, input),
		.inner = input_keys,
		.required = true },
	{ .name = "limits",
		.kind = YAML_MAP,
		.offset = IN(layout, limits),
		.inner = limits_keys },
	LIST("namespaces", namespaces, namespace_count, layout_namespace,
		namespace_keys),
	NEED(layout, "root", root),
	LIST("records", records, record_count, layout_record, record_keys),
	LIST("fields", fields, field_count, layout_field, field_keys),
	LIST("documents", documents, document_count, layout_document,
		document_keys),
	LIST("control", controls, control_count, layout_control, control_keys),
	LIST("rules", rules, rule_count, layout_rule, rule_keys),
	{ .name = "letter",
		.kind = YAML_MAP,
		.offset = IN(layout, letter),
		.inner = letter_keys,
		.required = true },
	{ 0 },
};

enum verdict
layout_load(const char *name, const char *text, size_t len, struct layout *out,
	struct fault *why)
{
	return yaml_load(name, text, len, layout_keys, out, sizeof(*out), why);
}

void
layout_done(struct layout *layout)
{
	yaml_done(layout_keys, layout);
}
