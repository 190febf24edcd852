/* batch/jobs_check.c - is what the jobs file says possible?
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "batch/jobs_check.h"
#include "batch/lot.h"

#define LPR_DEFAULT 50 /* letters */
#define YEAR_FIRST 2000
#define YEAR_LAST 2200
#define BODY_MIN 1000000
#define BODY_MAX 100000000 /* of each of 64 connections */

/* Names become folders, lock names and parts of file names. */
bool
jobs_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= 40 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static enum verdict
names_check(const char *list, const void *items, size_t count, size_t bytes,
	struct fault *why)
{
	const char *item = items;
	size_t i;

	for (i = 0; i < count; i++, item += bytes) {
		const char *name = *(const char *const *)(const void *)item;

		if (!jobs_name_ok(name))
			return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
				"%s: the name '%.40s' must be 1 to 40 of a-z, "
				"0-9 and -",
				list, name);
		if (jobs_by_name(items, i, bytes, name) != NULL)
			return fault_set(why, V_BROKEN, CODE_CONFIG_DOUBLE,
				"%s: two are named %s", list, name);
	}
	return V_OK;
}

static enum verdict
no_name(const struct jobs_stream *s, const char *key, const char *name,
	struct fault *why)
{
	return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
		"stream %s: there is no %s named '%.40s'", s->name, key, name);
}

/* "rename", "sidecar", or "quiet 30s". */
static bool
complete_parse(struct jobs_stream *s)
{
	int64_t seconds;
	char digits[8];
	size_t len;

	s->sidecar = false;
	s->quiet_ms = 0;
	if (s->complete == NULL || strcmp(s->complete, "rename") == 0)
		return true;
	if (strcmp(s->complete, "sidecar") == 0)
		return s->sidecar = true;
	if (strncmp(s->complete, "quiet ", 6) != 0)
		return false;
	len = strspn(s->complete + 6, "0123456789");
	if (len == 0 || len >= sizeof(digits) ||
		strcmp(s->complete + 6 + len, "s") != 0)
		return false;
	memcpy(digits, s->complete + 6, len);
	digits[len] = '\0';
	if (!text_number(digits, 86400, &seconds) || seconds == 0)
		return false;
	s->quiet_ms = seconds * 1000;
	return true;
}

int
jobs_word(const char *text, const char *const *words)
{
	int i;

	for (i = 0; text != NULL && words[i] != NULL; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	return text == NULL ? 0 : -1;
}

static const char *const environments[] = { "simulator", "preproduction",
	"production", NULL };

/* How far documents are looked at, and what a bad one does. */
static enum verdict
look_check(struct jobs_stream *s, struct fault *why)
{
	static const char *const words[] = { "warn", "paper", "reject", NULL };
	int pdf = jobs_word(s->not_pdfa, words);

	s->structure = s->look != NULL && strcmp(s->look, "structure") == 0;
	if (s->look != NULL && !s->structure && strcmp(s->look, "claim") != 0)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: look must be claim or structure", s->name);
	if (pdf == -1)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: not_pdfa must be warn, paper or reject",
			s->name);
	s->pdf = (enum jobs_pdf)pdf;
	return V_OK;
}

/* Who lets a job go. */
static enum verdict
release_parse(struct jobs_stream *s, struct fault *why)
{
	static const char *const words[] = { "automatic", "person",
		"two-persons", NULL };
	int release = jobs_word(s->release, words);

	if (release == -1)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: release must be automatic, person or "
			"two-persons",
			s->name);
	s->automatic = release == 0;
	s->persons = release == 2 ? 2 : 1;
	return V_OK;
}

static enum verdict
ask_check(struct jobs_stream *s, struct fault *why)
{
	static const char *const words[] = { "auto", "wus", "bulk", "register",
		NULL };
	int ask = jobs_word(s->ask, words);

	if (ask == -1)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: ask must be auto, wus, bulk or register",
			s->name);
	s->ask_is = (enum jobs_ask)ask;
	if (s->wus_max > JOBS_WUS_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: wus_max must be at most %d", s->name,
			JOBS_WUS_MAX);
	if (s->wus_max == -1)
		s->wus_max = s->endpoint_is->wus_max;
	return V_OK;
}

