/* store/receive.c - a file becomes a job, once; a second edition by a person
 *
 * The same content in the same stream comes a second time only when nothing of
 * it is open or has left, or when a named person lets it come as the next
 * edition, whose letters have other ids.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "store/books.h"

#define EDITION_MS (EDITION_DAYS * INT64_C(86400000))

/* Given up: refused, or at its end with nothing that had left. */
#define GIVEN_UP "(state = 9 or (state in (8, 10) and letters = n_withdrawn)) "

/* Files of one stream are received one after the other, and editions of it
 * allowed between them.
 */
static enum verdict
lock_stream(struct pg *pg, const char *stream, struct fault *why)
{
	return pg_do(pg,
		"select pg_advisory_xact_lock(hashtext('mobb receive'), "
		"hashtext($1))",
		PG_ARGS(PG_T(stream)), NULL, why);
}

/* The same bytes in the same stream, taken in before and not given up.
 * edition 0: in any; `id`: but not this job.
 */
static enum verdict
check_again(struct pg *pg, const char *stream, const uint8_t sha256[32],
	const char *id, int edition, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;
	size_t len;

	v = pg_ask(pg,
		"select id, edition from job where stream = $1 and sha256 = $2 "
		"and id <> $3 and ($4::int = 0 or edition = $4) "
		"and not " GIVEN_UP "order by number desc limit 1",
		PG_ARGS(PG_T(stream), PG_B(sha256, 32), PG_T(id),
			PG_N(edition)),
		&rows, why);
	if (v == V_OK && rows.count > 0 && pg_int(&rows, 0, 1) > 1)
		v = fault_set(why, V_SKIP, CODE_DELIVERED_AGAIN,
			"the same content was taken in as job %s, edition "
			"%" PRId64,
			pg_bytes(&rows, 0, 0, &len), pg_int(&rows, 0, 1));
	else if (v == V_OK && rows.count > 0)
		v = fault_set(why, V_SKIP, CODE_DELIVERED_AGAIN,
			"the same content was taken in as job %s",
			pg_bytes(&rows, 0, 0, &len));
	pg_rows_done(&rows);
	return v;
}

