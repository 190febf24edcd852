/* tests/bench/receive.c - how fast we receive: the other side of one agreement
 *
 *	receive prepare CONNINFO JOB LOTS LETTERS ROOM
 *	receive ack|result CONNINFO JOB LOTS LETTERS ROOM CONNECTIONS
 *
 * prepare fills the books with a job whose lots, of so many letters each, were
 * all offered and wait for an answer.  The other two push an acknowledgment, or
 * a result (of each fiftieth letter: not subscribed), for every lot over TLS on
 * so many connections, and wait until all were applied.  Printed is one row.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "channels/channel.h"
#include "channels/ebms.h"
#include "channels/http_bytes.h"
#include "store/books.h"

#define ODD 50 /* each so manieth letter is not subscribed */
#define FAST INT64_C(1000000000)
#define DAY_MS INT64_C(86400000)
#define PAYLOAD_MAX ((size_t)1000000)
#define CONNECTIONS_MAX 16

struct bench {
	struct store *store;
	const char *job, *room;
	int64_t lots, letters;
	struct cpa cpa;
	struct arena mem;
	bool result;

	pthread_mutex_t lock;
	int64_t next; /* lot to be pushed */
	int64_t failed;
};

static struct fault why;

static void
must(enum verdict v, const char *what)
{
	if (v == V_OK)
		return;
	fprintf(stderr, "receive: %s: %s %s\n", what, why.place, why.text);
	exit(1);
}

static struct uuid
id_of(const struct bench *b, int64_t record)
{
	struct uuid id = { { 0 } };
	int i;

	memcpy(id.bytes, b->job + strlen(b->job) - 4, 4);
	id.bytes[6] = 0x80;
	id.bytes[8] = 0x80;
	for (i = 0; i < 6; i++)
		id.bytes[15 - i] = (uint8_t)(record >> 8 * i & 0xff);
	return id;
}

static struct uuid
batch_id(const struct bench *b, int64_t lot)
{
	struct uuid id = id_of(b, lot);

	id.bytes[9] = 1;
	return id;
}

static const char *
message_id(const struct bench *b, int64_t lot, char out[100])
{
	snprintf(out, 100, "%s-%" PRId64 "@ours.example", b->job, lot);
	return out;
}

/* --- the books --- */

static void
make_letters(const struct bench *b)
{
	struct job_new job = { .id = b->job,
		.stream = "woz",
		.sender = "voorbeeld",
		.oin = "00000099000000010000",
		.endpoint = "simulator",
		.environment = "simulator",
		.format = "woz-biljet/1",
		.file = "bench.xml",
		.bytes = 1000,
		.promised_letters = -1,
		.promised_cents = -1,
		.received_ms = clock_now_ms() };
	uint8_t bsn_key[16] = { 0 }, sha256[32];
	int64_t i, count = b->lots * b->letters;
	struct split_end end = { .records = count };
	struct split *split = NULL;

	memset(sha256, b->job[strlen(b->job) - 1], sizeof(sha256));
	job.sha256 = sha256;
	must(store_job_receive(b->store, &job, &why), "receive");
	must(store_split_begin(b->store, b->job, count, &split, &why), "split");
	for (i = 1; i <= count; i++) {
		struct letter l = { .record = i,
			.key = "k",
			.bsn = { (int32_t)(900000000 + i % 90000000) },
			.reference = "ref",
			.subject = "Aanslag",
			.text = "Tekst",
			.dated = 20500,
			.publish = LETTER_DATE_NONE,
			.deadline = LETTER_DATE_NONE,
			.address = ADDRESS_EMPTY,
			.id = id_of(b, i) };

		must(store_split_letter(split, &l, bsn_key, &why), "letter");
	}
	must(store_split_end(split, &end, clock_now_ms(), &why), "split end");
	store_split_close(split);
}

