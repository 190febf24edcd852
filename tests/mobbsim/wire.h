/* tests/mobbsim/wire.h - our side of the wire, for tests of the other side
 *
 * A listener on a thread that keeps what is pushed, and posts of messages put
 * together here, by hand.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_MOBBSIM_WIRE_H
#define TESTS_MOBBSIM_WIRE_H

#include <pthread.h>

#include "base/clock.h"
#include "channels/http.h"
#include "channels/http_listen.h"
#include "tests/mobbsim/run.h"

#define WIRE_KEPT 64
#define WIRE_WAIT_MS 20000
#define WIRE_OURS "00000099000000010000"
#define WIRE_THEIRS "00000099000000020000"

#define NS_SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_EB                                                                  \
	"http://www.oasis-open.org/committees/ebxml-msg/schema/"               \
	"msg-header-2_0.xsd"
#define NS_BATCH "http://schemas.rdw.nl/GEB/BerichtVerwerkService/Types/2009/01"
#define NS_LETTER                                                              \
	"http://schemas.rdw.nl/GEB/BerichtenProsessor/Bericht/Types/2009/01"

#define WIRE_ACK_REQUESTED                                                     \
	"<e:AckRequested e:version=\"2.0\" s:mustUnderstand=\"1\""             \
	" e:signed=\"false\"/>"
#define WIRE_SYNC_REPLY                                                        \
	"<e:SyncReply e:version=\"2.0\" s:mustUnderstand=\"1\""                \
	" s:actor=\"http://schemas.xmlsoap.org/soap/actor/next\"/>"

enum wire_mode {
	WIRE_ASYNC = 0,
	WIRE_SYNC, /* results are acknowledged in the answer */
	WIRE_BEST_EFFORT,
};

struct wire {
	struct run *run;
	enum wire_mode mode;
	bool may_fail; /* a post without an answer gives 0 */
	int our_port, their_port;
	pid_t sim;
	pthread_t thread;
	pthread_mutex_t lock;
	struct http_listen *listen;
	char *kept[WIRE_KEPT]; /* bodies pushed to us */
	size_t kept_len[WIRE_KEPT];
	size_t kept_count;
};

/* --- files of the room --- */

static inline void
wire_file(const struct wire *w, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/room/%s", w->run->dir, name);
}

/* Replace a word of a settings file, wherever it stands. */
static inline void
wire_set(struct wire *w, const char *name, const char *from, const char *to)
{
	struct buf text, out = BUF_MAX(100000);
	struct fault why = FAULT_NONE;
	char path[PATH_MAX], inside[80], *at, *next;

	snprintf(inside, sizeof(inside), "room/%s", name);
	run_read(w->run, inside, &text);
	assert_non_null(strstr(text.bytes, from));
	for (at = text.bytes; (next = strstr(at, from)) != NULL;
		at = next + strlen(from)) {
		buf_add(&out, at, (size_t)(next - at));
		buf_text(&out, to);
	}
	buf_text(&out, at);
	wire_file(w, name, path);
	assert_int_equal(
		file_put(AT_FDCWD, path, out.bytes, out.len, 0644, &why), V_OK);
	buf_done(&text);
	buf_done(&out);
}

/* --- messages --- */

/* The envelope of any message of ours; `middle` follows the MessageId. */
static inline void
wire_envelope(const char *service, const char *action, const char *id,
	const char *middle, const char *blocks, const char *body,
	struct buf *out)
{
	char now[CLOCK_TEXT_MAX];

	clock_utc(clock_now_ms(), now);
	buf_format(out,
		"<s:Envelope xmlns:s=\"" NS_SOAP "\" xmlns:e=\"" NS_EB
		"\" xmlns:l=\"http://www.w3.org/1999/xlink\"><s:Header>"
		"<e:MessageHeader e:version=\"2.0\" s:mustUnderstand=\"1\">"
		"<e:From><e:PartyId e:type=\"urn:osb:oin\">" WIRE_OURS
		"</e:PartyId><e:Role>SR</e:Role></e:From><e:To>"
		"<e:PartyId e:type=\"urn:osb:oin\">" WIRE_THEIRS
		"</e:PartyId><e:Role>SP</e:Role></e:To>"
		"<e:CPAId>MIJNOVERHEID-EBMS-BB-2-0_" WIRE_OURS "_" WIRE_THEIRS
		"_rehearsal</e:CPAId><e:ConversationId>conversation"
		"</e:ConversationId>%s<e:Action>%s</e:Action><e:MessageData>"
		"<e:MessageId>%s</e:MessageId><e:Timestamp>%s</e:Timestamp>"
		"%s</e:MessageHeader>%s</s:Header>%s</s:Envelope>",
		service, action, id, now, middle, blocks, body);
}