/* The edition of a job that is there; 0: it is not. */
static enum verdict
edition_had(struct pg *pg, const char *id, int *edition_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(pg, "select edition from job where id = $1",
		PG_ARGS(PG_T(id)), &rows, why);
	if (v == V_OK)
		*edition_out = rows.count == 0 ? 0 : (int)pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

/* Use up what a person allowed, and say so with the job; 1 when nobody did, or
 * too long ago.
 */
static enum verdict
edition_take(struct pg *pg, const struct job_new *job, int *edition_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int edition = 1;
	enum verdict v;
	size_t len;

	v = pg_ask(pg,
		"update edition set job = $3 where stream = $1 "
		"and sha256 = $2 and edition = (select max(edition) "
		"from edition where stream = $1 and sha256 = $2 and job = '' "
		"and at_ms > $4) returning edition, person, reason",
		PG_ARGS(PG_T(job->stream), PG_B(job->sha256, 32), PG_T(job->id),
			PG_N(job->received_ms - EDITION_MS)),
		&rows, why);
	if (v == V_OK && rows.count > 0) {
		edition = (int)pg_int(&rows, 0, 0);
		v = event_put(pg, job->received_ms, job->id,
			pg_bytes(&rows, 0, 1, &len), "edition", why,
			"edition %d allowed: %s", edition,
			pg_bytes(&rows, 0, 2, &len));
	}
	pg_rows_done(&rows);
	if (v == V_OK)
		*edition_out = edition;
	return v;
}

static enum verdict
insert(struct pg *pg, const struct job_new *job, int edition, struct fault *why)
{
	static const uint8_t none[1];

	return pg_do(pg,
		"insert into job (id, stream, sender, oin, endpoint, "
		"environment, format, file, bytes, sha256, promised_letters, "
		"promised_cents, received_ms, edition) values ($1, $2, $3, $4, "
		"$5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
		PG_ARGS(PG_T(job->id), PG_T(job->stream), PG_T(job->sender),
			PG_T(job->oin), PG_T(job->endpoint),
			PG_T(job->environment), PG_T(job->format),
			PG_T(job->file), PG_N(job->bytes),
			PG_B(job->sha256 == NULL ? none : job->sha256,
				job->sha256 == NULL ? 0 : 32),
			PG_N(job->promised_letters), PG_N(job->promised_cents),
			PG_N(job->received_ms), PG_N(edition)),
		NULL, why);
}

/* It came again: a job that is refused at once, so that it is seen. */
static enum verdict
refused(struct pg *pg, const struct job_new *job, const struct fault *reason,
	struct fault *why)
{
	struct job_row row;
	enum verdict v = job_lock(pg, job->id, &row, why);

	return v == V_OK ? job_refuse(pg, &row, reason, job->received_ms, why)
			 : v;
}

/* *again_out: it came again, and is refused; CODE_NONE when not. */
static enum verdict
receive(struct pg *pg, const struct job_new *job, int *edition_out,
	struct fault *again_out, struct fault *why)
{
	int edition = 1;
	enum verdict v = V_OK;

	if (job->sha256 != NULL)
		v = edition_take(pg, job, &edition, why);
	if (v == V_OK)
		v = insert(pg, job, edition, why);
	if (v != V_OK)
		return v;
	*edition_out = edition;
	if (job->sha256 == NULL)
		return V_OK;
	v = check_again(pg, job->stream, job->sha256, job->id,
		edition == 1 ? 0 : edition, why);
	if (v != V_SKIP)
		return v;
	*again_out = *why;
	return refused(pg, job, again_out, why);
}

enum verdict
store_job_receive(
	struct store *store, const struct job_new *job, struct fault *why)
{
	struct pg *pg = store->pg;
	struct fault again = FAULT_NONE;
	int edition = 0;
	enum verdict v;

	assert(strlen(job->id) < JOB_ID_MAX);
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = lock_stream(pg, job->stream, why);
	if (v == V_OK)
		v = edition_had(pg, job->id, &edition, why);
	if (v == V_OK && edition == 0)
		v = receive(pg, job, &edition, &again, why);
	v = pg_end(pg, v, why);
	if (v == V_OK && again.code != CODE_NONE) {
		*why = again;
		return V_SKIP;
	}
	if (v == V_OK && job->edition_out != NULL)
		*job->edition_out = edition;
	return v;
}

enum verdict
receive_content(struct pg *pg, int64_t job_no, const uint8_t sha256[32],
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct arena mem = ARENA_EMPTY;
	const char *stream = "", *id = "";
	enum verdict v;
	int edition = 1;

	v = pg_ask(pg, "select stream, id, edition from job where number = $1",
		PG_ARGS(PG_N(job_no)), &rows, why);
	if (v == V_OK) {
		assert(rows.count == 1);
		stream = pg_text(&rows, 0, 0, &mem);
		id = pg_text(&rows, 0, 1, &mem);
		edition = (int)pg_int(&rows, 0, 2);
	}
	pg_rows_done(&rows);
	if (v == V_OK)
		v = lock_stream(pg, stream, why);
	if (v == V_OK)
		v = check_again(pg, stream, sha256, id,
			edition == 1 ? 0 : edition, why);
	if (v == V_SKIP)
		v = V_BROKEN; /* of the file: it is refused */
	if (v == V_OK)
		v = pg_do(pg, "update job set sha256 = $2 where number = $1",
			PG_ARGS(PG_N(job_no), PG_B(sha256, 32)), NULL, why);
	arena_done(&mem);
	return v;
}

/* --- by a person --- */

enum verdict
store_edition_allow(struct store *store, const char *stream,
	const uint8_t sha256[32], int edition, const char *person,
	const char *reason, int64_t now_ms, struct fault *why)
{
	struct pg *pg = store->pg;
	enum verdict v;

	assert(edition >= 2 && edition <= EDITION_MAX);
	v = pg_begin(pg, why);
	if (v == V_OK)
		v = lock_stream(pg, stream, why);
	if (v == V_OK)
		v = check_again(pg, stream, sha256, "", edition, why);
	/* One that was used is free again: its job was given up. */
	if (v == V_OK)
		v = pg_do(pg,
			"insert into edition (stream, sha256, edition, person, "
			"reason, at_ms) values ($1, $2, $3, $4, $5, $6) "
			"on conflict (stream, sha256, edition) do update set "
			"person = $4, reason = $5, at_ms = $6, job = ''",
			PG_ARGS(PG_T(stream), PG_B(sha256, 32), PG_N(edition),
				PG_T(person), PG_T(reason), PG_N(now_ms)),
			NULL, why);
	return pg_end(pg, v, why);
}

enum verdict
store_edition_waiting(struct store *store, const char *stream, int64_t now_ms,
	bool *waiting_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select from edition where stream = $1 and job = '' "
		"and at_ms > $2 limit 1",
		PG_ARGS(PG_T(stream), PG_N(now_ms - EDITION_MS)), &rows, why);
	if (v == V_OK)
		*waiting_out = rows.count > 0;
	pg_rows_done(&rows);
	return v;
}

enum verdict
store_edition_forget(struct store *store, const char *stream,
	const uint8_t sha256[32], int edition, struct fault *why)
{
	return pg_do(store->pg,
		"delete from edition where stream = $1 and sha256 = $2 "
		"and edition = $3 and job = ''",
		PG_ARGS(PG_T(stream), PG_B(sha256, 32), PG_N(edition)), NULL,
		why);
}
