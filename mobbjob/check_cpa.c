/* mobbjob/check_cpa.c - see mobbjob/check_cpa.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "channels/look.h"
#include "mobbjob/check_cpa.h"
#include "mobbjob/check_tell.h"
#include "mobbjob/cpa_show.h"
#include "mobbjob/show.h"

#define SOON_DAYS 30
#define PEM_BYTES_MAX 100000
#define EXIT_CONFIG 4

static const char *const actions[] = { "GLOBE-R-BV-Request",
	"GLOBE-R-BV-Result", NULL };

/* One CPA as one party sees it. */
struct look {
	struct call *call;
	const char *path;
	const struct buf *text;
	const char *oin;
	const struct jobs_sender *sender; /* NULL: none */
	bool former;			  /* one of its cpa_before */
	struct cpa cpa;
	struct mistakes mistakes;
};

static void
note(struct look *l, const char *kind, const char *place, const char *text)
{
	check_note(l->call, kind,
		*place == '\0'
			? l->path
			: arena_format(&l->call->mem, "%s %s", l->path, place),
		text);
}

static const char *
place_of(struct look *l, const struct cpa_certificate *c)
{
	return arena_format(&l->call->mem, "CPA line %ld, Certificate[%.60s]",
		c->line, c->id);
}

/* --- certificates --- */

static void
check_inside(struct look *l, const struct cpa_certificate *c, int64_t now_ms)
{
	struct arena *mem = &l->call->mem;
	const struct cpa_party *party = c->ours ? &l->cpa.ours : &l->cpa.theirs;
	const char *until = show_time(c->look.end_ms, mem);

	if (!c->used || c->look.end_ms == 0 || l->former)
		return; /* what cannot be read is among the notes */
	if (c->look.end_ms < now_ms)
		note(l, "warning", place_of(l, c),
			arena_format(
				mem, "the certificate ended on %s", until));
	else if (c->look.start_ms > now_ms)
		note(l, "warning", place_of(l, c),
			"the certificate is not valid yet");
	else if (certificate_days(c->look.end_ms, now_ms) < SOON_DAYS)
		note(l, "warning", place_of(l, c),
			arena_format(mem, "the certificate ends soon, on %s",
				until));
	if (c->look.oin[0] != '\0' && party->id != NULL &&
		!look_same_oin(party->id, c->look.oin))
		note(l, "warning", place_of(l, c),
			arena_format(mem,
				"the certificate carries OIN %s, its party is "
				"%s: right only for a gateway",
				c->look.oin, party->id));
}

/* The first certificate of a PEM file, in binary; false: not found. */
static bool
pem_der(struct call *call, const char *path, struct certificate_der *out)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	struct buf text = BUF_MAX(PEM_BYTES_MAX);
	const char *at = NULL, *end;
	struct fault ignored;
	uint8_t *der = NULL;
	bool good = false;

	if (file_get(AT_FDCWD, path, &text, &ignored) == V_OK)
		at = strstr(text.bytes, begin);
	end = at == NULL ? NULL : strstr(at, "-----END CERTIFICATE-----");
	if (end != NULL) {
		at += strlen(begin);
		der = arena_alloc(&call->mem, (size_t)(end - at) / 4 * 3 + 3);
		good = base64_decode(at, (size_t)(end - at), der, &out->len);
		out->bytes = der;
	}
	buf_done(&text);
	return good;
}

/* The certificate of the jobs file should be one that the CPA names. */
static void
check_configured(struct look *l, enum cpa_shows which, const char *what,
	const char *file)
{
	const char *path = site_path(&l->call->site, file);
	const struct certificate_der *named;
	struct certificate_der ours;
	size_t count, i;

	named = cpa_certificates(&l->cpa, which, &count);
	if (count == 0 || !pem_der(l->call, path, &ours))
		return; /* that it cannot be read is told elsewhere */
	for (i = 0; i < count; i++)
		if (named[i].len == ours.len &&
			memcmp(named[i].bytes, ours.bytes, ours.len) == 0)
			return;
	note(l, "warning", "",
		arena_format(&l->call->mem,
			"the certificate of %s, %s, is not the one in the CPA: "
			"the other side may insist on that one",
			what, path));
}

static void
check_certificates_of(struct look *l)
{
	const struct jobs_sender *sender = l->sender;
	int64_t now_ms = clock_now_ms();
	struct certificate seen;
	struct fault ignored;
	const char *path;
	size_t i;

	for (i = 0; i < l->cpa.certificate_count; i++)
		check_inside(l, &l->cpa.certificates[i], now_ms);
	if (sender == NULL || l->cpa.ours.id == NULL)
		return;
	path = site_path(&l->call->site, sender->certificate);
	if (certificate_look(path, &seen, &ignored) == V_OK &&
		seen.oin[0] != '\0' && !look_same_oin(l->cpa.ours.id, seen.oin))
		note(l, "warning", "",
			arena_format(&l->call->mem,
				"the certificate of the sender, %s, carries "
				"OIN %s, the CPA names us %s: right only for a "
				"gateway that the other side knows",
				path, seen.oin, l->cpa.ours.id));
	if (l->former)
		return;
	check_configured(l, CPA_OUR_CLIENT, "the sender", sender->certificate);
	if (l->call->site.jobs.listen.certificate != NULL)
		check_configured(l, CPA_OUR_SERVER, "the listener",
			l->call->site.jobs.listen.certificate);
}