/* An Acknowledgment of ours. */
static inline void
wire_ack(const char *ref_to, const char *id, struct buf *out)
{
	char middle[400], block[400];

	snprintf(middle, sizeof(middle),
		"<e:RefToMessageId>%s</e:RefToMessageId></e:MessageData>",
		ref_to);
	snprintf(block, sizeof(block),
		"<e:Acknowledgment e:version=\"2.0\" s:mustUnderstand=\"1\">"
		"<e:Timestamp>2026-01-01T00:00:00Z</e:Timestamp>"
		"<e:RefToMessageId>%s</e:RefToMessageId></e:Acknowledgment>",
		ref_to);
	wire_envelope("<e:Service>urn:oasis:names:tc:ebxml-msg:service"
		      "</e:Service>",
		"Acknowledgment", id, middle, block, "<s:Body/>", out);
}

/* The MessageId of what was pushed. */
static inline void
wire_id(const char *pushed, char *out, size_t size)
{
	const char *at = strstr(pushed, ":MessageId>");

	assert_non_null(at);
	at += strlen(":MessageId>");
	snprintf(out, size, "%.*s", (int)strcspn(at, "<"), at);
}

/* --- listening --- */

static inline void
wire_keep(void *self, const struct http_request *request,
	struct http_reply *reply)
{
	struct wire *w = self;
	char *copy = malloc(request->body_len + 1), id[100];

	if (copy == NULL)
		abort();
	memcpy(copy, request->body, request->body_len);
	copy[request->body_len] = '\0';
	if (w->mode == WIRE_SYNC && strstr(copy, "SyncReply") != NULL) {
		wire_id(copy, id, sizeof(id));
		reply->status = 200;
		reply->content_type = "text/xml";
		wire_ack(id, "in-answer@us", &reply->body);
	}
	(void)pthread_mutex_lock(&w->lock);
	if (w->kept_count < WIRE_KEPT) {
		w->kept_len[w->kept_count] = request->body_len;
		w->kept[w->kept_count++] = copy;
	} else
		free(copy);
	(void)pthread_mutex_unlock(&w->lock);
}

static inline void
wire_note(void *self, const struct fault *what)
{
	(void)self;
	(void)what;
}

static inline void *
wire_run(void *self)
{
	struct wire *w = self;
	struct fault why = FAULT_NONE;

	(void)http_listen_run(w->listen, &why);
	return NULL;
}

