/* tests/fuzz/fuzz_fixed.c - any bytes through the fixed reader
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/fuzz/reader.h"

static const char definition[] =
	"format: f\nversion: 1\nkind: fixed\n"
	"input: { container: [none], payload: \"*.txt\", encoding: iso-8859-1, "
	"newline: any, record_bytes: 30 }\n"
	"limits: { record_bytes: 400, records: 50 }\n"
	"records:\n"
	"  - { name: R00, when: \"1-2=00\", occurs: first }\n"
	"  - { name: R10, when: \"1-2=10\", key: [bsn] }\n"
	"  - { name: R20, when: \"1-2=20\", parent: R10, line: \"{loon}\" }\n"
	"  - { name: R99, when: \"1-2=99\", occurs: last }\n"
	"fields:\n"
	"  - { in: R00, name: jaar, at: 3+4, type: year, use: required }\n"
	"  - { in: R10, name: bsn, at: 3+9, type: bsn, use: required }\n"
	"  - { in: R10, name: naam, at: 12+10, type: name, full: warn, "
	"normalise: [cp1252, nfc] }\n"
	"  - { in: R10, name: datum, at: 22+8, type: \"date:ymd\", empty: "
	"\"00000000\" }\n"
	"  - { in: R20, name: loon, at: 3+10, type: \"money:int\", sign: lead, "
	"use: required }\n"
	"  - { in: R99, name: aantal, at: 3+9, type: int, use: required }\n"
	"  - { in: R99, name: som, at: 12+15, type: digits, use: required }\n"
	"control:\n"
	"  - { check: \"count(R10)=R99.aantal\" }\n"
	"  - { check: \"hash(R10.bsn)=R99.som\" }\n"
	"letter:\n  record: R10\n  recipient: bsn\n  reference: "
	"\"{jaar}\"\n  subject: s\n  text: \"{naam} {R20}\"\n"
	"  address: { name: \"{naam}\" }\n";

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	return fuzz_read(definition, bytes, len);
}
