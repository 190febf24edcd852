/* tests/fuzz/fuzz_layout_xml.c - any bytes through the reader of XML layouts
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/fuzz/reader.h"

static const char definition[] =
	"format: f\nversion: 1\nkind: xml\n"
	"input: { container: [none], payload: \"*.xml\" }\n"
	"limits: { record_bytes: 2000, records: 50, field: 100, depth: 12 }\n"
	"namespaces:\n  - { prefix: T, uri: \"t\" }\n"
	"root: T:s\n"
	"records:\n"
	"  - { name: w, at: T:w }\n"
	"  - { name: p, at: \"T:v/T:p\", parent: w, key: [n] }\n"
	"  - { name: r, at: T:r, parent: p, line: \"{b}\" }\n"
	"fields:\n"
	"  - { in: w, name: d, at: T:d, type: \"date:ymd\" }\n"
	"  - { in: p, name: n, at: T:n, type: digits, use: required }\n"
	"  - { in: p, name: k, at: \"T:n/@k\", type: text }\n"
	"  - { in: p, name: a, at: T:a, type: name, nil: [geen] }\n"
	"  - { in: r, name: b, at: T:b, type: \"money:comma\" }\n"
	"documents:\n"
	"  - { in: p, name: pdf, at: \"T:x/@href\", sha256: \"T:x/@sha256\", "
	"base64: T:x, title: \"D {a}\" }\n"
	"letter:\n  record: p\n  reference: \"{n}\"\n  subject: s\n"
	"  text: \"{a} {d} {r}\"\n  address: { name: \"{a}\" }\n";

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	return fuzz_read(definition, bytes, len);
}