/* Rehearsal and production never meet: the certificate and CPA of a sender say
 * for which of them they are.
 */
static enum verdict
environments_check(const struct jobs_stream *s, struct fault *why)
{
	const char *theirs = s->endpoint_is->environment;
	const char *ours = s->sender_is->environment;

	if (ours == NULL && strcmp(theirs, environments[0]) == 0)
		return V_OK;
	if (ours == NULL)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"sender %s: environment is missing: its certificate "
			"and CPA are used at endpoint %s",
			s->sender_is->name, s->endpoint_is->name);
	if (strcmp(ours, theirs) != 0)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: sender %s is for %s, endpoint %s for %s",
			s->name, s->sender_is->name, ours, s->endpoint_is->name,
			theirs);
	return V_OK;
}

/* That of the stream, else of its sender.  0 would mean that nobody ever looks:
 * a gate is opened by a person, not by the jobs file.
 */
static enum verdict
lpr_check(struct jobs_stream *s, struct fault *why)
{
	if (s->lpr == -1)
		s->lpr = s->sender_is->lpr;
	if (s->lpr == -1)
		s->lpr = LPR_DEFAULT;
	if (s->lpr < 1 || s->lpr > JOBS_LPR_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: lpr must be 1 to %d", s->name,
			JOBS_LPR_MAX);
	return V_OK;
}

static enum verdict
stream_check(const struct jobs *jobs, struct jobs_stream *s, struct fault *why)
{
	enum verdict v;

	s->endpoint_is = jobs_endpoint(jobs, s->endpoint);
	s->printer_is = jobs_by_name(jobs->printers, jobs->printer_count,
		sizeof(*jobs->printers), s->printer);
	if (s->endpoint_is == NULL)
		return no_name(s, "endpoint", s->endpoint, why);
	if (s->printer_is == NULL)
		return no_name(s, "printer", s->printer, why);
	if (strlen(s->type) == 0 || strlen(s->type) > 8)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: type must have 1 to 8 characters", s->name);
	if (!complete_parse(s))
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: complete must be rename, sidecar or "
			"'quiet 30s'",
			s->name);
	v = release_parse(s, why);
	if (v == V_OK)
		v = look_check(s, why);
	if (v == V_OK)
		v = jobs_results_check(s, why);
	if (v == V_OK)
		v = jobs_paper_stream_check(s, why);
	if (v == V_OK)
		v = lpr_check(s, why);
	if (v == V_OK)
		v = ask_check(s, why);
	if (v == V_OK)
		v = jobs_paper_check(s, why);
	return v == V_OK ? environments_check(s, why) : v;
}

static enum verdict
oin_check(const char *whose, const char *name, const char *oin, const char *key,
	struct fault *why)
{
	if (strlen(oin) == 20 && text_digits(oin))
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
		"%s %s: %s must have 20 digits", whose, name, key);
}

/* A password in it would be in every copy of the jobs file, and in the log. */
static bool
proxy_ok(const char *proxy)
{
	const char *host = proxy + 7, *colon;

	if (strncmp(proxy, "http://", 7) != 0 ||
		host[strcspn(host, "@/?# ")] != '\0')
		return false;
	colon = strrchr(host, ':');
	return colon != NULL && colon != host && strlen(colon + 1) <= 5 &&
	       text_digits(colon + 1);
}

/* The other end: by what way, and who may be there. */
static enum verdict
endpoint_peer_check(struct jobs_endpoint *e, struct fault *why)
{
	static const char *const words[] = { "chain+oin", "chain", "exact-cpa",
		NULL };
	int peer = jobs_word(e->peer, words);
	enum verdict v = V_OK;
	size_t i;

	if (peer == -1)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: peer must be chain+oin, chain or "
			"exact-cpa",
			e->name);
	e->peer_is = (enum jobs_peer)peer;
	if (e->proxy != NULL && !proxy_ok(e->proxy))
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: proxy must be http://HOST:PORT; name "
			"and password are in the file of proxy_auth",
			e->name);
	if (e->proxy_auth != NULL && e->proxy == NULL)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: proxy_auth without proxy", e->name);
	if (e->plain_http && strcmp(e->environment, "simulator") != 0)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: plain_http is for simulators only",
			e->name);
	for (i = 0; v == V_OK && i < e->gateway_count; i++)
		v = oin_check("endpoint", e->name, e->gateways[i],
			"each of gateways", why);
	return v;
}