/* All are subscribed, by a list of all. */
static void
route_letters(const struct bench *b)
{
	struct answer_head head = { .type = "",
		.source = ANSWER_ALL,
		.whole = true,
		.asked_ms = clock_now_ms(),
		.person = "automatic",
		.note = "" };
	static struct subscribed set;
	struct arena mem = ARENA_EMPTY;
	struct routing routing;
	int64_t i, list;
	struct job job;

	for (i = 1; i <= b->lots * b->letters; i++)
		(void)subscribed_add(&set,
			(struct bsn){ (int32_t)(900000000 + i % 90000000) },
			true);
	must(store_job_get(b->store, b->job, &mem, &job, &why), "job");
	head.environment = job.environment;
	head.sender = job.oin;
	head.now_ms = head.asked_ms;
	must(store_answer_keep(b->store, &set, &head, &list, &why), "answer");
	must(store_route(b->store, &job, "woz", clock_now_ms(), &routing, &why),
		"routes");
	must(store_job_routed(
		     b->store, b->job, false, NULL, clock_now_ms(), &why),
		"routed");
	subscribed_done(&set);
	arena_done(&mem);
}

static void
offer_lots(struct bench *b)
{
	int64_t now_ms = clock_now_ms(), i, k, next_ms, wait_ms;
	int64_t *records =
		mem_new((size_t)(b->lots * b->letters) * sizeof(*records));
	struct lot_new *lots = mem_new((size_t)b->lots * sizeof(*lots));
	char id[100];

	for (i = 0; i < b->lots; i++) {
		lots[i] = (struct lot_new){ .batch_id = batch_id(b, i),
			.letters = b->letters,
			.bytes = 1000,
			.records = records + i * b->letters };
		for (k = 0; k < b->letters; k++)
			records[i * b->letters + k] = i * b->letters + k + 1;
	}
	must(store_cut_write(
		     b->store, b->job, lots, (size_t)b->lots, now_ms, &why),
		"cut");
	for (i = 0; i < b->lots; i++) {
		struct offer o;

		arena_reset(&b->mem);
		must(store_offer_next(b->store, "simulator", ANY_RULES, now_ms,
			     &b->mem, &o, &next_ms, &why),
			"offer");
		/* In the order in which they were cut. */
		o.message_id = message_id(b, i, id);
		o.conversation_id = o.message_id;
		o.cpa_id = b->cpa.id;
		o.content_id = "payload";
		o.envelope = "<envelope/>";
		o.envelope_len = 11;
		o.created_ms = now_ms;
		o.expires_ms = now_ms + DAY_MS;
		must(store_offer_begin(b->store, &o, RULES(FAST, 1000000),
			     &wait_ms, &why),
			"begin");
		must(store_post_end(b->store, &o, POST_COMPLETE,
			     now_ms + DAY_MS, NULL, &why),
			"post");
	}
	free(lots);
	free(records);
}

/* --- messages of the other side --- */

static void
write_payload(const struct bench *b, int64_t lot, struct buf *out)
{
	struct uuid id = batch_id(b, lot);
	char text[UUID_TEXT_MAX];
	int64_t i, odd = 0;

	for (i = 0; i < b->letters; i++)
		odd += (lot * b->letters + i) % ODD == 0 ? 1 : 0;
	uuid_text(&id, text);
	buf_format(out,
		"<?xml version=\"1.0\"?><b:BerichtVerwerkResponse xmlns:b="
		"\"http://schemas.rdw.nl/GEB/BerichtVerwerkService/Types/"
		"2009/01\" xmlns:r=\"http://schemas.rdw.nl/GEB/"
		"BerichtVerwerkService/BerichtResultaat/Types/2009/01\">"
		"<BatchInformatie><BerichtLeverancierCode>00000099000000010000"
		"</BerichtLeverancierCode><BatchID>%s</BatchID>"
		"<TotaalAantalOntvangenBerichten>%" PRId64
		"</TotaalAantalOntvangenBerichten>"
		"<AantalBerichtenSuccesvolVerwerkt>%" PRId64
		"</AantalBerichtenSuccesvolVerwerkt>"
		"<AantalBerichtenGeenActieveBoxOfGeabonneertOpLeverancier>"
		"%" PRId64
		"</AantalBerichtenGeenActieveBoxOfGeabonneertOpLeverancier>"
		"<AantalBerichtenMetTechnischProbleem>0"
		"</AantalBerichtenMetTechnischProbleem>"
		"<AantalBerichtenBerichtTypeNietCorrect>0"
		"</AantalBerichtenBerichtTypeNietCorrect>"
		"<AantalBerichtenPublicatieDatumNietCorrect>0"
		"</AantalBerichtenPublicatieDatumNietCorrect>"
		"<AantalBerichtenAanmaakDatumNietCorrect>0"
		"</AantalBerichtenAanmaakDatumNietCorrect>"
		"<DatumOntvangen>2026-01-01T00:00:00Z</DatumOntvangen>"
		"<DatumVerwerkt>2026-01-01T00:00:00Z</DatumVerwerkt>"
		"</BatchInformatie><Berichten>",
		text, b->letters, b->letters - odd, odd);
	for (i = 0; i < b->letters; i++) {
		id = id_of(b, lot * b->letters + i + 1);
		uuid_text(&id, text);
		buf_format(out,
			"<r:Bericht><BerichtID>%s</BerichtID><BerichtType>WOZ"
			"</BerichtType><VerwerkingsCode>%s</VerwerkingsCode>"
			"<Stadium>NA</Stadium></r:Bericht>",
			text,
			(lot * b->letters + i) % ODD == 0
				? "NietActiefOfGeabonneerd"
				: "Verwerkt");
	}
	buf_text(out, "</Berichten></b:BerichtVerwerkResponse>");
}

