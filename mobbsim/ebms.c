/* mobbsim/ebms.c - see mobbsim/ebms.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "mobbsim/taking.h"
#include "mobbsim/upset.h"

#define REPLY_MAX ((size_t)100000)
#define REQUEST "GLOBE-R-BV-Request"
#define SAME_BATCH_MAX 100000

static void
body_digest(const struct taking *t, char hex[DIGEST_HEX_MAX])
{
	uint8_t sum[DIGEST_BYTES];

	digest_of(t->request->body, t->request->body_len, sum);
	digest_hex(sum, sizeof(sum), hex);
}

/* A retry is the same bytes (spec ebms2.md 9.1); one that is not is written
 * down for whoever judges, and answered all the same.
 */
static void
check_same(const struct taking *t, const struct inbox_message *known)
{
	char hex[DIGEST_HEX_MAX];
	int fd;

	body_digest(t, hex);
	if (strcmp(hex, known->sha256) == 0)
		return;
	log_line("a retry that is not the same bytes");
	fd = openat(t->ebms->sim_fd, "differs.txt",
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd == -1)
		return;
	(void)!write(fd, known->id, strlen(known->id));
	(void)!write(fd, "\n", 1);
	(void)close(fd);
}

enum verdict
taking_keep(struct taking *t, int64_t letters, const char *received,
	const struct buf *reply)
{
	struct inbox_message message = { .letters = letters };

	snprintf(message.id, sizeof(message.id), "%s", t->envelope.message_id);
	snprintf(message.cpa_id, sizeof(message.cpa_id), "%s",
		t->envelope.cpa_id);
	snprintf(message.received, sizeof(message.received), "%s", received);
	body_digest(t, message.sha256);
	return inbox_put(t->ebms->inbox, &message, reply, t->why);
}

static void
write_error(
	struct taking *t, const struct envelope_wrong *wrong, struct buf *out)
{
	char id[TAKING_ID_MAX];

	log_line("MessageError %s at %s", wrong->code, wrong->location);
	taking_id(id);
	envelope_error(
		&t->envelope, &t->ebms->terms, wrong, id, t->now_ms, out);
}

static enum verdict
error_reply(struct taking *t, const struct envelope_wrong *wrong)
{
	struct buf reply = BUF_MAX(REPLY_MAX);
	enum verdict v;

	write_error(t, wrong, &reply);
	v = taking_keep(t, 0, "", &reply);
	if (v == V_OK)
		taking_give(t, &reply);
	buf_done(&reply);
	return v;
}

/* A MessageError that is not kept, on command. */
static void
upset_error(struct taking *t, bool warning)
{
	const struct envelope_wrong wrong = { t->trouble->word,
		"//Header/MessageHeader", "on command", warning };
	struct buf signal = BUF_MAX(REPLY_MAX);

	write_error(t, &wrong, &signal);
	if (warning)
		push_signal(t->ebms->push, signal.bytes, signal.len, NULL);
	else
		taking_give(t, &signal);
	buf_done(&signal);
}

static bool
upset_is(const struct taking *t, enum trouble_kind kind)
{
	return t->trouble != NULL && t->trouble->kind == kind;
}

void
taking_acknowledge(struct taking *t, const struct buf *ack)
{
	if (upset_is(t, T_ERROR)) {
		upset_error(t, false);
		return;
	}
	taking_give_ack(t, ack);
	if (upset_is(t, T_WARNING))
		upset_error(t, true);
}

/* --- a delivery --- */

/* BatchID.n.xml with the first n that is free in received/. */
static void
name_received(struct taking *t, char name[INBOX_NAME_MAX])
{
	char path[INBOX_NAME_MAX + 16];
	int n;

	for (n = 1; n < SAME_BATCH_MAX; n++) {
		snprintf(name, INBOX_NAME_MAX, "%.36s.%d.xml",
			t->payload.batch_id[0] == '\0' ? "unreadable"
						       : t->payload.batch_id,
			n);
		snprintf(path, sizeof(path), "received/%s", name);
		if (faccessat(t->ebms->sim_fd, path, F_OK, 0) == -1)
			break;
	}
}

static enum verdict
put_received(struct taking *t, const char *name)
{
	char path[INBOX_NAME_MAX + 16];

	snprintf(path, sizeof(path), "received/%s", name);
	return file_put(t->ebms->sim_fd, path, t->part->bytes, t->part->len,
		0640, t->why);
}

/* The code that so many letters get instead of being delivered, on command. */
static enum judge_code
upset_code(const struct taking *t, enum judge_code code, int64_t *left)
{
	int other;

	if (*left == 0 || code != JUDGE_VERWERKT)
		return code;
	(*left)--;
	for (other = 0; other < JUDGE_KINDS; other++)
		if (strcmp(judge_word((enum judge_code)other),
			    t->trouble->word) == 0)
			return (enum judge_code)other;
	return code;
}

