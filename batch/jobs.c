/* batch/jobs.c - see batch/jobs.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/yaml.h"
#include "batch/jobs.h"
#include "batch/lot.h"
#include "batch/pace.h"

#define BUNDLE_LETTERS_MAX 100000 /* they lie in memory, 1.5 kB each */
#define BODY_MIN 1000000
#define BODY_MAX 100000000 /* of each of 64 connections */

#define IN(type, member) offsetof(struct type, member)

static const struct yaml_key listen_keys[] = {
	{ "at", YAML_TEXT, IN(jobs_listen, at), .required = true },
	{ "path", YAML_TEXT, IN(jobs_listen, path), .absent = 0 },
	{ "certificate", YAML_TEXT, IN(jobs_listen, certificate), .absent = 0 },
	{ "key", YAML_TEXT, IN(jobs_listen, key), .absent = 0 },
	{ "trust", YAML_TEXT, IN(jobs_listen, trust), .required = true },
	{ "header", YAML_TEXT, IN(jobs_listen, header), .absent = 0 },
	{ "strict", YAML_BOOL, IN(jobs_listen, strict), .absent = 1 },
	{ "max_body", YAML_AMOUNT, IN(jobs_listen, max_body),
		.absent = 24000000 },
	{ 0 },
};

static const struct yaml_key crl_keys[] = {
	{ "check", YAML_TEXT, IN(jobs_crl, check), .absent = 0 },
	{ "folder", YAML_TEXT, IN(jobs_crl, folder), .absent = 0 },
	{ "sources", YAML_TEXTS, IN(jobs_crl, sources),
		IN(jobs_crl, source_count), .absent = 0 },
	{ "proxy", YAML_TEXT, IN(jobs_crl, proxy), .absent = 0 },
	{ "every", YAML_TIME, IN(jobs_crl, every), .absent = 6 * 3600000 },
	{ 0 },
};

static const struct yaml_key sender_keys[] = {
	{ "name", YAML_TEXT, IN(jobs_sender, name), .required = true },
	{ "oin", YAML_TEXT, IN(jobs_sender, oin), .required = true },
	{ "cpa", YAML_TEXT, IN(jobs_sender, cpa), .required = true },
	{ "certificate", YAML_TEXT, IN(jobs_sender, certificate),
		.required = true },
	{ "key", YAML_TEXT, IN(jobs_sender, key), .required = true },
	{ "cpa_before", YAML_TEXTS, IN(jobs_sender, cpa_before),
		IN(jobs_sender, cpa_before_count), .absent = 0 },
	{ "environment", YAML_TEXT, IN(jobs_sender, environment), .absent = 0 },
	{ 0 },
};

static const struct yaml_key endpoint_keys[] = {
	{ "name", YAML_TEXT, IN(jobs_endpoint, name), .required = true },
	{ "environment", YAML_TEXT, IN(jobs_endpoint, environment),
		.required = true },
	{ "wus", YAML_TEXT, IN(jobs_endpoint, wus), .required = true },
	{ "trust", YAML_TEXT, IN(jobs_endpoint, trust), .required = true },
	{ "letters", YAML_RATE, IN(jobs_endpoint, letters), .absent = 60000 },
	{ "bytes", YAML_SPEED, IN(jobs_endpoint, bytes), .absent = 0 },
	{ "in_flight", YAML_INT, IN(jobs_endpoint, in_flight), .absent = 2 },
	{ "lot_letters", YAML_AMOUNT, IN(jobs_endpoint, lot_letters),
		.absent = LOT_LETTERS_MAX },
	{ "lot_bytes", YAML_AMOUNT, IN(jobs_endpoint, lot_bytes),
		.absent = LOT_BYTES_MAX },
	{ "proxy", YAML_TEXT, IN(jobs_endpoint, proxy), .absent = 0 },
	{ "proxy_auth", YAML_TEXT, IN(jobs_endpoint, proxy_auth), .absent = 0 },
	{ "peer", YAML_TEXT, IN(jobs_endpoint, peer), .absent = 0 },
	{ "gateways", YAML_TEXTS, IN(jobs_endpoint, gateways),
		IN(jobs_endpoint, gateway_count), .absent = 0 },
	{ "plain_http", YAML_BOOL, IN(jobs_endpoint, plain_http), .absent = 0 },
	{ 0 },
};

