/* tests/channels/test_cpa_schema.c - our table of a CPA against the schema
 *
 * A good agreement is spoilt in every way there is a name for, one at a time,
 * and both judges are asked.  What ours takes, the official schema must take;
 * what only ours refuses must be a reference that leads nowhere good, which
 * the schema does not follow.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "channels/cpa.h"
#include "tests/channels/agreement.h"
#include "tests/channels/shared.h"

#define SCHEMA "ebms2/xsd/cpp-cpa-2_0.xsd"
#define TEXT_MAX 1000000
#define TAGS_MAX 4000
#define NAMES_MAX 200

/* An element in the text: its start tag and where it ends. */
struct tag {
	size_t at, open_end; /* "<t:A ...>" */
	size_t end;	     /* behind "</t:A>" or "/>" */
	size_t name_len;
	int parent;
};

struct doc {
	const char *text;
	size_t len;
	struct tag tags[TAGS_MAX];
	int count;
};

static struct xml_schema *schema;
static long mutants, both_good, both_bad, ours_only, wrong;

static int
setup(void **state)
{
	struct fault why;
	char path[400];

	(void)state;
	if (xml_schema_load(shared_path(SCHEMA, path), &schema, &why) != V_OK)
		schema = NULL;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	xml_schema_free(schema);
	return 0;
}

/* Comments and the declaration are stepped over; no text here has CDATA. */
static void
doc_read(struct doc *d, const char *text, size_t len)
{
	int stack[64], depth = 0;
	size_t i = 0, end;

	d->text = text;
	d->len = len;
	d->count = 0;
	while (i < len) {
		if (text[i] != '<') {
			i++;
			continue;
		}
		if (strncmp(text + i, "<!--", 4) == 0) {
			i = (size_t)(strstr(text + i, "-->") + 3 - text);
			continue;
		}
		end = (size_t)(strchr(text + i, '>') + 1 - text);
		if (text[i + 1] == '/') {
			d->tags[stack[--depth]].end = end;
		} else if (text[i + 1] != '?') {
			struct tag *t = &d->tags[d->count];

			assert_true(d->count < TAGS_MAX && depth < 64);
			*t = (struct tag){ i, end, end,
				strcspn(text + i + 1, " \t\r\n/>"),
				depth == 0 ? -1 : stack[depth - 1] };
			if (text[end - 2] != '/')
				stack[depth++] = d->count;
			d->count++;
		}
		i = end;
	}
	assert_int_equal(depth, 0);
}

/* --- the two judges --- */

static bool
ours_takes(const char *text, size_t len, struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	struct cpa cpa = { .id = NULL };
	struct xml_tree *tree = NULL;
	struct cpa_reading r = { .mem = &mem, .cpa = &cpa, .why = why };

	assert_int_equal(xml_tree_parse(text, len, &tree, why), V_OK);
	r.root = xml_root(tree);
	r.told = malloc(CPA_MISTAKES_MAX * sizeof(*r.told));
	cpa_structure(&r);
	free(r.told);
	xml_tree_free(tree);
	arena_done(&mem);
	return r.told_count == 0;
}

/* What libxml2 does not look at: ids and what leads to them, the end of base64,
 * that xlink:type is "simple", and what follows a wildcard.
 */
static bool
beyond_schema(const struct fault *why)
{
	static const char *const base64[] = { "/X509Certificate", "/Modulus",
		"/Exponent", "/X509SKI", "/X509CRL" };
	size_t i;

	for (i = 0; i < sizeof(base64) / sizeof(*base64); i++)
		if (strstr(why->place, base64[i]) != NULL &&
			strstr(why->text, "it cannot be") != NULL)
			return true;
	return strcmp(why->text, "type cannot be 'none'") == 0 ||
	       (strstr(why->place, "/ChannelId") != NULL &&
		       strcmp(why->text, "may not be here") == 0) ||
	       strstr(why->text, "there is no ") != NULL ||
	       strstr(why->text, " is that of line ") != NULL ||
	       strstr(why->text, " is no ") != NULL ||
	       strstr(why->text, " is of the wrong party") != NULL;
}

/* The whole reading, from either side, takes no more than the first step. */
static void
read_whole(const char *text, size_t len, bool built_well)
{
	static const char *const oins[] = { "00000099000000010000",
		"00000000000000000001" };
	struct arena mem = ARENA_EMPTY;
	struct fault why;
	struct cpa cpa;
	size_t i;

	for (i = 0; i < 2; i++)
		if (cpa_check(text, len, oins[i], NULL, false, NULL, NULL, &mem,
			    &cpa, &why) == V_OK)
			assert_true(built_well);
	arena_done(&mem);
}

static void
judge(const char *text, size_t len, const char *what)
{
	struct fault why = FAULT_NONE, theirs = FAULT_NONE;
	bool we = ours_takes(text, len, &why);
	bool they = xml_schema_check(schema, text, len, &theirs) == V_OK;

	read_whole(text, len, we);
	mutants++;
	both_good += we && they;
	both_bad += !we && !they;
	ours_only += !we && they;
	if (we && !they)
		print_message("# %s: taken, but %s: %s\n", what, theirs.place,
			theirs.text);
	if (!we && they && !beyond_schema(&why))
		print_message("# %s: refused alone: %s: %s\n", what, why.place,
			why.text);
	wrong += we && !they;
	wrong += !we && they && !beyond_schema(&why);
}

