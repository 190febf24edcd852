/* mobbjob/check_cert.c - see mobbjob/check_cert.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/clock.h"
#include "channels/crl.h"
#include "channels/look.h"
#include "mobbjob/check_cert.h"
#include "mobbjob/check_tell.h"
#include "mobbjob/show.h"

#define SOON_DAYS 30

/* "localhost, OIN 0000.., EC 256, issued by 'X', valid until .." */
static const char *
words(struct call *call, const struct certificate *c, int64_t now_ms)
{
	struct arena *mem = &call->mem;

	return arena_format(mem,
		"%s%s%s, %s %d, issued by '%s', valid until %s%s",
		c->subject[0] == '\0' ? "without a name" : c->subject,
		c->oin[0] != '\0' ? ", OIN "
		: c->authority	  ? ""
				  : ", no OIN",
		c->oin, c->key, c->key_bits, c->issuer,
		show_time(c->end_ms, mem),
		certificate_days(c->end_ms, now_ms) < SOON_DAYS
			? ": replace it soon"
			: "");
}

/* Dates, strength, use and environment of one; true: it will do. */
static bool
sound(struct call *call, const char *path, const struct certificate *c,
	enum certificate_use use, const char *environment)
{
	int64_t now_ms = clock_now_ms();
	struct fault why = FAULT_NONE;
	enum verdict v;

	if (now_ms < c->start_ms || now_ms > c->end_ms) {
		(void)fault_set(&why, V_BROKEN, CODE_CERTIFICATE,
			"certificate '%.80s' is valid from %s to %s",
			c->subject, show_time(c->start_ms, &call->mem),
			show_time(c->end_ms, &call->mem));
		check_bad(call, path, &why);
		return false;
	}
	v = certificate_fit(c, use, environment, &why);
	if (v == V_BROKEN) {
		check_bad(call, path, &why);
		return false;
	}
	if (v != V_OK)
		check_good(call, path,
			arena_format(&call->mem, "note: %s", why.text));
	return true;
}

/* --- ours --- */

static void
check_key(struct call *call, const struct certificate_place *place,
	const char *key, const char *oin)
{
	const struct certificate *c = &place->seen;
	struct fault why = FAULT_NONE;

	key = site_path(&call->site, key);
	if (certificate_key(place->file, key, &why) != V_OK) {
		check_bad(call, key, &why);
		return;
	}
	if (sound(call, place->file, c, place->use, place->environment))
		check_good(call, place->file,
			arena_format(&call->mem, "%s: %s, its key fits",
				place->what, words(call, c, clock_now_ms())));
	/* An intermediary's certificate carries its own number: no error. */
	if (oin != NULL && c->oin[0] != '\0' && strcmp(oin, c->oin) != 0)
		check_good(call, place->file,
			arena_format(&call->mem,
				"note: the sender's OIN is %s: right only for "
				"an intermediary",
				oin));
}

/* The key of every pair that names this file; a file may serve several. */
static void
check_ours(struct call *call, const struct certificate_place *place)
{
	const struct jobs *jobs = &call->site.jobs;
	size_t i;

	if (place->use == CERTIFICATE_SERVER) {
		if (jobs->listen.key != NULL)
			check_key(call, place, jobs->listen.key, NULL);
		return;
	}
	for (i = 0; i < jobs->sender_count; i++) {
		const struct jobs_sender *sender = &jobs->senders[i];

		if (strcmp(site_path(&call->site, sender->certificate),
			    place->file) == 0)
			check_key(call, place, sender->key, sender->oin);
	}
}

/* --- roots --- */

/* All of one file: `places` begins with the first of them; returns how many. */
static size_t
check_roots(
	struct call *call, const struct certificate_place *places, size_t count)
{
	const char *file = places[0].file;
	struct fault why = FAULT_NONE;
	bool authority = false;
	size_t i;

	for (i = 0; i < count && places[i].use == CERTIFICATE_ROOT &&
		    strcmp(places[i].file, file) == 0;
		i++) {
		authority = authority || places[i].seen.authority;
		if (!sound(call, file, &places[i].seen, CERTIFICATE_ROOT,
			    places[i].environment))
			continue;
		check_good(call, file,
			arena_format(&call->mem, "%s: %s", places[i].what,
				words(call, &places[i].seen, clock_now_ms())));
		if (look_trial_beside(&call->site.jobs, &places[i]))
			check_good(call, file,
				arena_format(&call->mem,
					"note: '%s' is a root for trials; "
					"production takes nobody below it",
					places[i].seen.subject));
	}
	if (!authority) {
		(void)fault_set(&why, V_BROKEN, CODE_CERTIFICATE,
			"none of these may issue certificates: no root");
		check_bad(call, file, &why);
	}
	return i;
}