/* --- one look --- */

static void
add_mistake(void *self, const struct fault *mistake)
{
	struct look *l = self;
	struct fault placed = *mistake;

	placed.place[0] = '\0';
	fault_at(&placed, "%s%s%.130s", l->path,
		mistake->place[0] == '\0' ? "" : " ", mistake->place);
	mistakes_add(&l->mistakes, &placed);
}

static void
check_lifetime(struct look *l)
{
	struct arena *mem = &l->call->mem;
	int64_t now_ms = clock_now_ms();
	struct fault why;

	if (l->cpa.end_ms == 0)
		return;
	if (l->former && now_ms > l->cpa.end_ms)
		note(l, "note", "",
			arena_format(mem,
				"this former CPA ended on %s: what was under "
				"way counts until %s",
				show_time(l->cpa.end_ms, mem),
				show_time(l->cpa.end_ms + cpa_keep_ms(&l->cpa),
					mem)));
	if (l->former && now_ms > l->cpa.start_ms)
		return;
	if (now_ms < l->cpa.start_ms || now_ms > l->cpa.end_ms) {
		(void)fault_set(&why, V_BROKEN, CODE_CPA,
			"the CPA is valid from %s to %s",
			show_time(l->cpa.start_ms, mem),
			show_time(l->cpa.end_ms, mem));
		add_mistake(l, &why);
	} else if (certificate_days(l->cpa.end_ms, now_ms) < SOON_DAYS) {
		note(l, "warning", "",
			arena_format(mem,
				"the CPA ends soon, on %s: ask Logius for the "
				"next one",
				show_time(l->cpa.end_ms, mem)));
	}
}

static void
look_tell(struct look *l, bool whole)
{
	struct call *call = l->call;
	struct arena *mem = &call->mem;
	const struct cpa *cpa = &l->cpa;
	size_t i;

	check_lifetime(l);
	if (l->mistakes.count == 0)
		check_good(call, l->path,
			arena_format(mem,
				"%sCPA %s with %s, %s %s, valid until %s",
				l->former ? "former " : "", cpa->id,
				cpa->theirs.id,
				l->sender == NULL ? "seen as" : "sender",
				l->sender == NULL ? l->oin : l->sender->name,
				show_time(cpa->end_ms, mem)));
	if (whole)
		cpa_show(call,
			&(struct cpa_view){ l->path,
				l->sender == NULL ? NULL : l->sender->name,
				cpa });
	check_certificates_of(l);
	for (i = 0; i < cpa->note_count; i++)
		note(l, "warning", cpa->notes[i].place, cpa->notes[i].text);
	for (i = 0; whole && !call->options.json && i < cpa->left_out_count;
		i++) {
		const struct cpa_left_out *left = &cpa->left_out[i];

		note(l, "not used", left->place,
			arena_format(mem, "%s %s of %s: %s",
				left->we_send ? "send" : "receive", left->name,
				left->service, left->reason));
	}
	if (l->mistakes.count == 0)
		return;
	mistakes_tell(call, &l->mistakes, l->path, l->mistakes.count > 1);
	if (call->exit == EXIT_DONE)
		call->exit = EXIT_CONFIG;
}

/* Read it as this party; false: it is not a party of it. */
static bool
look_read(struct look *l)
{
	const struct jobs *jobs = &l->call->site.jobs;
	struct fault ignored;

	mistakes_init(&l->mistakes, &l->call->mem);
	(void)cpa_check(l->text->bytes, l->text->len, l->oin, actions,
		l->sender != NULL && jobs_plain_http(jobs, l->sender),
		add_mistake, l, &l->call->mem, &l->cpa, &ignored);
	return l->cpa.our_id_count > 0;
}

static enum verdict
read_text(const char *path, struct buf *text, struct fault *why)
{
	enum verdict v = file_get(AT_FDCWD, path, text, why);

	if (v != V_OK) {
		why->code = CODE_CPA;
		fault_at(why, "%s", path);
	}
	return v;
}

/* What comes in is known by the id of its CPA alone. */
struct seen {
	const char *id, *path, *oin;
	uint8_t sha256[32];
};

static void
check_id(struct look *l, struct seen *seen, size_t *count)
{
	struct seen *it = &seen[*count];
	struct fault why;
	size_t i;

	*it = (struct seen){ l->cpa.id, l->path, l->oin, { 0 } };
	digest_of(l->text->bytes, l->text->len, it->sha256);
	if (it->id == NULL)
		return;
	++*count;
	for (i = 0; i < *count - 1; i++)
		if (strcmp(seen[i].id, it->id) == 0 &&
			(memcmp(seen[i].sha256, it->sha256, 32) != 0 ||
				strcmp(seen[i].oin, it->oin) != 0)) {
			(void)fault_set(&why, V_BROKEN, CODE_CPA,
				"%.150s has the same id and is not the same, "
				"or not from the same side",
				seen[i].path);
			add_mistake(l, &why);
			return;
		}
}