static enum verdict
endpoint_check(struct jobs_endpoint *e, struct fault *why)
{
	enum verdict v;

	if (jobs_word(e->environment, environments) == -1)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: environment must be simulator, "
			"preproduction or production",
			e->name);
	if (e->in_flight < 1 || e->in_flight > 100)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: in_flight must be 1 to 100", e->name);
	if (e->lot_letters < 1 || e->lot_letters > LOT_LETTERS_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: lot_letters must be 1 to %d", e->name,
			LOT_LETTERS_MAX);
	if (e->lot_bytes < 1000000 || e->lot_bytes > LOT_BYTES_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: lot_bytes must be 1MB to 100MB", e->name);
	if (e->wus_max > JOBS_WUS_MAX || e->wus_daily > JOBS_WUS_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: wus_max and wus_daily must be at most %d",
			e->name, JOBS_WUS_MAX);
	if (e->answer_within < 60000)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: answer_within must be 1min at least",
			e->name);
	v = jobs_answer_check(&e->answer, e->name, why);
	return v == V_OK ? endpoint_peer_check(e, why) : v;
}

static enum verdict
tariff_check(
	const struct jobs *jobs, const struct jobs_tariff *t, struct fault *why)
{
	const struct jobs_tariff *other;

	if (t->year < YEAR_FIRST || t->year > YEAR_LAST)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"tariffs: %" PRId64 " is no year", t->year);
	for (other = jobs->tariffs; other < t; other++)
		if (other->year == t->year)
			return fault_set(why, V_BROKEN, CODE_CONFIG_DOUBLE,
				"tariffs: two of %" PRId64, t->year);
	if (t->letter > PRICE_MAX || t->login > PRICE_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"tariffs: a price is at most 1000 euros");
	return V_OK;
}

static enum verdict
listen_check(const struct jobs_listen *l, struct fault *why)
{
	bool unix_socket = strncmp(l->at, "unix:", 5) == 0;

	if (l->max_body < BODY_MIN || l->max_body > BODY_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"listen: max_body must be 1MB to 100MB");
	if (unix_socket && l->header == NULL)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"listen: at a UNIX socket header must name what the "
			"front proxy passes the client certificate in");
	/* On a port anybody could write that header. */
	if (l->header != NULL && !unix_socket && strcmp(l->at, "systemd") != 0)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"listen: header is only for a UNIX socket");
	if (l->header != NULL &&
		(*l->header == '\0' || strlen(l->header) > 60 ||
			l->header[strspn(l->header,
				"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
				"qrstuvwxyz0123456789-")] != '\0'))
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"listen: header must be a name of letters, digits "
			"and -");
	if (l->header == NULL && (l->certificate == NULL || l->key == NULL))
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"listen: certificate and key are missing");
	return V_OK;
}

static enum verdict
crl_check(struct jobs_crl *crl, struct fault *why)
{
	static const char *const words[] = { "off", "use", "require", NULL };
	int check = jobs_word(crl->check, words);
	size_t i;

	if (check == -1)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"crl: check must be off, use or require");
	crl->check_is = (enum jobs_crl_check)check;
	/* Who gives sources or a folder wants them used. */
	if (crl->check == NULL &&
		(crl->source_count > 0 || crl->folder != NULL))
		crl->check_is = JOBS_CRL_USE;
	if (crl->check_is != JOBS_CRL_OFF && crl->folder == NULL)
		crl->folder = mem_text("crl");
	for (i = 0; i < crl->source_count; i++)
		if (strncmp(crl->sources[i], "http://", 7) != 0 &&
			strncmp(crl->sources[i], "https://", 8) != 0)
			return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
				"crl: each of sources must be an http or https "
				"address");
	if (crl->proxy != NULL && !proxy_ok(crl->proxy))
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"crl: proxy must be http://HOST:PORT");
	return V_OK;
}