/* --- revocation lists --- */

static bool
is_source(const struct jobs_crl *crl, const char *url)
{
	size_t i;

	for (i = 0; i < crl->source_count; i++)
		if (strcmp(crl->sources[i], url) == 0)
			return true;
	return false;
}

static bool
names(const struct certificate_place *place, const char *url)
{
	size_t k;

	for (k = 0; place->v == V_OK && k < place->seen.crl_count; k++)
		if (strcmp(place->seen.crl[k], url) == 0)
			return true;
	return false;
}

/* An address that stands in a certificate and is not fetched, once. */
static void
note_source(struct call *call, const struct certificate_place *places,
	size_t at, const char *url)
{
	size_t i;

	for (i = 0; i < at && !names(&places[i], url); i++)
		;
	if (i == at && !is_source(&call->site.jobs.crl, url))
		check_good(call, places[at].file,
			arena_format(&call->mem,
				"note: its issuer's list is at %s, which is "
				"not among the sources of crl",
				url));
}

static void
note_sources(
	struct call *call, const struct certificate_place *places, size_t count)
{
	size_t i, k;

	for (i = 0; i < count; i++)
		for (k = 0; places[i].v == V_OK && k < places[i].seen.crl_count;
			k++)
			note_source(call, places, i, places[i].seen.crl[k]);
}

static void
check_lists(
	struct call *call, const struct certificate_place *places, size_t count)
{
	const struct jobs_crl *crl = &call->site.jobs.crl;
	int64_t now_ms = clock_now_ms();
	struct fault why = FAULT_NONE;
	size_t i, list_count, valid = 0;
	struct crl *lists;
	const char *folder;

	if (crl->check_is == JOBS_CRL_OFF)
		return;
	folder = site_path(&call->site, crl->folder);
	if (crl_list(folder, &call->mem, &lists, &list_count, &why) != V_OK) {
		check_bad(call, folder, &why);
		return;
	}
	for (i = 0; i < list_count; i++)
		if (lists[i].next_ms > now_ms)
			valid++;
	if (valid == 0 && crl->check_is == JOBS_CRL_REQUIRE) {
		(void)fault_set(&why, V_BROKEN, CODE_CRL,
			"lists are required, and there is no valid one yet");
		check_bad(call, folder, &why);
	} else {
		check_good(call, folder,
			arena_format(&call->mem,
				"revocation lists: %zu valid, %zu in all",
				valid, list_count));
	}
	note_sources(call, places, count);
}

/* --- */

void
check_certificates(struct call *call)
{
	const struct jobs_listen *listen = &call->site.jobs.listen;
	struct certificate_place *places;
	size_t count, i, step;

	look_certificates(&call->site.jobs, call->site.folder, &call->mem,
		&places, &count);
	if (listen->header != NULL)
		check_good(call, call->site.file,
			arena_format(&call->mem,
				"listener: behind a front proxy, which passes "
				"the client's certificate in %s",
				listen->header));
	for (i = 0; i < count; i += step) {
		step = 1;
		if (places[i].use == CERTIFICATE_PEER)
			continue; /* with its CPA */
		if (places[i].v != V_OK)
			check_bad(call, places[i].file, &places[i].why);
		else if (places[i].use == CERTIFICATE_ROOT)
			step = check_roots(call, &places[i], count - i);
		else
			check_ours(call, &places[i]);
	}
	check_lists(call, places, count);
}

enum verdict
check_certificate_file(struct call *call, const char *path, struct fault *why)
{
	struct certificate *all;
	size_t count, i;
	enum verdict v;

	v = certificate_look_all(path, &call->mem, &all, &count, why);
	for (i = 0; v == V_OK && i < count; i++)
		if (sound(call, path, &all[i], CERTIFICATE_PEER, NULL))
			check_good(call, path,
				arena_format(&call->mem, "%s%s%s%s",
					words(call, &all[i], clock_now_ms()),
					all[i].trial ? ", for trials" : "",
					all[i].crl_count > 0 ? ", list at "
							     : "",
					all[i].crl[0]));
	return v;
}
