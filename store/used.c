/* store/used.c - what letters were made with: definitions and the site key
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "store/books.h"

#define VERSION_MAX 1000000

/* "woz-biljet/1" -> 2; 0 when the id has no version. */
static int64_t
next_version(const char *id)
{
	const char *slash = strrchr(id, '/');
	int64_t version;

	if (slash == NULL || !text_number(slash + 1, VERSION_MAX, &version))
		return 0;
	return version + 1;
}

static enum verdict
changed(const char *id, struct fault *why)
{
	int64_t next = next_version(id);

	if (next == 0)
		return fault_set(why, V_BROKEN, CODE_FORMAT_CHANGED,
			"definition %.60s was used by a job and has changed "
			"since; give the new one another version",
			id);
	return fault_set(why, V_BROKEN, CODE_FORMAT_CHANGED,
		"definition %.60s was used by a job and has changed since; "
		"put it back and make the new one version %" PRId64,
		id, next);
}

enum verdict
store_definition_known(struct store *store, const char *id,
	const uint8_t sha256[32], enum definition_state *state_out,
	struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	enum verdict v;

	v = pg_ask(store->pg,
		"select sha256 = $2 from definition where id = $1",
		PG_ARGS(PG_T(id), PG_B(sha256, 32)), &rows, why);
	if (v == V_OK)
		*state_out = rows.count == 0	    ? DEFINITION_UNUSED
			     : pg_bool(&rows, 0, 0) ? DEFINITION_SAME
						    : DEFINITION_CHANGED;
	pg_rows_done(&rows);
	return v;
}

static enum verdict
definition_put(struct pg *pg, const char *id, const uint8_t sha256[32],
	const char *text, size_t len, struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	int64_t now_ms = 0;
	enum verdict v = pg_now_ms(pg, &now_ms, why);

	/* Of two that are first at once one wins, and is asked again. */
	if (v == V_OK)
		v = pg_do(pg,
			"insert into definition (id, sha256, body, "
			"first_used_ms) values ($1, $2, $3, $4) "
			"on conflict (id) do nothing",
			PG_ARGS(PG_T(id), PG_B(sha256, 32),
				PG_T(arena_text(&mem, text, len)),
				PG_N(now_ms)),
			NULL, why);
	arena_done(&mem);
	return v;
}

enum verdict
store_definition_used(struct store *store, const char *id,
	const uint8_t sha256[32], const char *text, size_t len,
	struct fault *why)
{
	enum definition_state state = DEFINITION_UNUSED;
	enum verdict v;

	v = store_definition_known(store, id, sha256, &state, why);
	if (v == V_OK && state == DEFINITION_UNUSED) {
		v = definition_put(store->pg, id, sha256, text, len, why);
		if (v == V_OK)
			v = store_definition_known(
				store, id, sha256, &state, why);
	}
	if (v == V_OK && state == DEFINITION_CHANGED)
		v = changed(id, why);
	return v;
}

enum verdict
store_site_key(
	struct store *store, const uint8_t fingerprint[32], struct fault *why)
{
	struct pg_rows rows = PG_ROWS_NONE;
	struct pg *pg = store->pg;
	enum verdict v;

	v = pg_do(pg,
		"insert into site (key_fingerprint) values ($1) "
		"on conflict do nothing",
		PG_ARGS(PG_B(fingerprint, 32)), NULL, why);
	if (v == V_OK)
		v = pg_ask(pg, "select key_fingerprint = $1 from site",
			PG_ARGS(PG_B(fingerprint, 32)), &rows, why);
	if (v != V_OK)
		return v;
	assert(rows.count == 1);
	if (!pg_bool(&rows, 0, 0))
		v = fault_set(why, V_BROKEN, CODE_KEY,
			"the site key is not the one these books were begun "
			"with: every letter would get another id, so that "
			"what was sent before could be sent twice");
	pg_rows_done(&rows);
	return v;
}
