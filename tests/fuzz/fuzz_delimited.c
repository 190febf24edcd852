/* tests/fuzz/fuzz_delimited.c - any bytes through the delimited reader
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/fuzz/reader.h"

static const char kinds[] =
	"format: f\nversion: 1\nkind: delimited\n"
	"input: { container: [none], payload: \"*.csv\", encoding: "
	"windows-1252 }\n"
	"limits: { record_bytes: 400, field: 60, records: 50 }\n"
	"records:\n"
	"  - { name: VL, when: \"1=VL\", occurs: first, columns: 3 }\n"
	"  - { name: SP, when: \"1=SP\", key: [nr], columns: 6 }\n"
	"  - { name: CP, when: \"1=CP\", parent: SP, link: [nr], columns: 4, "
	"line: \"{wat} {bedrag}\" }\n"
	"  - { name: SL, when: \"1=SL\", occurs: last, columns: 3 }\n"
	"fields:\n"
	"  - { in: VL, name: nummer, at: 2, type: int, length: 1-6 }\n"
	"  - { in: SP, name: nr, at: 2, type: int, use: required }\n"
	"  - { in: SP, name: bsn, at: 3, type: bsn, normalise: [trim, "
	"\"pad:9\"] }\n"
	"  - { in: SP, name: naam, at: 4, type: name, length: 1-40, normalise: "
	"[cp1252, trim, collapse] }\n"
	"  - { in: SP, name: bedrag, at: 5, type: \"money:comma\", sign: minus "
	"}\n"
	"  - { in: SP, name: datum, at: 6, type: \"date:dmy\", incomplete: "
	"true, bad: warn }\n"
	"  - { in: CP, name: nr, at: 2, type: int, use: required }\n"
	"  - { in: CP, name: wat, at: 3, type: text, length: 1-40 }\n"
	"  - { in: CP, name: bedrag, at: 4, type: \"money:comma\" }\n"
	"  - { in: SL, name: aantal, at: 2, type: int, use: required }\n"
	"  - { in: SL, name: som, at: 3, type: \"money:comma\", sign: minus }\n"
	"control:\n"
	"  - { check: \"count(SP)=SL.aantal\" }\n"
	"  - { check: \"sum(SP.bedrag)=SL.som\" }\n"
	"letter:\n  record: SP\n  recipient: bsn\n  amount: bedrag\n"
	"  reference: \"{nr}\"\n  subject: s\n  text: \"{naam} {bedrag} "
	"{CP}\"\n"
	"  address: { name: \"{naam}\" }\n";

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	return fuzz_read(kinds, bytes, len);
}
