/* channels/look_certificates.c - every certificate that a jobs file leads to
 *
 * See channels/look.h.  Keys are not looked at.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/home.h"
#include "channels/look.h"

struct places {
	const struct jobs *jobs;
	const char *folder;
	struct arena *mem;
	struct certificate_place *list;
	size_t count, size;
};

static struct certificate_place *
add(struct places *p, const struct certificate_place *place)
{
	if (p->count == p->size) {
		struct certificate_place *more;

		p->size = p->size == 0 ? 16 : 2 * p->size;
		more = arena_alloc(p->mem, p->size * sizeof(*more));
		if (p->count > 0)
			memcpy(more, p->list, p->count * sizeof(*more));
		p->list = more;
	}
	p->list[p->count] = *place;
	return &p->list[p->count++];
}

/* Is this file among them for the same use?  Then it serves one more. */
static bool
known(struct places *p, const struct certificate_place *place)
{
	bool some = false;
	size_t i;

	for (i = 0; i < p->count; i++) {
		struct certificate_place *it = &p->list[i];

		if (it->use != place->use || strcmp(it->file, place->file) != 0)
			continue;
		some = true;
		it->what =
			arena_format(p->mem, "%s, %s", it->what, place->what);
		/* Production is the stricter one. */
		if (it->environment == NULL ||
			(place->environment != NULL &&
				strcmp(place->environment, "production") == 0))
			it->environment = place->environment;
		it->former = it->former && place->former;
	}
	return some;
}

static void
one_file(struct places *p, struct certificate_place place, const char *path)
{
	struct certificate *all;
	size_t count, i;

	if (path == NULL)
		return;
	place.file = home_path(p->mem, p->folder, path);
	if (known(p, &place))
		return;
	if (place.use != CERTIFICATE_ROOT) {
		place.v = certificate_look(place.file, &place.seen, &place.why);
		(void)add(p, &place);
		return;
	}
	place.v = certificate_look_all(
		place.file, p->mem, &all, &count, &place.why);
	if (place.v != V_OK) {
		(void)add(p, &place);
		return;
	}
	for (i = 0; i < count; i++) {
		place.seen = all[i];
		(void)add(p, &place);
	}
}

/* Its own word, else that of an endpoint it is used with. */
static const char *
environment_of(const struct jobs *jobs, const struct jobs_sender *sender)
{
	size_t i;

	if (sender->environment != NULL)
		return sender->environment;
	for (i = 0; i < jobs->stream_count; i++)
		if (jobs->streams[i].sender_is == sender)
			return jobs->streams[i].endpoint_is->environment;
	return NULL;
}

/* What can be read of a CPA, right or wrong; `mobbjob check` tells the rest. */
static void
one_cpa(struct places *p, struct certificate_place place,
	const struct jobs_sender *sender, const char *file)
{
	static const char *const none[] = { NULL };
	struct buf text = BUF_MAX(CPA_BYTES_MAX);
	struct cpa cpa = { .certificate_count = 0 };
	const char *what = place.what;
	size_t i;

	place.file = home_path(p->mem, p->folder, file);
	place.use = CERTIFICATE_PEER;
	if (known(p, &place))
		goto out;
	place.v = file_get(AT_FDCWD, place.file, &text, &place.why);
	if (place.v != V_OK) {
		place.v = V_BROKEN;
		place.why.code = CODE_CPA;
		(void)add(p, &place);
		goto out;
	}
	(void)cpa_check(text.bytes, text.len, sender->oin, none, true, NULL,
		NULL, p->mem, &cpa, &place.why);
	for (i = 0; i < cpa.certificate_count; i++) {
		const struct cpa_certificate *its = &cpa.certificates[i];

		place.what = arena_format(
			p->mem, "%s (%s)", what, its->ours ? "ours" : "theirs");
		place.v = certificate_look_der(
			&its->der, &place.seen, &place.why);
		(void)add(p, &place);
	}
out:
	buf_done(&text);
}

static void
cpas_of(struct places *p, const struct jobs_sender *sender)
{
	struct certificate_place place = {
		.what = arena_format(p->mem, "CPA of %s", sender->name),
		.environment = environment_of(p->jobs, sender),
	};
	size_t i;

	one_cpa(p, place, sender, sender->cpa);
	place.former = true;
	place.what = arena_format(p->mem, "former %s", place.what);
	for (i = 0; i < sender->cpa_before_count; i++)
		one_cpa(p, place, sender, sender->cpa_before[i]);
}

void
look_certificates(const struct jobs *jobs, const char *folder,
	struct arena *mem, struct certificate_place **list_out,
	size_t *count_out)
{
	struct places p = { .jobs = jobs, .folder = folder, .mem = mem };
	size_t i;

	one_file(&p,
		(struct certificate_place){
			.what = "listener", .use = CERTIFICATE_SERVER },
		jobs->listen.certificate);
	for (i = 0; i < jobs->sender_count; i++)
		one_file(&p,
			(struct certificate_place){
				.what = arena_format(mem, "sender %s",
					jobs->senders[i].name),
				.environment =
					environment_of(jobs, &jobs->senders[i]),
				.use = CERTIFICATE_CLIENT },
			jobs->senders[i].certificate);
	one_file(&p,
		(struct certificate_place){
			.what = "roots of listener", .use = CERTIFICATE_ROOT },
		jobs->listen.trust);
	for (i = 0; i < jobs->endpoint_count; i++)
		one_file(&p,
			(struct certificate_place){
				.what = arena_format(mem, "roots of %s",
					jobs->endpoints[i].name),
				.environment = jobs->endpoints[i].environment,
				.use = CERTIFICATE_ROOT },
			jobs->endpoints[i].trust);
	for (i = 0; i < jobs->sender_count; i++)
		cpas_of(&p, &jobs->senders[i]);
	*list_out = p.list;
	*count_out = p.count;
}

bool
look_trial_beside(
	const struct jobs *jobs, const struct certificate_place *place)
{
	size_t i;

	if (place->use != CERTIFICATE_ROOT || place->v != V_OK ||
		place->environment != NULL || !place->seen.trial)
		return false;
	for (i = 0; i < jobs->sender_count; i++)
		if (jobs_production(jobs->senders[i].environment))
			return true;
	return false;
}
