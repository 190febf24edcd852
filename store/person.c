/* store/person.c - see store/person.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "batch/jobs.h"
#include "store/books.h"

#define NAMES_MAX ((size_t)1000000)

static const char *
word_of(enum person_may may)
{
	switch (may) {
	case PERSON_LOOK:
		return "look";
	case PERSON_OPERATE:
		return "operate";
	case PERSON_RELEASE:
		return "release";
	case PERSON_ACT:
		break;
	}
	return "act";
}

enum verdict
store_person(struct store *store, struct person *out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	struct person person = { .owner = true };
	enum verdict v;

	v = pg_ask(pg,
		"select session_user::text, "
		"to_regclass('public.person_rule') is not null",
		NULL, &rows, why);
	if (v != V_OK)
		return v;
	pg_word(&rows, 0, 0, person.name, sizeof(person.name));
	if (pg_bool(&rows, 0, 1)) {
		pg_rows_done(&rows);
		v = pg_ask(pg, "select mobb_owner(), mobb_is_person()", NULL,
			&rows, why);
		if (v == V_OK) {
			person.owner = pg_bool(&rows, 0, 0);
			person.person = pg_bool(&rows, 0, 1);
		}
	}
	pg_rows_done(&rows);
	if (v != V_OK)
		return v;
	store->shown = !person.owner;
	pg_policies(pg, !person.owner);
	*out = person;
	return V_OK;
}

enum verdict
store_person_may(struct store *store, enum person_may may, const char *sender,
	bool *may_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select case when $2::text is null "
		"then mobb_senders($1) <> '{}' else mobb_may($1, $2) end",
		PG_ARGS(PG_T(word_of(may)), PG_T(sender)), &rows, why);
	if (v == V_OK)
		*may_out = pg_bool(&rows, 0, 0);
	pg_rows_done(&rows);
	return v;
}

bool
store_names_user(const char *conninfo)
{
	return pg_names_user(conninfo);
}

/* --- rules --- */

/* Names with a character between them that is in none of them. */
static void
add(struct buf *out, size_t i, const char *name)
{
	buf_format(out, "%s%s", i == 0 ? "" : "\x1f", name);
	assert(!out->full);
}

enum verdict
store_person_rules(
	struct store *store, const struct jobs *jobs, struct fault *why)
{
	struct buf shared = BUF_MAX(NAMES_MAX), streams = BUF_MAX(NAMES_MAX),
		   senders = BUF_MAX(NAMES_MAX), oins = BUF_MAX(NAMES_MAX);
	enum verdict v;
	size_t i;

	buf_text(&shared, "");
	buf_text(&streams, "");
	buf_text(&senders, "");
	buf_text(&oins, "");
	for (i = 0; i < jobs->shared_login_count; i++)
		add(&shared, i, jobs->shared_logins[i]);
	for (i = 0; i < jobs->stream_count; i++) {
		add(&streams, i, jobs->streams[i].name);
		add(&senders, i, jobs->streams[i].sender);
		add(&oins, i, jobs->streams[i].sender_is->oin);
	}
	v = pg_do(store->pg,
		"select mobb_rules($1::int = 1, string_to_array($2, chr(31)), "
		"string_to_array($3, chr(31)), string_to_array($4, chr(31)), "
		"string_to_array($5, chr(31)))",
		PG_ARGS(PG_N(jobs->persons_on ? 1 : 0), PG_T(shared.bytes),
			PG_T(streams.bytes), PG_T(senders.bytes),
			PG_T(oins.bytes)),
		NULL, why);
	buf_done(&shared);
	buf_done(&streams);
	buf_done(&senders);
	buf_done(&oins);
	return v;
}

/* --- who --- */

enum verdict
store_person_list(struct store *store, struct arena *mem,
	struct person_right **rights_out, size_t *count_out, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct person_right *list;
	enum verdict v;
	int i;

	v = pg_ask(store->pg,
		"select person, may, sender, shared from mobb_persons()", NULL,
		&rows, why);
	if (v != V_OK)
		return v;
	list = arena_alloc(mem, ((size_t)rows.count + 1) * sizeof(*list));
	for (i = 0; i < rows.count; i++)
		list[i] = (struct person_right){ .person = pg_text(
							 &rows, i, 0, mem),
			.may = pg_text(&rows, i, 1, mem),
			.sender = pg_text(&rows, i, 2, mem),
			.shared = pg_bool(&rows, i, 3) };
	*rights_out = list;
	*count_out = (size_t)rows.count;
	pg_rows_done(&rows);
	return V_OK;
}

static enum verdict
record(struct pg *pg, const struct person_change *c, const char *what,
	struct fault *why)
{
	return event_put(pg, c->now_ms, "", c->person, what, why,
		"%s, %s, %s%s: %s", c->name, c->may[0] == '\0' ? "all" : c->may,
		c->sender[0] == '\0' ? "all senders" : "sender ", c->sender,
		c->reason);
}

enum verdict
store_person_add(
	struct store *store, const struct person_change *c, struct fault *why)
{
	struct pg *pg = store->pg;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = pg_do(pg, "select mobb_person_add($1, $2, $3)",
			PG_ARGS(PG_T(c->name), PG_T(c->may), PG_T(c->sender)),
			NULL, why);
	if (v == V_OK)
		v = pg_do(pg, "select mobb_grant_persons()", NULL, NULL, why);
	if (v == V_OK)
		v = record(pg, c, "person added", why);
	return pg_end(pg, v, why);
}

enum verdict
store_person_remove(
	struct store *store, const struct person_change *c, struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	enum verdict v = pg_begin(pg, why);

	if (v == V_OK)
		v = pg_ask(pg, "select mobb_person_remove($1, $2, $3)",
			PG_ARGS(PG_T(c->name), PG_T(c->may), PG_T(c->sender)),
			&rows, why);
	if (v == V_OK && pg_int(&rows, 0, 0) == 0)
		v = fault_set(why, V_SKIP, CODE_NO_JOB, "%s has no such right",
			c->name);
	pg_rows_done(&rows);
	if (v == V_OK)
		v = record(pg, c, "person removed", why);
	return pg_end(pg, v, why);
}