/* One file cannot be two agreements. */
static enum verdict
cpas_check(const struct jobs_sender *s, struct fault *why)
{
	size_t i, k;

	if (s->cpa_before_count > JOBS_CPA_BEFORE_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"sender %s: cpa_before has %zu files, at most %d are "
			"possible",
			s->name, s->cpa_before_count, JOBS_CPA_BEFORE_MAX);
	for (i = 0; i < s->cpa_before_count; i++) {
		bool twice = strcmp(s->cpa_before[i], s->cpa) == 0;

		for (k = 0; k < i; k++)
			twice = twice ||
				strcmp(s->cpa_before[i], s->cpa_before[k]) == 0;
		if (twice)
			return fault_set(why, V_BROKEN, CODE_CONFIG_DOUBLE,
				"sender %s: %.150s is in cpa and cpa_before "
				"twice",
				s->name, s->cpa_before[i]);
	}
	return V_OK;
}

static enum verdict
sender_check(const struct jobs_sender *s, struct fault *why)
{
	enum verdict v = cpas_check(s, why);

	if (v != V_OK)
		return v;
	if (s->environment != NULL &&
		jobs_word(s->environment, environments) == -1)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"sender %s: environment must be simulator, "
			"preproduction or production",
			s->name);
	v = oin_check("sender", s->name, s->oin, "oin", why);
	return v == V_OK ? jobs_paper_sender_check(s, why) : v;
}

/* Citizens are concerned: then it is never off. */
static enum verdict
persons_check(struct jobs *jobs, struct fault *why)
{
	static const char *const words[] = { "off", "on", NULL };
	int persons = jobs_word(jobs->persons, words);
	size_t i;

	if (persons == -1)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"persons must be off or on");
	jobs->persons_on = persons == 1;
	for (i = 0; i < jobs->endpoint_count; i++)
		if (jobs_production(jobs->endpoints[i].environment)) {
			if (jobs->persons != NULL && !jobs->persons_on)
				return fault_set(why, V_BROKEN,
					CODE_CONFIG_VALUE,
					"persons: off is not possible with "
					"endpoint %s in production",
					jobs->endpoints[i].name);
			jobs->persons_on = true;
		}
	for (i = 0; i < jobs->shared_login_count; i++)
		if (strlen(jobs->shared_logins[i]) > 63 ||
			text_trim(jobs->shared_logins[i])[0] == '\0')
			return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
				"each of shared_logins must be the name of a "
				"user");
	return V_OK;
}

enum verdict
jobs_check(struct jobs *jobs, struct fault *why)
{
	enum verdict v;
	size_t i;

	v = listen_check(&jobs->listen, why);
	if (v == V_OK)
		v = crl_check(&jobs->crl, why);
	if (v == V_OK)
		v = names_check("senders", jobs->senders, jobs->sender_count,
			sizeof(*jobs->senders), why);
	if (v == V_OK)
		v = names_check("endpoints", jobs->endpoints,
			jobs->endpoint_count, sizeof(*jobs->endpoints), why);
	if (v == V_OK && jobs->endpoint_count > JOBS_ENDPOINTS_MAX)
		v = fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoints: %zu, at most %d are possible",
			jobs->endpoint_count, JOBS_ENDPOINTS_MAX);
	if (v == V_OK)
		v = names_check("printers", jobs->printers, jobs->printer_count,
			sizeof(*jobs->printers), why);
	if (v == V_OK)
		v = names_check("streams", jobs->stanzas, jobs->stanza_count,
			sizeof(*jobs->stanzas), why);
	if (v == V_OK)
		v = jobs_senders_fill(jobs, why);
	if (v == V_OK)
		v = persons_check(jobs, why);
	for (i = 0; v == V_OK && i < jobs->sender_count; i++)
		v = sender_check(&jobs->senders[i], why);
	for (i = 0; v == V_OK && i < jobs->endpoint_count; i++)
		v = endpoint_check(&jobs->endpoints[i], why);
	for (i = 0; v == V_OK && i < jobs->printer_count; i++)
		v = jobs_printer_check(&jobs->printers[i], why);
	for (i = 0; v == V_OK && i < jobs->stream_count; i++)
		v = stream_check(jobs, &jobs->streams[i], why);
	for (i = 0; v == V_OK && i < jobs->tariff_count; i++)
		v = tariff_check(jobs, &jobs->tariffs[i], why);
	return v;
}