/* Judge the letters and add their lines; returns how many can be named. */
static int64_t
judge_all(struct taking *t, bool valid, enum judge_code *codes)
{
	struct ebms *ebms = t->ebms;
	const struct judge judge = {
		.oin = ebms->terms.peer_oin,
		.subscribers = ebms->subscribers,
		.now_ms = t->now_ms,
		.valid = valid,
		.types = ebms->types,
		.type_count = ebms->type_count,
	};
	int64_t named = 0, upset = upset_is(t, T_CODE) ? t->trouble->number : 0;
	size_t i;

	for (i = 0; i < t->payload.letter_count; i++) {
		const struct payload_letter *letter = &t->payload.letters[i];

		codes[i] = JUDGE_XML;
		if (letter->id_text[0] == '\0')
			continue;
		codes[i] = judge_letter(&judge, &t->payload, letter,
			ledger_effective(ebms->ledger, &letter->id));
		codes[i] = upset_code(t, codes[i], &upset);
		ledger_add(ebms->ledger, t->now_ms, t->envelope.message_id,
			t->payload.batch_id, letter, codes[i]);
		named++;
	}
	return named;
}

/* Whose it is, by what connected, by the envelope, and by the payload. */
static enum verdict
put_sender(const struct taking *t)
{
	struct buf line = BUF_MAX(1000);
	char at[CLOCK_TEXT_MAX];
	enum verdict v;

	clock_utc(t->now_ms, at);
	buf_format(&line, "%s;%.255s;%.40s;%.40s;%.40s;%.40s\n", at,
		t->envelope.message_id, t->payload.batch_id,
		t->request->peer_oin, t->envelope.from,
		t->payload.sender == NULL ? "" : t->payload.sender);
	v = file_write(t->ebms->senders_fd, line.bytes, line.len, t->why);
	buf_done(&line);
	return v;
}

/* Everything that makes the delivery ours, the ledger last. */
static enum verdict
keep_delivery(struct taking *t, const enum judge_code *codes, int64_t named,
	const struct buf *ack)
{
	char received[INBOX_NAME_MAX];
	enum verdict v;

	/* The message names its payload, so that both can be taken away. */
	name_received(t, received);
	v = taking_keep(t, named, received, ack);
	if (v == V_OK)
		v = put_received(t, received);
	if (v == V_OK)
		v = put_sender(t);
	if (v == V_OK && named > 0 && t->payload.batch_id[0] != '\0')
		v = taking_put_results(t, codes);
	if (v == V_OK)
		v = ledger_commit(t->ebms->ledger, t->why);
	return v;
}

static enum verdict
take_delivery(struct taking *t)
{
	struct ebms *ebms = t->ebms;
	struct buf ack = BUF_MAX(REPLY_MAX);
	struct fault invalid = FAULT_NONE;
	enum judge_code *codes;
	int64_t named;
	enum verdict v;

	v = xml_schema_check(
		ebms->schema, t->part->bytes, t->part->len, &invalid);
	if (v != V_OK)
		log_fault(&invalid);
	codes = arena_alloc(
		&ebms->mem, (t->payload.letter_count + 1) * sizeof(*codes));
	named = judge_all(t, v == V_OK && t->payload.whole, codes);
	taking_write_ack(t, &ack);
	v = keep_delivery(t, codes, named, &ack);
	if (v == V_OK) {
		if (t->result_count == 0)
			log_line("a delivery that cannot be named: no result");
		/* First, for what comes before its Acknowledgment. */
		taking_push_results(t);
		taking_acknowledge(t, &ack);
	}
	buf_done(&ack);
	return v;
}

/* --- messages --- */

static enum verdict
acknowledge_only(struct taking *t)
{
	struct buf ack = BUF_MAX(REPLY_MAX);

	taking_write_ack(t, &ack);
	taking_acknowledge(t, &ack);
	buf_done(&ack);
	return V_OK;
}

/* A message that was answered before gets the same bytes again; nothing when
 * nothing is agreed.
 */
static enum verdict
take_duplicate(struct taking *t, const struct inbox_message *known,
	const struct buf *reply)
{
	t->post->duplicate = true;
	if (strcmp(known->cpa_id, t->envelope.cpa_id) != 0)
		return taking_refuse(t, "Client", "MessageId is already used");
	check_same(t, known);
	if (reply->len == 0)
		return V_OK;
	if (strstr(reply->bytes, "<e:ErrorList") != NULL)
		taking_give(t, reply);
	else
		taking_acknowledge(t, reply);
	return V_OK;
}

static enum verdict
take_new(struct taking *t)
{
	struct envelope_wrong wrong;

	if (envelope_wrong(&t->envelope, &t->ebms->terms, t->now_ms, &wrong))
		return error_reply(t, &wrong);
	if (t->part == NULL) {
		wrong = (struct envelope_wrong){ "MimeProblem",
			t->envelope.references[0], "part is not there", false };
		return error_reply(t, &wrong);
	}
	if (t->ebms->sink)
		return acknowledge_only(t);
	if (strcmp(t->envelope.action, REQUEST) != 0)
		return taking_question(t);
	return take_delivery(t);
}