static const struct yaml_key printer_keys[] = {
	{ "name", YAML_TEXT, IN(jobs_printer, name), .required = true },
	{ "receipts", YAML_TEXT, IN(jobs_printer, receipts), .absent = 0 },
	{ "bundle_letters", YAML_AMOUNT, IN(jobs_printer, bundle_letters),
		.absent = 10000 },
	{ "bundle_bytes", YAML_AMOUNT, IN(jobs_printer, bundle_bytes),
		.absent = 2000000000 },
	{ 0 },
};

static const struct yaml_key stream_keys[] = {
	{ "name", YAML_TEXT, IN(jobs_stream, name), .required = true },
	{ "title", YAML_TEXT, IN(jobs_stream, title), .absent = 0 },
	{ "sender", YAML_TEXT, IN(jobs_stream, sender), .required = true },
	{ "endpoint", YAML_TEXT, IN(jobs_stream, endpoint), .required = true },
	{ "printer", YAML_TEXT, IN(jobs_stream, printer), .required = true },
	{ "format", YAML_TEXT, IN(jobs_stream, format), .required = true },
	{ "type", YAML_TEXT, IN(jobs_stream, type), .required = true },
	{ "complete", YAML_TEXT, IN(jobs_stream, complete), .absent = 0 },
	{ "release", YAML_TEXT, IN(jobs_stream, release), .absent = 0 },
	{ "resend", YAML_TIME, IN(jobs_stream, resend), .absent = 15 * 60000 },
	{ "resends", YAML_INT, IN(jobs_stream, resends), .absent = 5 },
	{ "wait", YAML_TIME, IN(jobs_stream, wait), .absent = 4 * 3600000 },
	{ "look", YAML_TEXT, IN(jobs_stream, look), .absent = 0 },
	{ "look_command", YAML_TEXT, IN(jobs_stream, look_command),
		.absent = 0 },
	{ "not_pdfa", YAML_TEXT, IN(jobs_stream, not_pdfa), .absent = 0 },
	{ "count_check", YAML_BOOL, IN(jobs_stream, count_check), .absent = 0 },
	{ 0 },
};

static const struct yaml_key jobs_keys[] = {
	{ "database", YAML_TEXT, IN(jobs, database), .required = true },
	{ "spool", YAML_TEXT, IN(jobs, spool), .required = true },
	{ "site_key", YAML_TEXT, IN(jobs, site_key), .required = true },
	{ "formats", YAML_TEXT, IN(jobs, formats), .absent = 0 },
	{ "listen", YAML_MAP, IN(jobs, listen), .inner = listen_keys,
		.required = true },
	{ "crl", YAML_MAP, IN(jobs, crl), .inner = crl_keys },
	{ "senders", YAML_LIST, IN(jobs, senders), IN(jobs, sender_count),
		sizeof(struct jobs_sender), sender_keys, true, 0 },
	{ "endpoints", YAML_LIST, IN(jobs, endpoints), IN(jobs, endpoint_count),
		sizeof(struct jobs_endpoint), endpoint_keys, true, 0 },
	{ "printers", YAML_LIST, IN(jobs, printers), IN(jobs, printer_count),
		sizeof(struct jobs_printer), printer_keys, true, 0 },
	{ "streams", YAML_LIST, IN(jobs, streams), IN(jobs, stream_count),
		sizeof(struct jobs_stream), stream_keys, true, 0 },
	{ 0 },
};

/* Every list has items with `name` first in the struct: one search for all. */
static const void *
by_name(const void *items, size_t count, size_t bytes, const char *name)
{
	const char *item = items;
	size_t i;

	for (i = 0; i < count; i++, item += bytes) {
		const char *const *its =
			(const char *const *)(const void *)item;

		if (strcmp(*its, name) == 0)
			return item;
	}
	return NULL;
}

_Static_assert(offsetof(struct jobs_sender, name) == 0, "by_name()");
_Static_assert(offsetof(struct jobs_endpoint, name) == 0, "by_name()");
_Static_assert(offsetof(struct jobs_printer, name) == 0, "by_name()");
_Static_assert(offsetof(struct jobs_stream, name) == 0, "by_name()");

const struct jobs_stream *
jobs_stream(const struct jobs *jobs, const char *name)
{
	return by_name(jobs->streams, jobs->stream_count,
		sizeof(*jobs->streams), name);
}

const struct jobs_endpoint *
jobs_endpoint(const struct jobs *jobs, const char *name)
{
	return by_name(jobs->endpoints, jobs->endpoint_count,
		sizeof(*jobs->endpoints), name);
}

const struct jobs_sender *
jobs_sender(const struct jobs *jobs, const char *name)
{
	return by_name(jobs->senders, jobs->sender_count,
		sizeof(*jobs->senders), name);
}