static void
check_cpa(struct call *call, const struct jobs_sender *sender, size_t nth,
	bool whole, struct seen *seen, size_t *count)
{
	struct buf text = BUF_MAX(CPA_BYTES_MAX);
	struct look l = { .call = call,
		.path = site_path(&call->site,
			nth == 0 ? sender->cpa : sender->cpa_before[nth - 1]),
		.text = &text,
		.oin = sender->oin,
		.sender = sender,
		.former = nth > 0 };
	struct fault why = FAULT_NONE;

	if (read_text(l.path, &text, &why) != V_OK) {
		check_bad(call, l.path, &why);
	} else {
		(void)look_read(&l);
		check_id(&l, seen, count);
		look_tell(&l, whole);
	}
	buf_done(&text);
}

void
check_cpas(struct call *call, bool whole)
{
	const struct jobs *jobs = &call->site.jobs;
	struct seen *seen;
	size_t i, k, n = 0;

	for (i = 0; i < jobs->sender_count; i++)
		n += 1 + jobs->senders[i].cpa_before_count;
	seen = arena_alloc(&call->mem, (n + 1) * sizeof(*seen));
	for (i = 0, n = 0; i < jobs->sender_count; i++)
		for (k = 0; k <= jobs->senders[i].cpa_before_count; k++)
			check_cpa(call, &jobs->senders[i], k, whole, seen, &n);
}

const char *
check_cpa_id(
	struct call *call, const struct jobs_sender *sender, const char *file)
{
	static const char *const none[] = { NULL };
	struct buf text = BUF_MAX(CPA_BYTES_MAX);
	struct cpa cpa = { .id = NULL };
	struct fault ignored;

	if (read_text(site_path(&call->site, file), &text, &ignored) == V_OK)
		(void)cpa_check(text.bytes, text.len, sender->oin, none, true,
			NULL, NULL, &call->mem, &cpa, &ignored);
	buf_done(&text);
	return cpa.id;
}

/* --- a CPA by itself --- */

/* As each sender that is a party of it; false: none is. */
static bool
look_as_senders(struct look *l)
{
	const struct jobs *jobs = &l->call->site.jobs;
	bool some = false;
	size_t i;

	for (i = 0; i < jobs->sender_count; i++) {
		l->sender = &jobs->senders[i];
		l->oin = l->sender->oin;
		if (!look_read(l))
			continue;
		look_tell(l, true);
		some = true;
	}
	l->sender = NULL;
	return some;
}

static const struct jobs_sender *
sender_of(const struct jobs *jobs, const char *oin)
{
	size_t i;

	for (i = 0; i < jobs->sender_count; i++)
		if (strcmp(jobs->senders[i].oin, oin) == 0)
			return &jobs->senders[i];
	return NULL;
}

static enum verdict
look_as_both(struct look *l, bool jobs_file, struct fault *why)
{
	const char *ids[2];
	enum verdict v;
	int i;

	v = cpa_parties(l->text->bytes, l->text->len, &l->call->mem, ids, why);
	if (v != V_OK)
		return v;
	note(l, "note", "",
		arena_format(&l->call->mem,
			"%s %s%s, so it is shown as each of its parties would "
			"see it (--oin OIN chooses one)",
			jobs_file ? "no sender of" : "there is no jobs file",
			l->call->options.jobs_file,
			jobs_file ? " is in it" : ""));
	for (i = 0; i < 2; i++) {
		l->oin = ids[i];
		(void)look_read(l);
		look_tell(l, true);
	}
	return V_OK;
}

enum verdict
check_cpa_file(struct call *call, const char *path, struct fault *why)
{
	const char *file = call->options.jobs_file;
	bool jobs_file = access(file, F_OK) == 0;
	struct buf text = BUF_MAX(CPA_BYTES_MAX);
	struct look l = { .call = call, .path = path, .text = &text };
	enum verdict v;

	if (call->options.oin != NULL && *call->options.oin == '\0')
		return fault_set(
			why, V_BROKEN, CODE_USAGE, "--oin wants a number");
	v = read_text(path, &text, why);
	if (v == V_OK && jobs_file)
		v = site_open(file, &call->site, why);
	if (v != V_OK)
		goto out;
	if (call->options.oin != NULL) {
		l.oin = call->options.oin;
		l.sender = sender_of(&call->site.jobs, l.oin);
		(void)look_read(&l);
		look_tell(&l, true);
	} else if (!look_as_senders(&l)) {
		v = look_as_both(&l, jobs_file, why);
		if (v != V_OK)
			fault_at(why, "%s", path);
	}
out:
	buf_done(&text);
	return v;
}