static enum verdict
take_business(struct taking *t)
{
	struct buf reply = BUF_MAX(REPLY_MAX);
	struct inbox_message known;
	enum verdict v;
	size_t i;

	for (i = 0; i < t->envelope.reference_count; i++) {
		const char *href = t->envelope.references[i];

		t->part = strncmp(href, "cid:", 4) == 0
				  ? mime_find(&t->mime, href + 4)
				  : NULL;
		if (t->part == NULL)
			break;
	}
	if (t->envelope.reference_count > 0 && t->part != NULL &&
		strcmp(t->envelope.action, REQUEST) == 0) {
		payload_read(t->part->bytes, t->part->len, &t->ebms->mem,
			&t->payload);
		t->post->batch_id = t->payload.batch_id;
		t->post->letters = (int64_t)t->payload.letter_count;
	}
	/* What is refused, and only looked at, leaves no trace. */
	if (upset_refuses(t->trouble))
		return V_OK;
	if (upset_is(t, T_ERROR) && !t->trouble->taken) {
		upset_error(t, false);
		return V_OK;
	}
	v = inbox_find(
		t->ebms->inbox, t->envelope.message_id, &known, &reply, t->why);
	if (v == V_OK)
		v = take_duplicate(t, &known, &reply);
	else if (v == V_SKIP)
		v = take_new(t);
	buf_done(&reply);
	return v;
}

static enum verdict
take_ping(struct taking *t)
{
	struct buf pong = BUF_MAX(REPLY_MAX);
	char id[TAKING_ID_MAX];

	taking_id(id);
	envelope_pong(&t->envelope, &t->ebms->terms, id, t->now_ms, &pong);
	taking_give(t, &pong);
	buf_done(&pong);
	return V_OK;
}

static enum verdict
take_envelope(struct taking *t)
{
	const struct envelope *e = &t->envelope;

	const struct cpa_terms *terms =
		cpa_agreed_id(&t->ebms->agreed, e->cpa_id);

	t->post->message_id = e->message_id;
	if (terms == NULL)
		return taking_refuse(t, "Client", "CPA is not found");
	t->ebms->terms = *terms;
	if (strcmp(e->from, t->ebms->terms.peer_oin) != 0 ||
		strcmp(t->request->peer_oin, e->from) != 0)
		return taking_refuse(t, "Client",
			"client certificate is not of the From party");
	switch (e->kind) {
	case ENVELOPE_BUSINESS:
		return take_business(t);
	case ENVELOPE_ERROR:
	case ENVELOPE_ACKNOWLEDGMENT:
		if (upset_refuses(t->trouble))
			return V_OK;
		if (e->kind == ENVELOPE_ERROR)
			log_line("MessageError about our message: %s",
				e->error_code);
		if (!push_settled(t->ebms->push, e->ref_to))
			log_line("a signal about a message we do not know");
		return V_OK;
	case ENVELOPE_PING:
		return take_ping(t);
	case ENVELOPE_OTHER_SIGNAL:
		return V_OK;
	}
	return V_OK;
}

static bool
is_ebxml(const char *soap_action)
{
	return strcmp(soap_action, "\"ebXML\"") == 0 ||
	       strcmp(soap_action, "ebXML") == 0;
}

static enum verdict
take(struct taking *t)
{
	const struct door_request *r = t->request;
	const struct mime_part *root;

	if (!is_ebxml(r->soap_action))
		return taking_refuse(
			t, "Client", "SOAPAction is not \"ebXML\"");
	if (mime_split(r->content_type, r->body, r->body_len, &t->mime,
		    t->why) != V_OK)
		return taking_refuse(t, "Client", t->why->text);
	root = &t->mime.parts[t->mime.root];
	if (envelope_read(root->bytes, root->len, &t->ebms->mem, &t->envelope,
		    t->why) != V_OK)
		return taking_refuse(t, "Client", t->why->text);
	return take_envelope(t);
}

enum verdict
ebms_take(struct ebms *ebms, const struct door_request *request,
	struct door_manner *manner, struct door_reply *reply, struct post *post,
	struct fault *why)
{
	struct taking *t;
	enum verdict v;

	arena_reset(&ebms->mem);
	t = arena_alloc(&ebms->mem, sizeof(*t));
	memset(t, 0, sizeof(*t));
	t->ebms = ebms;
	t->request = request;
	t->trouble = manner->own;
	t->manner = manner;
	t->reply = reply;
	t->post = post;
	t->payload.batch_id = "";
	t->now_ms = clock_now_ms();
	t->why = why;
	v = take(t);
	if (v != V_OK) {
		reply->status = 503;
		buf_reset(&reply->body);
	}
	return v;
}
