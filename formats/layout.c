/* formats/layout.c - the keys a definition may have
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdbool.h>

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
#define MAP(key, member, keys)                                                 \
	{                                                                      \
		.name = key, .kind = YAML_MAP, .offset = IN(layout, member),   \
		.inner = keys                                                  \
	}
#define AMOUNT(type, key, member, otherwise)                                   \
	{                                                                      \
		.name = key, .kind = YAML_AMOUNT, .offset = IN(type, member),  \
		.absent = otherwise                                            \
	}
#define BOOL(type, key, member)                                                \
	{                                                                      \
		.name = key, .kind = YAML_BOOL, .offset = IN(type, member)     \
	}

static const struct yaml_key input_keys[] = {
	TEXTS(layout_input, "container", containers, container_count),
	NEED(layout_input, "payload", payload),
	TEXT(layout_input, "pages", pages),
	TEXT(layout_input, "encoding", encoding),
	TEXT(layout_input, "bom", bom),
	TEXT(layout_input, "newline", newline),
	TEXT(layout_input, "separator", separator),
	TEXT(layout_input, "quote", quote),
	BOOL(layout_input, "multiline", multiline),
	TEXT(layout_input, "header", header),
	AMOUNT(layout_input, "record_bytes", record_bytes, LAYOUT_ABSENT),
	{ 0 },
};

static const struct yaml_key delivery_keys[] = {
	TEXT(layout_delivery, "name", name),
	TEXT(layout_delivery, "parts", parts),
	TEXT(layout_delivery, "sender", sender),
	TEXT(layout_delivery, "environment", environment),
	TEXT(layout_delivery, "number", number),
	TEXT(layout_delivery, "period", period),
	{ 0 },
};

static const struct yaml_key limits_keys[] = {
	AMOUNT(layout_limits, "bytes", bytes, INT64_C(3000000000)),
	AMOUNT(layout_limits, "unpacked", unpacked, INT64_C(30000000000)),
	AMOUNT(layout_limits, "ratio", ratio, 200),
	AMOUNT(layout_limits, "members", members, 250000),
	AMOUNT(layout_limits, "records", records, 2000000),
	AMOUNT(layout_limits, "record_bytes", record_bytes, 4000000),
	AMOUNT(layout_limits, "field", field, LAYOUT_ABSENT),
	AMOUNT(layout_limits, "depth", depth, 40),
	{ 0 },
};

static const struct yaml_key namespace_keys[] = {
	NEED(layout_namespace, "prefix", prefix),
	NEED(layout_namespace, "uri", uri),
	{ 0 },
};

static const struct yaml_key record_keys[] = {
	NEED(layout_record, "name", name),
	TEXT(layout_record, "at", at),
	TEXT(layout_record, "when", when),
	TEXT(layout_record, "occurs", occurs),
	TEXT(layout_record, "parent", parent),
	TEXT(layout_record, "line", line),
	TEXT(layout_record, "line_unless", line_unless),
	TEXTS(layout_record, "key", keys, key_count),
	TEXTS(layout_record, "link", links, link_count),
	AMOUNT(layout_record, "min", min, LAYOUT_ABSENT),
	AMOUNT(layout_record, "max", max, LAYOUT_ABSENT),
	AMOUNT(layout_record, "columns", columns, LAYOUT_ABSENT),
	{ 0 },
};

static const struct yaml_key field_keys[] = {
	TEXT(layout_field, "in", in),
	NEED(layout_field, "name", name),
	NEED(layout_field, "at", at),
	NEED(layout_field, "type", type),
	TEXT(layout_field, "length", length),
	TEXT(layout_field, "use", use),
	TEXT(layout_field, "bad", bad),
	TEXT(layout_field, "code", code),
	TEXT(layout_field, "preset", preset),
	TEXT(layout_field, "empty", empty),
	TEXT(layout_field, "ends", ends),
	TEXT(layout_field, "example", example),
	TEXT(layout_field, "unit", unit),
	TEXT(layout_field, "sign", sign),
	TEXT(layout_field, "full", full),
	TEXTS(layout_field, "nil", nils, nil_count),
	TEXTS(layout_field, "values", values, value_count),
	TEXTS(layout_field, "words", words, word_count),
	TEXTS(layout_field, "normalise", steps, step_count),
	AMOUNT(layout_field, "decimals", decimals, LAYOUT_ABSENT),
	BOOL(layout_field, "incomplete", incomplete),
	{ 0 },
};

static const struct yaml_key document_keys[] = {
	TEXT(layout_document, "in", in),
	NEED(layout_document, "name", name),
	TEXT(layout_document, "at", at),
	TEXT(layout_document, "href", href),
	TEXT(layout_document, "sha256", sha256),
	TEXT(layout_document, "base64", base64),
	TEXT(layout_document, "mime", mime),
	TEXT(layout_document, "file", file),
	TEXT(layout_document, "first_page", first_page),
	TEXT(layout_document, "last_page", last_page),
	NEED(layout_document, "title", title),
	TEXT(layout_document, "for", way),
	{ 0 },
};

static const struct yaml_key control_keys[] = {
	NEED(layout_control, "check", check),
	TEXT(layout_control, "bad", bad),
	TEXT(layout_control, "code", code),
	{ 0 },
};

static const struct yaml_key rule_keys[] = {
	NEED(layout_rule, "name", name),
	TEXT(layout_rule, "in", in),
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
	TEXT(layout_address, "box", box),
	TEXT(layout_address, "line1", line1),
	TEXT(layout_address, "line2", line2),
	TEXT(layout_address, "line3", line3),
	{ 0 },
};

static const struct yaml_key letter_keys[] = {
	TEXT(layout_letter, "record", record),
	TEXT(layout_letter, "recipient", recipient),
	TEXT(layout_letter, "paper", paper),
	TEXT(layout_letter, "channel", channel),
	TEXTS(layout_letter, "paper_only", paper_only, paper_only_count),
	TEXTS(layout_letter, "box_only", box_only, box_only_count),
	TEXT(layout_letter, "deceased", deceased),
	TEXT(layout_letter, "secret", secret),
	TEXT(layout_letter, "dated", dated),
	TEXT(layout_letter, "deadline", deadline),
	TEXT(layout_letter, "publish", publish),
	TEXT(layout_letter, "amount", amount),
	TEXT(layout_letter, "type", type),
	NEED(layout_letter, "reference", reference),
	NEED(layout_letter, "subject", subject),
	TEXT(layout_letter, "text", text),
	{ .name = "address",
		.kind = YAML_MAP,
		.offset = IN(layout_letter, address),
		.inner = address_keys,
		.required = true },
	{ 0 },
};

static const struct yaml_key policy_keys[] = {
	AMOUNT(layout_policy, "rejects", rejects, 50),
	TEXT(layout_policy, "reject_share", reject_share),
	TEXT(layout_policy, "empty", empty),
	BOOL(layout_policy, "hold", hold),
	TEXT(layout_policy, "unused", unused),
	AMOUNT(layout_policy, "pages_max", pages_max, 0),
	BOOL(layout_policy, "a4", a4),
	AMOUNT(layout_policy, "same_address", same_address, 0),
	{ 0 },
};

static const struct yaml_key layout_keys[] = {
	NEED(layout, "format", format),
	{ .name = "version",
		.kind = YAML_INT,
		.offset = IN(layout, version),
		.required = true },
	TEXT(layout, "title", title),
	TEXT(layout, "owner", owner),
	NEED(layout, "kind", kind),
	{ .name = "input",
		.kind = YAML_MAP,
		.offset = IN(layout, input),
		.inner = input_keys,
		.required = true },
	MAP("delivery", delivery, delivery_keys),
	MAP("limits", limits, limits_keys),
	LIST("namespaces", namespaces, namespace_count, layout_namespace,
		namespace_keys),
	TEXT(layout, "root", root),
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
	MAP("policy", policy, policy_keys),
	{ 0 },
};

enum verdict
layout_load(const char *name, const char *text, size_t len, struct layout *out,
	struct yaml_mistakes *mistakes, struct yaml_places **places_out)
{
	return yaml_check(name, text, len, layout_keys, out, sizeof(*out),
		mistakes, places_out);
}

void
layout_done(struct layout *layout)
{
	yaml_done(layout_keys, layout);
}