static void
write_message(const struct bench *b, int64_t lot, struct buf *out)
{
	const struct cpa_action *a = cpa_find(&b->cpa, ACTION_BV_RESULT, false);
	char ref[100], id[EBMS_OUR_ID_MAX];
	struct ebms_head head = { .from = { a->from.id, a->from.id_type },
		.to = { a->to.id, a->to.id_type },
		.from_role = a->from.role,
		.to_role = a->to.role,
		.cpa_id = b->cpa.id,
		.message_id = id,
		.created_ms = clock_now_ms() };

	ebms_message_id("theirs.example", id);
	head.ref_to = message_id(b, lot, ref);
	head.conversation_id = head.ref_to;
	if (!b->result) {
		head.service = EBMS_SERVICE;
		head.action = "Acknowledgment";
		ebms_write_acknowledgment(&head, head.created_ms, out);
		return;
	}
	head.service = a->service;
	head.service_type = a->service_type;
	head.action = a->name;
	head.expires_ms = head.created_ms + DAY_MS;
	head.duplicate_elimination = true;
	buf_text(out, "--b\r\nContent-Type: text/xml\r\n\r\n");
	ebms_write_business(&head, a->sync_reply, true, "part", out);
	buf_text(out, "\r\n--b\r\nContent-Type: text/xml\r\n"
		      "Content-ID: <part>\r\n\r\n");
	write_payload(b, lot, out);
	buf_text(out, "\r\n--b--\r\n");
}

/* --- pushing --- */

static const char *
file(struct bench *b, const char *name)
{
	return arena_format(&b->mem, "%s/pki/%s", b->room, name);
}

static int64_t
take_lot(struct bench *b)
{
	int64_t lot;

	(void)pthread_mutex_lock(&b->lock);
	lot = b->next < b->lots ? b->next++ : -1;
	(void)pthread_mutex_unlock(&b->lock);
	return lot;
}

static void *
push(void *self)
{
	struct bench *b = self;
	const char *headers[] = { b->result ? "Content-Type: multipart/related;"
					      " boundary=b"
					    : "Content-Type: " EBMS_XML,
		"SOAPAction: \"ebXML\"", NULL };
	struct buf text = BUF_MAX(PAYLOAD_MAX);
	struct http_answer answer;
	struct http *http = NULL;
	struct http_peer peer;
	struct fault reason;
	int64_t lot;

	(void)pthread_mutex_lock(&b->lock);
	peer = (struct http_peer){ .trust = file(b, "root.crt"),
		.certificate = file(b, "theirs-client.crt"),
		.key = file(b, "theirs-client.key"),
		.oin = b->cpa.ours.id };
	(void)pthread_mutex_unlock(&b->lock);
	if (http_open(&peer, &http, &reason) != V_OK) {
		fprintf(stderr, "receive: %s\n", reason.text);
		exit(1);
	}
	while ((lot = take_lot(b)) >= 0) {
		struct http_bytes bytes;
		struct http_body body;

		buf_reset(&text);
		write_message(b, lot, &text);
		bytes = (struct http_bytes){ .bytes = text.bytes,
			.len = text.len };
		body = http_bytes_body(&bytes);
		if (http_post(http, b->cpa.our_signal_url, headers, &body,
			    &answer, &reason) != V_OK) {
			fprintf(stderr, "receive: %s\n", reason.text);
			exit(1);
		}
		if (answer.status < 200 || answer.status > 299) {
			fprintf(stderr, "receive: status %d %s\n",
				answer.status, answer.body.bytes);
			exit(1);
		}
		http_answer_done(&answer);
	}
	http_close(http);
	buf_done(&text);
	return NULL;
}

