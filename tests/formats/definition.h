/* tests/formats/definition.h - sound definitions that tests change a line of */
#ifndef TESTS_FORMATS_DEFINITION_H
#define TESTS_FORMATS_DEFINITION_H

#include "base/arena.h"
#include "formats/definition.h"

/* A sound definition of each kind; tests change a line of it. */
__attribute__((unused)) static const char delimited[] =
	"format: test\n"
	"version: 3\n"
	"kind: delimited\n"
	"input: { container: [zip, none], payload: \"*.csv\" }\n"
	"delivery: { sender: VL.zender, number: nr, period: jaar }\n"
	"records:\n"
	"  - { name: VL, when: \"1=VL\", occurs: first }\n"
	"  - { name: SP, when: \"1=SP\", key: [bsn, VL.jaar] }\n"
	"  - { name: CP, when: \"1=CP\", parent: SP, link: [volg=id], "
	"line: \"{wat} {bedrag}\" }\n"
	"  - { name: SL, when: \"1=SL\", occurs: last }\n"
	"fields:\n"
	"  - { in: CP, name: volg, at: 2, type: int }\n"
	"  - { in: CP, name: wat, at: 3, type: text }\n"
	"  - { in: CP, name: bedrag, at: 4, type: \"money:comma\" }\n"
	"  - { in: VL, name: zender, at: 2, type: oin }\n"
	"  - { in: VL, name: jaar, at: 3, type: year }\n"
	"  - { in: VL, name: nr, at: 4, type: int }\n"
	"  - { in: SP, name: id, at: 2, type: int }\n"
	"  - { in: SP, name: bsn, at: 3, type: bsn }\n"
	"  - { in: SP, name: naam, at: 4, type: name, length: 1-70 }\n"
	"  - { in: SP, name: dag, at: 5, type: \"date:ymd\" }\n"
	"  - { in: SP, name: pdf, at: 6, type: filename }\n"
	"  - { in: SL, name: aantal, at: 2, type: int }\n"
	"  - { in: SL, name: som, at: 3, type: \"money:comma\" }\n"
	"documents:\n"
	"  - { name: brief, href: pdf, title: \"Brief {jaar}\" }\n"
	"control:\n"
	"  - { check: \"count(SP) = SL.aantal\" }\n"
	"  - { check: \"sum(CP.bedrag) = SL.som\" }\n"
	"  - { check: \"sequence(SP.id)\" }\n"
	"rules:\n"
	"  - { name: jaar, test: \"same_year(jaar, dag)\" }\n"
	"letter:\n"
	"  recipient: bsn\n"
	"  amount: CP.bedrag\n"
	"  dated: dag\n"
	"  reference: \"{id}\"\n"
	"  subject: \"Brief {jaar}\"\n"
	"  text: \"Beste {naam}, {CP}\"\n"
	"  address: { name: \"{naam}\" }\n"
	"policy: { rejects: 7, reject_share: 2.5% }\n";

__attribute__((unused)) static const char xml[] =
	"format: test\n"
	"version: 1\n"
	"kind: xml\n"
	"input: { container: [zip], payload: \"*.xml\" }\n"
	"namespaces:\n"
	"  - { prefix: w, uri: urn:w }\n"
	"root: w:set\n"
	"records:\n"
	"  - { name: waarde, at: w:value }\n"
	"  - { name: brief, at: w:for/w:person, parent: waarde, key: [nr] }\n"
	"  - { name: regel, at: w:line, parent: brief }\n"
	"fields:\n"
	"  - { in: waarde, name: obj, at: w:obj, type: digits }\n"
	"  - { in: brief, name: nr, at: w:nr/@id, type: digits }\n"
	"  - { in: brief, name: bsn, at: w:nr, type: bsn, nil: [geenWaarde] }\n"
	"  - { in: regel, name: x, at: \"@x\", type: text }\n"
	"documents:\n"
	"  - { name: pdf, at: \"w:doc/@href\", mime: \"w:doc/@mime\", "
	"base64: w:doc, title: Brief }\n"
	"rules:\n"
	"  - { name: some, test: \"at_least_one(regel, bsn)\" }\n"
	"letter: { record: brief, reference: \"{obj}\", subject: S, "
	"address: { name: N } }\n";

__attribute__((unused)) static const char fixed[] =
	"format: test\n"
	"version: 1\n"
	"kind: fixed\n"
	"input: { payload: \"*.txt\", encoding: iso-8859-1, newline: crlf, "
	"record_bytes: 40 }\n"
	"records:\n"
	"  - { name: R10, when: \"1-2=10\", key: [bsn] }\n"
	"  - { name: R20, when: \"1-2=20\", parent: R10 }\n"
	"fields:\n"
	"  - { in: R10, name: bsn, at: 3+9, type: bsn }\n"
	"  - { in: R10, name: naam, at: 12+20, type: text }\n"
	"  - { in: R10, name: pdf, at: 32+9, type: filename }\n"
	"  - { in: R20, name: teken, at: 3+1, type: text }\n"
	"  - { in: R20, name: loon, at: 4+9, type: \"money:implied\", "
	"decimals: 2, sign: field teken }\n"
	"letter: { reference: \"{bsn}\", subject: S, text: T, "
	"address: { name: \"{naam}\" } }\n";

/* `text` with `from` (which must be in it once) changed to `to`. */
__attribute__((unused)) static char *
changed(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	size_t head;
	char *out;

	assert_non_null(at);
	assert_null(strstr(at + 1, from));
	head = (size_t)(at - text);
	out = mem_zero(1, strlen(text) + strlen(to) + 1);
	memcpy(out, text, head);
	memcpy(out + head, to, strlen(to));
	memcpy(out + head + strlen(to), at + strlen(from),
		strlen(at + strlen(from)));
	return out;
}

__attribute__((unused)) static struct definition *
sound(const char *text)
{
	struct definition *d = NULL;
	struct fault why = FAULT_NONE;
	enum verdict v;

	v = definition_parse("f", text, strlen(text), &d, &why);
	if (v != V_OK)
		print_message("# %s %s\n", why.place, why.text);
	assert_int_equal(v, V_OK);
	return d;
}

__attribute__((unused)) static struct definition *
sound_with(const char *text, const char *from, const char *to)
{
	char *other = changed(text, from, to);
	struct definition *d = sound(other);

	free(other);
	return d;
}

#endif
