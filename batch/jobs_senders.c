/* batch/jobs_senders.c - whose letters a stream has: one sender, or several
 *
 * Of a stream with `senders` each has a folder of its own, in which its files
 * are dropped.  Everything behind that knows one sender: the stream becomes as
 * many entries, which differ in sender and folder only.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "batch/jobs_check.h"

#define ALL "all"
#define KEEP_MIN_MS INT64_C(86400000)

static char *
folder_of(const struct jobs_stream *s, const struct jobs_sender *sender)
{
	struct buf text = BUF_MAX(200);
	char *folder;

	buf_text(&text, s->name);
	if (s->many)
		buf_format(&text, "/%s", sender->name);
	folder = mem_text(text.bytes);
	buf_done(&text);
	return folder;
}

static void
add(struct jobs *jobs, const struct jobs_stream *stanza,
	const struct jobs_sender *sender)
{
	struct jobs_stream *s;

	jobs->streams = mem_grow(jobs->streams,
		(jobs->stream_count + 1) * sizeof(*jobs->streams));
	s = &jobs->streams[jobs->stream_count++];
	*s = *stanza;
	s->sender = sender->name;
	s->sender_is = sender;
	s->many = stanza->senders != NULL;
	s->again = s > jobs->streams && strcmp(s[-1].name, s->name) == 0;
	s->folder = folder_of(s, sender);
}

/* In one stream each organisation once: what a letter is known by is its
 * number.
 */
static enum verdict
twice_check(const struct jobs *jobs, size_t from, struct fault *why)
{
	const struct jobs_stream *streams = jobs->streams;
	size_t i, k;

	for (i = from; i < jobs->stream_count; i++)
		for (k = from; k < i; k++)
			if (strcmp(streams[i].sender_is->oin,
				    streams[k].sender_is->oin) == 0)
				return fault_set(why, V_BROKEN,
					CODE_CONFIG_DOUBLE,
					"stream %s: senders %s and %s are the "
					"same organisation (oin)",
					streams[i].name, streams[k].sender,
					streams[i].sender);
	return V_OK;
}

/* All that may send where the stream goes. */
static enum verdict
add_all(struct jobs *jobs, const struct jobs_stream *stanza, struct fault *why)
{
	const struct jobs_endpoint *e = jobs_endpoint(jobs, stanza->endpoint);
	size_t i, before = jobs->stream_count;

	for (i = 0; e != NULL && i < jobs->sender_count; i++) {
		const char *theirs = jobs->senders[i].environment;

		if (strcmp(theirs == NULL ? "simulator" : theirs,
			    e->environment) == 0)
			add(jobs, stanza, &jobs->senders[i]);
	}
	if (jobs->stream_count > before)
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
		"stream %s: there is no sender for endpoint '%.40s'",
		stanza->name, stanza->endpoint);
}

static enum verdict
add_named(struct jobs *jobs, const struct jobs_stream *stanza, const char *name,
	struct fault *why)
{
	const struct jobs_sender *sender = jobs_sender(jobs, name);

	if (sender == NULL)
		return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
			"stream %s: there is no sender named '%.40s'",
			stanza->name, name);
	add(jobs, stanza, sender);
	return V_OK;
}

static enum verdict
fill_one(struct jobs *jobs, const struct jobs_stream *stanza, struct fault *why)
{
	size_t i, from = jobs->stream_count;
	enum verdict v = V_OK;

	if ((stanza->sender != NULL) == (stanza->senders != NULL))
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: say sender or senders, one of them",
			stanza->name);
	if (stanza->sender != NULL)
		return add_named(jobs, stanza, stanza->sender, why);
	if (stanza->senders_count == 0)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: senders is empty", stanza->name);
	if (stanza->senders_count == 1 && strcmp(stanza->senders[0], ALL) == 0)
		v = add_all(jobs, stanza, why);
	else
		for (i = 0; v == V_OK && i < stanza->senders_count; i++)
			v = add_named(jobs, stanza, stanza->senders[i], why);
	return v == V_OK ? twice_check(jobs, from, why) : v;
}

/* What is removed the same day nobody has looked at. */
static enum verdict
keep_check(const char *whose, const char *name, int64_t keep, struct fault *why)
{
	if (keep == 0 || keep >= KEEP_MIN_MS)
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
		"%s %s: keep must be 1d at least", whose, name);
}

enum verdict
jobs_senders_fill(struct jobs *jobs, struct fault *why)
{
	enum verdict v = V_OK;
	size_t i;

	assert(jobs->streams == NULL && jobs->stream_count == 0);
	if (jobs_sender(jobs, ALL) != NULL)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"senders: none can be named '" ALL "'");
	for (i = 0; v == V_OK && i < jobs->stanza_count; i++)
		v = fill_one(jobs, &jobs->stanzas[i], why);
	for (i = 0; v == V_OK && i < jobs->stream_count; i++) {
		struct jobs_stream *s = &jobs->streams[i];

		v = keep_check("sender", s->sender, s->sender_is->keep, why);
		if (s->keep == -1)
			s->keep = s->sender_is->keep;
		if (v == V_OK)
			v = keep_check("stream", s->name, s->keep, why);
	}
	return v;
}

void
jobs_senders_done(struct jobs *jobs)
{
	size_t i;

	for (i = 0; jobs->streams != NULL && i < jobs->stream_count; i++)
		free(jobs->streams[i].folder);
	free(jobs->streams);
	jobs->streams = NULL;
	jobs->stream_count = 0;
}

const struct jobs_stream *
jobs_stream_of(const struct jobs *jobs, const char *name, const char *sender)
{
	const struct jobs_stream *found = NULL;
	size_t i;

	for (i = 0; i < jobs->stream_count; i++) {
		const struct jobs_stream *s = &jobs->streams[i];

		if (strcmp(s->name, name) != 0)
			continue;
		if (sender != NULL && strcmp(s->sender, sender) == 0)
			return s;
		if (sender == NULL && found != NULL)
			return NULL;
		if (sender == NULL)
			found = s;
	}
	return found;
}

const char *const *
jobs_stream_senders(
	const struct jobs *jobs, const char *name, struct arena *mem)
{
	const char **names =
		arena_alloc(mem, (jobs->stream_count + 1) * sizeof(*names));
	size_t i, n = 0;

	for (i = 0; i < jobs->stream_count; i++)
		if (strcmp(jobs->streams[i].name, name) == 0)
			names[n++] = jobs->streams[i].sender;
	names[n] = NULL;
	return names;
}

const struct jobs_stream *
jobs_stream_at(const struct jobs *jobs, const char *folder)
{
	size_t i;

	for (i = 0; i < jobs->stream_count; i++)
		if (strcmp(jobs->streams[i].folder, folder) == 0)
			return &jobs->streams[i];
	return NULL;
}
