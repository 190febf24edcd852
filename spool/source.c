/* spool/source.c - a claimed file as a stream with named members
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "spool/inside.h"
#include "spool/room.h"

/* What a crash left of an earlier reading. */
static void
begin_anew(int dir)
{
	int old = openat(
		dir, ROOM_CONTENT, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);

	if (old != -1)
		(void)close(old);
}

/* A leaflet lies in at least one part, and is sound: every letter has it. */
static enum verdict
judge_shared(const struct source *s, int number, struct fault *why)
{
	struct fault seen = FAULT_NONE;
	enum verdict v = V_END;
	struct member m;
	size_t index;
	int part;

	for (part = 0; v == V_END && part < s->part_count; part++)
		v = member_find(&s->members, part, s->rules.shared[number],
			&index, &m, &seen);
	if (v == V_OK)
		v = look_verdict((enum member_look)m.look, &seen);
	if (v == V_END)
		return fault_set(why, V_BROKEN, CODE_DOCUMENT,
			"leaflet %d of the definition is not in the container",
			number + 1);
	if (v == V_SKIP)
		return fault_set(why, V_BROKEN, CODE_DOCUMENT,
			"leaflet %d of the definition, for all letters: %s",
			number + 1, seen.text);
	if (v != V_OK)
		*why = seen;
	return v;
}

static enum verdict
judge_all(struct source *s, struct fault *why)
{
	enum verdict v = look_command_check(s, why);
	int part, i;

	for (part = 0; v == V_OK && part < s->part_count; part++) {
		v = judge_part(s, part, why);
		if (v != V_OK)
			fault_at(why, "%s", s->parts[part].name);
	}
	if (!s->rules.no_documents)
		for (i = 0; v == V_OK && i < s->rules.shared_count; i++)
			v = judge_shared(s, i, why);
	return v;
}

enum verdict
source_open(const struct claim *claim, const struct source_rules *rules,
	struct source **source_out, struct fault *why)
{
	struct source *s;
	enum verdict v;

	assert(claim->part_count > 0 && rules->bytes_max > 0);
	assert(claim->part_count <= SPOOL_PARTS_MAX);
	assert(rules->shared_count >= 0 && rules->payload != NULL);
	s = mem_zero(1, sizeof(*s));
	s->parts = claim->parts;
	s->part_count = claim->part_count;
	s->dir = claim->dir > 2 ? claim->dir : -1;
	s->rules = *rules;
	s->content = -1;
	s->digest = digest_new();
	s->digest_run = room_digest_fed(claim->run) ? claim->run : NULL;
	/* A read at the very end wants room, too. */
	s->scratch = BUF_MAX(DOCUMENT_BYTES_MAX + READ_BYTES);
	member_table_init(&s->members, s->dir);
	owner_table_init(&s->owners);
	look_texts_init(&s->texts);
	s->places = mem_zero((size_t)s->part_count, sizeof(s->places[0]));
	s->books = mem_zero((size_t)s->part_count, sizeof(s->books[0]));
	if (s->dir != -1)
		begin_anew(s->dir);
	v = judge_all(s, why);
	if (v != V_OK) {
		fault_at(why, "%s", claim->name);
		source_close(s);
		return v;
	}
	s->payload = payload_new(&s->places[0]);
	*source_out = s;
	return V_OK;
}

void
source_close(struct source *s)
{
	int part;

	if (s == NULL)
		return;
	payload_free(s->payload);
	for (part = 0; part < s->part_count; part++)
		book_free(s->books[part]);
	free(s->books);
	free(s->places);
	member_table_done(&s->members);
	owner_table_done(&s->owners);
	look_texts_done(&s->texts);
	buf_done(&s->scratch);
	digest_free(s->digest);
	if (s->content != -1)
		(void)close(s->content);
	free(s);
}

/* The reader may stop at its last record: the rest is checked as well.  The
 * reader's thread is here between two parts, while the other one still uses
 * the scratch buffer for documents of the part before.
 */
static enum verdict
read_rest(struct source *s, struct fault *why)
{
	char *bytes = mem_new(READ_BYTES);
	enum verdict v;
	size_t got;

	do {
		v = payload_read(s->payload, bytes, READ_BYTES, &got, why);
	} while (v == V_OK && got > 0);
	free(bytes);
	if (v != V_OK)
		fault_at(why, "%s", s->parts[s->part].name);
	return v;
}

enum verdict
source_part(struct source *s, int part, struct fault *why)
{
	enum verdict v = V_OK;

	assert(part >= 0 && part < s->part_count);
	if (part != s->part)
		v = read_rest(s, why);
	if (v != V_OK)
		return v;
	payload_free(s->payload);
	s->payload = payload_new(&s->places[part]);
	s->part = part;
	return V_OK;
}

enum verdict
source_read(void *source, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	struct source *s = source;

	return payload_read(s->payload, bytes, len, len_out, why);
}

static int64_t
count_unused(const struct source *s)
{
	int64_t unused =
		(int64_t)s->members.count - (int64_t)s->members.used_count;
	int part;

	for (part = 0; part < s->part_count; part++)
		if (s->books[part] != NULL)
			unused += book_unused(s->books[part]);
	return unused;
}

enum verdict
source_end(struct source *s, struct fault *why)
{
	enum verdict v;

	v = read_rest(s, why);
	if (v != V_OK)
		return v;
	if (s->twice)
		return fault_set(why, V_BROKEN, CODE_DOCUMENT_TWICE,
			"a rejected record and a letter share a document");
	s->unused = count_unused(s);
	if (s->unused > 0 && !s->rules.unused_warns)
		return fault_set(why, V_BROKEN, CODE_DOCUMENT_UNUSED,
			"%lld documents or pages are named by no record",
			(long long)s->unused);
	if (s->content == -1)
		return V_OK;
	if (fsync(s->content) == -1 || fsync(s->dir) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "sync content");
	return V_OK;
}

int64_t
source_members(const struct source *s)
{
	return (int64_t)s->members.count;
}

int64_t
source_unused(const struct source *s)
{
	return s->unused;
}