static int64_t
ask(const struct bench *b, const char *sql, const char *arg)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t n;

	must(pg_ask(b->store->pg, sql, arg == NULL ? NULL : PG_ARGS(PG_T(arg)),
		     &rows, &why),
		"ask");
	n = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return n;
}

static void
push_all(struct bench *b, int connections)
{
	pthread_t threads[CONNECTIONS_MAX];
	int64_t began_ms = clock_tick_ms(), kept_ms, applied_ms, good;
	int i;

	for (i = 0; i < connections; i++)
		if (pthread_create(&threads[i], NULL, push, b) != 0)
			abort();
	for (i = 0; i < connections; i++)
		(void)pthread_join(threads[i], NULL);
	kept_ms = clock_tick_ms() - began_ms;
	while (ask(b,
		       "select count(*) from inbound where not applied "
		       "and not reply_is_error",
		       NULL) > 0)
		clock_sleep_ms(5);
	applied_ms = clock_tick_ms() - began_ms;
	good = ask(b,
		b->result ? "select n_delivered + n_paper + n_bundled + "
			    "n_handed from job where id = $1"
			  : "select lots_acknowledged from job where id = $1",
		b->job);
	if (good != (b->result ? b->lots * b->letters : b->lots)) {
		fprintf(stderr, "receive: only %" PRId64 " had an effect\n",
			good);
		exit(1);
	}
	printf("%" PRId64 " %s of %" PRId64 " letters, %d connections: "
	       "stored %.0f/s, applied %.0f/s (%.0f letters/s)\n",
		b->lots, b->result ? "results" : "acknowledgments", b->letters,
		connections, 1000.0 * (double)b->lots / (double)kept_ms,
		1000.0 * (double)b->lots / (double)applied_ms,
		1000.0 * (double)(b->lots * b->letters) / (double)applied_ms);
}

int
main(int argc, char **argv)
{
	static const char *const use[] = { ACTION_BV_REQUEST, ACTION_BV_RESULT,
		NULL };
	struct bench b = { .mem = ARENA_EMPTY,
		.lock = PTHREAD_MUTEX_INITIALIZER };
	struct buf text = BUF_MAX(PAYLOAD_MAX);
	bool prepare = argc == 7 && strcmp(argv[1], "prepare") == 0;
	char got[4096];
	size_t n;
	FILE *f;

	if (!prepare && argc != 8) {
		fprintf(stderr, "usage: see the head of receive.c\n");
		return 2;
	}
	b.job = argv[3];
	b.lots = atoll(argv[4]);
	b.letters = atoll(argv[5]);
	b.room = argv[6];
	f = fopen(arena_format(&b.mem, "%s/cpa.xml", b.room), "r");
	while (f != NULL && (n = fread(got, 1, sizeof(got), f)) > 0)
		buf_add(&text, got, n);
	if (f == NULL || fclose(f) != 0)
		return 1;
	must(cpa_read(text.bytes, text.len, "00000099000000010000", use, true,
		     &b.mem, &b.cpa, &why),
		"CPA");
	must(store_open(argv[2], &b.store, &why), "database");
	if (prepare) {
		struct arena keep = b.mem;

		b.mem = ARENA_EMPTY;
		must(store_migrate(b.store, &why), "migrate");
		make_letters(&b);
		route_letters(&b);
		offer_lots(&b);
		arena_done(&b.mem);
		b.mem = keep;
	} else {
		int connections = atoi(argv[7]);

		b.result = strcmp(argv[1], "result") == 0;
		push_all(&b, connections > 0 && connections <= CONNECTIONS_MAX
				     ? connections
				     : 1);
	}
	store_close(b.store);
	buf_done(&text);
	arena_done(&b.mem);
	return 0;
}