bool
jobs_production(const char *environment)
{
	return environment != NULL && strcmp(environment, "production") == 0;
}

const char *
jobs_loud(const char *environment)
{
	return jobs_production(environment) ? "PRODUCTION" : environment;
}

bool
jobs_uses(const struct jobs *jobs, const struct jobs_endpoint *endpoint,
	const struct jobs_sender *sender)
{
	size_t i;

	for (i = 0; i < jobs->stream_count; i++)
		if (jobs->streams[i].endpoint_is == endpoint &&
			jobs->streams[i].sender_is == sender)
			return true;
	return false;
}

bool
jobs_plain_http(const struct jobs *jobs, const struct jobs_sender *sender)
{
	bool some = false;
	size_t i;

	for (i = 0; i < jobs->stream_count; i++) {
		const struct jobs_stream *s = &jobs->streams[i];

		if (s->sender_is != sender)
			continue;
		if (!s->endpoint_is->plain_http)
			return false;
		some = true;
	}
	return some;
}

/* Names become folders, lock names and parts of file names. */
static bool
name_ok(const char *name)
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

		if (!name_ok(name))
			return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
				"%s: the name '%.40s' must be 1 to 40 of a-z, "
				"0-9 and -",
				list, name);
		if (by_name(items, i, bytes, name) != NULL)
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

/* Index of `text` in the NULL-ended words; that of the first when absent; -1
 * when it is none of them.
 */
static int
word_of(const char *text, const char *const *words)
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
	int pdf = word_of(s->not_pdfa, words);

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

static enum verdict
stream_check(const struct jobs *jobs, struct jobs_stream *s, struct fault *why)
{
	enum verdict v;

	s->sender_is = jobs_sender(jobs, s->sender);
	s->endpoint_is = jobs_endpoint(jobs, s->endpoint);
	s->printer_is = by_name(jobs->printers, jobs->printer_count,
		sizeof(*jobs->printers), s->printer);
	if (s->sender_is == NULL)
		return no_name(s, "sender", s->sender, why);
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
	s->automatic =
		s->release == NULL || strcmp(s->release, "automatic") == 0;
	if (!s->automatic && strcmp(s->release, "person") != 0)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"stream %s: release must be automatic or person",
			s->name);
	v = look_check(s, why);
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
	int peer = word_of(e->peer, words);
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
	if (word_of(e->environment, environments) == -1)
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
	if (e->letters > PACE_PER_HOUR_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: letters must be at most %" PRId64 "/h",
			e->name, PACE_PER_HOUR_MAX);
	return endpoint_peer_check(e, why);
}

static enum verdict
printer_check(const struct jobs_printer *p, struct fault *why)
{
	if (p->receipts != NULL && strcmp(p->receipts, "none") != 0)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"printer %s: receipts must be none", p->name);
	if (p->bundle_letters < 1 || p->bundle_letters > BUNDLE_LETTERS_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"printer %s: bundle_letters must be 1 to %d", p->name,
			BUNDLE_LETTERS_MAX);
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
	int check = word_of(crl->check, words);
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
		word_of(s->environment, environments) == -1)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"sender %s: environment must be simulator, "
			"preproduction or production",
			s->name);
	return oin_check("sender", s->name, s->oin, "oin", why);
}

static enum verdict
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
		v = names_check("streams", jobs->streams, jobs->stream_count,
			sizeof(*jobs->streams), why);
	for (i = 0; v == V_OK && i < jobs->sender_count; i++)
		v = sender_check(&jobs->senders[i], why);
	for (i = 0; v == V_OK && i < jobs->endpoint_count; i++)
		v = endpoint_check(&jobs->endpoints[i], why);
	for (i = 0; v == V_OK && i < jobs->printer_count; i++)
		v = printer_check(&jobs->printers[i], why);
	for (i = 0; v == V_OK && i < jobs->stream_count; i++)
		v = stream_check(jobs, &jobs->streams[i], why);
	return v;
}

enum verdict
jobs_parse(const char *name, const char *text, size_t len,
	struct jobs *jobs_out, struct fault *why)
{
	enum verdict v;

	v = yaml_load(
		name, text, len, jobs_keys, jobs_out, sizeof(*jobs_out), why);
	if (v != V_OK)
		return v;
	v = jobs_check(jobs_out, why);
	if (v != V_OK) {
		fault_at(why, "%s", name);
		jobs_free(jobs_out);
	}
	return v;
}

void
jobs_free(struct jobs *jobs)
{
	yaml_done(jobs_keys, jobs);
}