static inline void
wire_listen(struct wire *w)
{
	char at[40], crt[PATH_MAX], key[PATH_MAX], root[PATH_MAX];
	struct http_listen_conf conf = { .at = at,
		.certificate = crt,
		.key = key,
		.trust = root,
		.max_body = 1000000 };
	struct fault why = FAULT_NONE;

	snprintf(at, sizeof(at), "127.0.0.1:%d", w->our_port);
	wire_file(w, "pki/ours-server.crt", crt);
	wire_file(w, "pki/ours-server.key", key);
	wire_file(w, "pki/root.crt", root);
	if (http_listen_open(
		    &conf, wire_keep, wire_note, w, &w->listen, &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
	assert_int_equal(pthread_create(&w->thread, NULL, wire_run, w), 0);
}

static inline void
wire_deaf(struct wire *w)
{
	if (w->listen == NULL)
		return;
	http_listen_stop(w->listen);
	(void)pthread_join(w->thread, NULL);
	http_listen_close(w->listen);
	w->listen = NULL;
}

/* The n-th thing pushed (0 ..) that holds `word`; waits for it. */
static inline const char *
wire_pushed(struct wire *w, const char *word, size_t n)
{
	int64_t until = clock_tick_ms() + WIRE_WAIT_MS;
	const char *found = NULL;
	size_t i, seen;

	while (found == NULL && clock_tick_ms() < until) {
		clock_sleep_ms(20);
		(void)pthread_mutex_lock(&w->lock);
		for (i = seen = 0; i < w->kept_count && found == NULL; i++)
			if (strstr(w->kept[i], word) != NULL && seen++ == n)
				found = w->kept[i];
		(void)pthread_mutex_unlock(&w->lock);
	}
	assert_non_null(found);
	return found;
}

/* --- the simulator --- */

static inline void
wire_start_as(struct wire *w, const char *const *arguments)
{
	int64_t until = clock_tick_ms() + WIRE_WAIT_MS;
	char ready[PATH_MAX];

	run_path(w->run, "ready", ready);
	(void)unlink(ready);
	w->sim = run_start(w->run, arguments);
	while (access(ready, F_OK) == -1 && clock_tick_ms() < until)
		clock_sleep_ms(20);
	assert_int_equal(access(ready, F_OK), 0);
}

static inline void
wire_start(struct wire *w)
{
	wire_start_as(w, (const char *const[]){ "serve", "room",
				 "--once-ready-file", "ready", NULL });
}

/* With a plan of faults. */
static inline void
wire_start_upset(struct wire *w, const char *plan)
{
	struct fault why = FAULT_NONE;
	char path[PATH_MAX];

	run_path(w->run, "plan", path);
	assert_int_equal(
		file_put(AT_FDCWD, path, plan, strlen(plan), 0644, &why), V_OK);
	wire_start_as(w, (const char *const[]){ "serve", "room", "--faults",
				 "plan", "--once-ready-file", "ready", NULL });
}

/* Ends well by itself, or is killed. */
static inline void
wire_stop(struct wire *w, int number)
{
	int status;

	if (w->sim == 0)
		return;
	assert_int_equal(kill(w->sim, number), 0);
	assert_int_equal(waitpid(w->sim, &status, 0), w->sim);
	w->sim = 0;
	if (number == SIGTERM) {
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static inline void
wire_begin_as(struct wire *w, struct run *run, enum wire_mode mode)
{
	static const char *const how[] = { NULL, "--sync", "--best-effort" };
	struct buf text;
	const char *at;

	run_begin(run);
	*w = (struct wire){ .run = run, .mode = mode };
	(void)pthread_mutex_init(&w->lock, NULL);
	/* No waiting for a retry here. */
	assert_int_equal(run(run, "init", "room", "--ports", "auto",
				 "--interval", "PT1S", how[mode], NULL),
		0);
	wire_set(w, "sim.yaml", "_after: 2s", "_after: 0s");
	run_read(run, "room/cpa.xml", &text);
	at = strstr(text.bytes, "localhost:");
	assert_non_null(at);
	w->our_port = atoi(at + 10);
	at = strstr(at + 10, "localhost:");
	assert_non_null(at);
	w->their_port = atoi(at + 10);
	buf_done(&text);
}

static inline void
wire_begin(struct wire *w, struct run *run)
{
	wire_begin_as(w, run, WIRE_ASYNC);
}

static inline void
wire_end(struct wire *w)
{
	size_t i;

	wire_stop(w, SIGTERM);
	wire_deaf(w);
	for (i = 0; i < w->kept_count; i++)
		free(w->kept[i]);
	(void)pthread_mutex_destroy(&w->lock);
	run_end(w->run);
}

/* --- posting --- */

struct wire_bytes {
	const char *at;
	size_t len, given;
};

static inline enum verdict
wire_give(void *self, void *to, size_t len, size_t *len_out, struct fault *why)
{
	struct wire_bytes *b = self;

	(void)why;
	if (len > b->len - b->given)
		len = b->len - b->given;
	memcpy(to, b->at + b->given, len);
	b->given += len;
	*len_out = len;
	return V_OK;
}

static inline enum verdict
wire_rewind(void *self, struct fault *why)
{
	struct wire_bytes *b = self;

	(void)why;
	b->given = 0;
	return V_OK;
}

/* One POST as `who` ("ours" or "theirs"); the HTTP status, the answer's body
 * in `body_out` unless NULL.
 */
static inline int
wire_post(struct wire *w, const char *who, const char *path, const char *type,
	const char *action, const char *text, struct buf *body_out)
{
	char crt[PATH_MAX], key[PATH_MAX], root[PATH_MAX], name[60], url[80];
	char content_type[300], soap_action[300];
	const char *const headers[] = { content_type, soap_action, NULL };
	struct wire_bytes bytes = { text, strlen(text), 0 };
	const struct http_body body = { &bytes, (int64_t)bytes.len, wire_give,
		wire_rewind };
	struct http_peer peer = { .trust = root,
		.certificate = crt,
		.key = key,
		.oin = WIRE_THEIRS };
	struct http_answer answer;
	struct fault why = FAULT_NONE;
	struct http *http;
	int status = 0;
	enum verdict v;

	wire_file(w, "pki/root.crt", root);
	snprintf(name, sizeof(name), "pki/%s-client.crt", who);
	wire_file(w, name, crt);
	snprintf(name, sizeof(name), "pki/%s-client.key", who);
	wire_file(w, name, key);
	snprintf(url, sizeof(url), "https://localhost:%d%s", w->their_port,
		path);
	snprintf(content_type, sizeof(content_type), "Content-Type: %s", type);
	snprintf(soap_action, sizeof(soap_action), "SOAPAction: %s", action);
	assert_int_equal(http_open(&peer, &http, &why), V_OK);
	v = http_post(http, url, headers, &body, &answer, &why);
	if (v != V_OK && !w->may_fail)
		fail_msg("%s: %s", why.place, why.text);
	if (v == V_OK)
		status = answer.status;
	if (body_out != NULL) {
		*body_out = BUF_MAX(2000000);
		buf_text(body_out, v != V_OK || answer.body.bytes == NULL
					   ? ""
					   : answer.body.bytes);
	}
	if (v == V_OK)
		http_answer_done(&answer);
	http_close(http);
	return status;
}

struct wire_letter {
	const char *id, *reference, *bsn, *base64;
};

/* A delivery of one or more letters; `kind` is SoortGebruiker. */
static inline void
wire_payload(const char *batch, const char *kind,
	const struct wire_letter *letters, size_t count, struct buf *out)
{
	char now[CLOCK_TEXT_MAX];
	size_t i;

	*out = BUF_MAX(1000000);
	clock_utc(clock_now_ms(), now);
	buf_format(out,
		"<b:Berichten xmlns:b=\"" NS_BATCH "\" xmlns:m=\"" NS_LETTER
		"\"><b:BatchInformatie><b:BatchID>%s</b:BatchID>"
		"<b:AanmaakDatum>%s</"
		"b:AanmaakDatum><b:BerichtLeverancierID>" WIRE_OURS
		"</b:BerichtLeverancierID></b:BatchInformatie>",
		batch, now);
	for (i = 0; i < count; i++)
		buf_format(out,
			"<m:Bericht><m:BerichtInformatie><m:BatchID>%s"
			"</m:BatchID><m:BerichtID>%s</m:BerichtID>"
			"<m:BerichtType>WOZ</m:BerichtType><m:Onderwerp>WOZ"
			"</m:Onderwerp><m:Referentie>%s</m:Referentie>"
			"<m:GebruikerID>%s</m:GebruikerID><m:SoortGebruiker>%s"
			"</m:SoortGebruiker></m:BerichtInformatie><m:Bijlagen>"
			"<m:Bijlage><m:Inhoud>%s</m:Inhoud><m:BijlageType>Pdf"
			"</m:BijlageType><m:Omschrijving>brief"
			"</m:Omschrijving><m:Volgorde>1</m:Volgorde>"
			"</m:Bijlage></m:Bijlagen></m:Bericht>",
			batch, letters[i].id, letters[i].reference,
			letters[i].bsn, kind, letters[i].base64);
	buf_text(out, "</b:Berichten>");
}

/* Send a payload under MessageId `id`; the HTTP status, and the body of the
 * answer in `body_out` unless NULL.
 */
static inline int
wire_ask_as(struct wire *w, const char *action, const char *id,
	const struct buf *payload, struct buf *body_out)
{
	struct buf out = BUF_MAX(2000000);
	int status;

	buf_text(&out, "--frontier\r\nContent-Type: text/xml\r\n"
		       "Content-ID: <envelope>\r\n\r\n");
	wire_envelope("<e:Service e:type=\"urn:osb:services\">"
		      "MIJNOVERHEID.ebMS.BB.2.0</e:Service>",
		action, id,
		w->mode == WIRE_BEST_EFFORT
			? "</e:MessageData>"
			: "</e:MessageData><e:DuplicateElimination/>",
		w->mode == WIRE_BEST_EFFORT ? ""
		: w->mode == WIRE_SYNC	    ? WIRE_SYNC_REPLY WIRE_ACK_REQUESTED
					    : WIRE_ACK_REQUESTED,
		"<s:Body><e:Manifest e:version=\"2.0\"><e:Reference"
		" l:type=\"simple\" l:href=\"cid:payload\"/></e:Manifest>"
		"</s:Body>",
		&out);
	buf_text(&out, "\r\n--frontier\r\nContent-Type: text/xml\r\n"
		       "Content-ID: <payload>\r\n\r\n");
	buf_add(&out, payload->bytes, payload->len);
	buf_text(&out, "\r\n--frontier--\r\n");
	status = wire_post(w, "ours", "/ebms",
		"multipart/related; type=\"text/xml\"; boundary=frontier",
		"\"ebXML\"", out.bytes, body_out);
	buf_done(&out);
	return status;
}

/* A delivery. */
static inline int
wire_ask(struct wire *w, const char *id, const struct buf *payload,
	struct buf *body_out)
{
	return wire_ask_as(w, "GLOBE-R-BV-Request", id, payload, body_out);
}

static inline int
wire_send(struct wire *w, const char *id, const struct buf *payload)
{
	return wire_ask(w, id, payload, NULL);
}

/* Acknowledge a message of theirs. */
static inline int
wire_acknowledge(struct wire *w, const char *ref_to, const char *id)
{
	struct buf out = BUF_MAX(100000);
	int status;

	wire_ack(ref_to, id, &out);
	status = wire_post(w, "ours", "/ebms", "text/xml; charset=UTF-8",
		"\"ebXML\"", out.bytes, NULL);
	buf_done(&out);
	return status;
}

#endif
