/* tests/channels/test_wus.c - asking who is subscribed
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/xml.h"
#include "channels/channel.h"
#include "tests/channels/wire.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define S "http://schemas.rdw.nl/GEB/BerichtenboxValidatieService/2009/01"
#define T "http://schemas.rdw.nl/GEB/BerichtenboxValidatieService/Types/2009/01"
#define G "http://schemas.rdw.nl/GEB/Shared/Types/2009/01"
#define OPEN                                                                   \
	"<s:Envelope xmlns:s=\"" SOAP "\"><s:Body>"                            \
	"<ValidateAbonnementenResponse xmlns=\"" S "\">"                       \
	"<ValidateAbonnementenResult xmlns:t=\"" T "\" xmlns:g=\"" G "\">"
#define CLOSE                                                                  \
	"</ValidateAbonnementenResult></ValidateAbonnementenResponse>"         \
	"</s:Body></s:Envelope>"
#define ONE(key, yes)                                                          \
	"<t:Abonnement><t:klant><g:Key>" key "</g:Key><g:Rol>Burger</g:Rol>"   \
	"</t:klant><t:isBerichtSturen>" yes "</t:isBerichtSturen>"             \
	"</t:Abonnement>"
#define FAULT                                                                  \
	"<s:Envelope xmlns:s=\"" SOAP "\"><s:Body><s:Fault>"                   \
	"<faultcode>s:Server</faultcode><faultstring>x</faultstring>"          \
	"<detail><ApplicationFault><Message>999990019</Message>"               \
	"</ApplicationFault></detail></s:Fault></s:Body></s:Envelope>"

static struct pki pki;

/* Ask two numbers of a server that gives this answer. */
static enum verdict
ask(int status, const char *text, struct wus_answer answers[2], struct wire *w,
	struct fault *why)
{
	struct http_peer peer = { .trust = pki.root,
		.certificate = pki.client,
		.key = pki.client_key,
		.oin = PKI_THEIRS,
		.answer_ms = 2000 };
	struct buf reply = BUF_MAX(100000);
	struct http *http = NULL;
	enum verdict v;

	buf_format(&reply,
		"HTTP/1.1 %d X\r\nContent-Type: text/xml\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		status, strlen(text), text);
	*w = (struct wire){
		.pki = &pki, .deed = WIRE_ANSWER, .text = reply.bytes
	};
	wire_begin(w);
	answers[0] = (struct wus_answer){ .bsn = { 999990019 } };
	answers[1] = (struct wus_answer){ .bsn = { 12345 } };
	assert_int_equal(http_open(&peer, &http, why), V_OK);
	v = wus_ask(http, w->url, PKI_OURS, "WOZ", answers, 2, why);
	http_close(http);
	wire_end(w);
	buf_done(&reply);
	return v;
}

static void
test_wus__asks_and_hears(void **state)
{
	struct wus_answer answers[2];
	struct xml_tree *tree = NULL;
	const struct xml_node *node;
	struct fault why;
	struct wire w;
	const char *body;

	(void)state;
	assert_int_equal(ask(200,
				 OPEN ONE("000012345", "false")
					 ONE("999990019", "true") CLOSE,
				 answers, &w, &why),
		V_OK);
	assert_true(answers[0].answered && answers[0].subscribed);
	assert_true(answers[1].answered && !answers[1].subscribed);
	assert_non_null(strstr(w.got,
		"SOAPAction: \"" S "/IBerichtenboxValidatieService/"
		"ValidateAbonnementen\"\r\n"));
	body = strstr(w.got, "\r\n\r\n") + 4;
	assert_int_equal(xml_tree_parse(body, strlen(body), &tree, &why), V_OK);
	node = xml_child(xml_child(xml_child(xml_root(tree), SOAP, "Body"), S,
				 "ValidateAbonnementen"),
		S, "validateAbonnementenAanvraag");
	node = xml_first(node);
	assert_true(xml_is(node, T, "berichtleverancierCode"));
	assert_string_equal(xml_text(node), PKI_OURS);
	node = xml_next(node);
	assert_true(xml_is(node, T, "berichtTypeCode"));
	node = xml_next(node);
	assert_true(xml_is(node, T, "klanten"));
	node = xml_again(xml_child(node, G, "Klant"));
	assert_string_equal(xml_text(xml_child(node, G, "Key")), "000012345");
	assert_string_equal(xml_text(xml_child(node, G, "Rol")), "Burger");
	xml_tree_free(tree);
}

static void
test_wus__answers_that_do_not_fit(void **state)
{
	static const struct {
		const char *name, *text;
		int status;
		enum verdict v;
		enum code code;
		bool answered;
	} cases[] = {
		{ "one missing", OPEN ONE("000012345", "1") CLOSE, 200, V_OK,
			CODE_NONE, false },
		{ "none", OPEN CLOSE, 200, V_OK, CODE_NONE, false },
		{ "twice the same",
			OPEN ONE("999990019", "0") ONE("999990019", "0") CLOSE,
			200, V_OK, CODE_NONE, true },
		{ "contradiction",
			OPEN ONE("999990019", "0") ONE("999990019", "1") CLOSE,
			200, V_BROKEN, CODE_WUS_ANSWER, false },
		{ "not asked", OPEN ONE("999990020", "0") CLOSE, 200, V_BROKEN,
			CODE_WUS_ANSWER, false },
		{ "no yes or no", OPEN ONE("999990019", "ja") CLOSE, 200,
			V_BROKEN, CODE_WUS_ANSWER, false },
		{ "no number", OPEN ONE("", "1") CLOSE, 200, V_BROKEN,
			CODE_WUS_ANSWER, false },
		{ "fault", FAULT, 500, V_LATER, CODE_WUS, false },
		{ "fault with 200", FAULT, 200, V_LATER, CODE_WUS, false },
		{ "503", "busy", 503, V_LATER, CODE_WUS, false },
		{ "404", "<html/>", 404, V_LATER, CODE_WUS, false },
		{ "no XML", "hello", 200, V_LATER, CODE_WUS, false },
		{ "other XML", "<html/>", 200, V_LATER, CODE_WUS, false },
		{ "nothing", "", 200, V_LATER, CODE_WUS, false },
		{ "answer with 500", OPEN CLOSE, 500, V_LATER, CODE_WUS,
			false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wus_answer answers[2];
		struct fault why = FAULT_NONE;
		struct wire w;
		enum verdict v =
			ask(cases[i].status, cases[i].text, answers, &w, &why);

		if (v != cases[i].v || why.code != cases[i].code)
			print_message("# %s: MOBB-%d %s\n", cases[i].name,
				why.code, why.text);
		assert_int_equal(v, cases[i].v);
		assert_int_equal(why.code, cases[i].code);
		assert_int_equal(answers[0].answered, cases[i].answered);
		assert_null(strstr(why.text, "99999"));
	}
}

static int
make_pki(void **state)
{
	(void)state;
	pki_init(&pki);
	return 0;
}

static int
drop_pki(void **state)
{
	(void)state;
	pki_done(&pki);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wus__asks_and_hears),
		cmocka_unit_test(test_wus__answers_that_do_not_fit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