/* --- spoiling --- */

/* The text with [at, end) replaced. */
static void
spoil(const struct doc *d, size_t at, size_t end, const char *with,
	size_t with_len, const char *what)
{
	struct buf text = BUF_MAX(TEXT_MAX);
	char told[200];
	int line = 1;
	size_t i;

	for (i = 0; i < at; i++)
		line += d->text[i] == '\n';
	snprintf(told, sizeof(told), "line %d, %s %.40s", line, what,
		d->text + at);
	buf_add(&text, d->text, at);
	buf_add(&text, with, with_len);
	buf_add(&text, d->text + end, d->len - end);
	judge(text.bytes, text.len, told);
	buf_done(&text);
}

static void
spoil_attributes(const struct doc *d, const struct tag *t)
{
	static const char *const values[] = { "", "a b", "-9", "true", "P1Y",
		"S_RM" };
	const char *p = d->text + t->at + 1 + t->name_len, *name, *value, *end;
	size_t i;

	for (;;) {
		p += strspn(p, " \t\r\n");
		if (*p == '/' || *p == '>')
			return;
		name = p;
		value = strchr(p, '"') + 1;
		end = strchr(value, '"');
		p = end + 1;
		if (strncmp(name, "xmlns", 5) == 0)
			continue;
		spoil(d, (size_t)(name - d->text), (size_t)(p - d->text), "", 0,
			"attribute gone");
		for (i = 0; i < sizeof(values) / sizeof(*values); i++)
			spoil(d, (size_t)(value - d->text),
				(size_t)(end - d->text), values[i],
				strlen(values[i]), values[i]);
		/* Without its namespace, and under another name. */
		spoil(d, (size_t)(name - d->text),
			(size_t)(strchr(name, ':') + 1 - d->text), "", 0,
			"attribute bare");
		spoil(d, (size_t)(value - 2 - d->text),
			(size_t)(value - 2 - d->text), "x", 1,
			"attribute renamed");
	}
}

static void
spoil_element(const struct doc *d, int i)
{
	static const char *const texts[] = { "x", "+5", "PT1H2M", "P",
		"2026-13-01T00:00:00Z" };
	const struct tag *t = &d->tags[i], *next;
	struct buf two = BUF_MAX(TEXT_MAX);
	size_t k, open = t->open_end;
	bool empty = d->text[t->open_end - 2] == '/';

	spoil(d, t->at, t->end, "", 0, "gone");
	spoil(d, t->at, t->at, d->text + t->at, t->end - t->at, "twice");
	spoil(d, t->at, t->at, "<q:q xmlns:q='urn:q'/>", 22, "stranger before");
	spoil(d, t->at + 1, t->at + 1 + t->name_len,
		empty ? "t:Unknown xmlns:t='urn:t'" : d->text + t->at + 1,
		empty ? 25 : t->name_len, "renamed");
	if (!empty) {
		spoil(d, open, open, "<!-- -->", 8, "comment in");
		for (k = 0; k < sizeof(texts) / sizeof(*texts); k++)
			spoil(d, open, open, texts[k], strlen(texts[k]),
				"text in");
		if (d->text[open] != '<')
			spoil(d, open, open + strcspn(d->text + open, "<"), "",
				0, "text gone");
	}
	/* Change places with the next sibling. */
	for (next = t + 1; next < d->tags + d->count; next++)
		if (next->parent == t->parent)
			break;
	if (next < d->tags + d->count) {
		buf_add(&two, d->text + next->at, next->end - next->at);
		buf_add(&two, d->text + t->at, t->end - t->at);
		spoil(d, t->at, next->end, two.bytes, two.len, "order");
	}
	buf_done(&two);
	spoil_attributes(d, t);
}

/* Each name that was not there before. */
static void
spoil_all(const char *text, size_t len)
{
	static char seen[NAMES_MAX][64];
	static int seen_count;
	struct doc *d = malloc(sizeof(*d));
	char name[64];
	const char *at;
	int i, k;

	doc_read(d, text, len);
	judge(text, len, "as it is");
	for (i = 1; i < d->count; i++) {
		at = text + d->tags[i].at + 1;
		snprintf(name, sizeof(name), "%.*s", (int)d->tags[i].name_len,
			at);
		if (strchr(name, ':') != NULL)
			memmove(name, strchr(name, ':') + 1,
				strlen(strchr(name, ':')));
		for (k = 0; k < seen_count; k++)
			if (strcmp(seen[k], name) == 0)
				break;
		if (k < seen_count)
			continue;
		spoil_element(d, i);
		assert_true(seen_count < NAMES_MAX);
		memcpy(seen[seen_count++], name, sizeof(name));
	}
	free(d);
}

/* What the examples have not. */
static void
agreement_full(struct buf *text)
{
	static const struct {
		const char *old, *new;
	} more[] = {
		{ "</t:End>", "</t:End><t:ConversationConstraints"
			      " t:invocationLimit=\"5\""
			      " t:concurrentConversations=\"2\"/>" },
		{ "</t:CollaborationProtocolAgreement>",
			"<t:Comment xml:lang=\"nl\">a</t:Comment><t:Comment>"
			"b</t:Comment></t:CollaborationProtocolAgreement>" },
		{ "<t:ChannelId>S_RM</t:ChannelId>",
			"<t:ActionContext t:binaryCollaboration=\"a\""
			" t:businessTransactionActivity=\"b\""
			" t:requestOrResponseAction=\"c\">"
			"<t:CollaborationActivity t:name=\"d\">"
			"<t:CollaborationActivity/></t:CollaborationActivity>"
			"<q:any xmlns:q=\"urn:q\"/></t:ActionContext>"
			"<t:ChannelId>S_RM</t:ChannelId>"
			"<t:ChannelId>S_DEF</t:ChannelId>"
			"<q:any xmlns:q=\"urn:q\"/>" },
		{ "<t:ServiceBinding>",
			"<t:ApplicationCertificateRef t:certId=\"CERT\"/>"
			"<t:ApplicationSecurityDetailsRef"
			" t:securityId=\"SEC\"/><t:ServiceBinding>" },
		{ "</t:CollaborationRole>\n"
		  "<t:DeliveryChannel t:channelId=\"S_DEF\"",
			"</t:CollaborationRole>\n"
			"<t:Certificate t:certId=\"CERT\"><d:KeyInfo"
			" xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\">"
			"<d:KeyName>k</d:KeyName><d:X509Data><d:X509SKI>AAAA"
			"</d:X509SKI><d:X509CRL>AAAA</d:X509CRL></d:X509Data>"
			"</d:KeyInfo></t:Certificate>"
			"<t:SecurityDetails t:securityId=\"SEC\">"
			"<t:TrustAnchors><t:AnchorCertificateRef"
			" t:certId=\"CERT\"/></t:TrustAnchors>"
			"<t:SecurityPolicy/></t:SecurityDetails>"
			"<t:DeliveryChannel t:channelId=\"S_DEF\"" },
		{ "<t:Transport t:transportId=\"S_T\">",
			"<t:Transport t:transportId=\"S_T\"><t:TransportSender>"
			"<t:TransportProtocol>HTTP</t:TransportProtocol>"
			"<t:AccessAuthentication>basic"
			"</t:AccessAuthentication><t:TransportClientSecurity>"
			"<t:TransportSecurityProtocol>TLS"
			"</t:TransportSecurityProtocol>"
			"<t:EncryptionAlgorithm t:minimumStrength=\"128\""
			" t:oid=\"1\" t:w3c=\"a\" t:enumerationType=\"b\">AES"
			"</t:EncryptionAlgorithm></t:TransportClientSecurity>"
			"</t:TransportSender>" },
		{ "<!--override-->",
			"<t:OverrideMshActionBinding t:action=\"Ping\""
			" t:channelId=\"R_ACK\"/>" },
		{ "<t:Constituent t:idref=\"H\"/>",
			"<t:Constituent t:idref=\"H\""
			" t:excludedFromSignature=\"true\" t:minOccurs=\"0\""
			" t:maxOccurs=\"2\"/>" },
		{ "t:isConfidential=\"transient\"",
			"t:isConfidential=\"transient\""
			" t:isAuthenticated=\"none\" t:isTamperProof=\"none\""
			" t:isAuthorizationRequired=\"1\""
			" t:isIntelligibleCheckRequired=\"0\""
			" t:timeToAcknowledgeReceipt=\"PT1H\""
			" t:timeToAcknowledgeAcceptance=\"P1Y2M\""
			" t:retryCount=\"3\"" },
	};
	size_t i, was;

	agreement(text, "none", "", "");
	for (i = 0; i < sizeof(more) / sizeof(*more); i++) {
		was = text->len;
		agreement_replace(text, more[i].old, more[i].new);
		assert_true(text->len > was);
	}
}

static void
test_cpa_schema__ours_judges_as_the_official_one(void **state)
{
	static const char *const others[] = {
		"ebms2/examples/cpa-mobb-osb-rm-async.xml",
		"ebms2/cpa/cpaStubEBF.rm.https.signed.xml",
		"ebms2/cpa/cpa-cv-https.xml",
	};
	struct buf text = BUF_MAX(TEXT_MAX);
	struct fault why = FAULT_NONE;
	size_t i;

	(void)state;
	if (schema == NULL) {
		print_message("# no shared data\n");
		skip();
	}
	agreement_full(&text);
	if (!ours_takes(text.bytes, text.len, &why))
		fail_msg("%s: %s", why.place, why.text);
	spoil_all(text.bytes, text.len);
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		assert_true(shared_text(others[i], &text));
		spoil_all(text.bytes, text.len);
	}
	print_message("# %ld mutants: both take %ld, both refuse %ld, only "
		      "ours refuses %ld\n",
		mutants, both_good, both_bad, ours_only);
	assert_int_equal(wrong, 0);
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_cpa_schema__ours_judges_as_the_official_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
