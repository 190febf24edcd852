/* mobbjob/cmd_cert.c - cert: certificates and revocation lists, and how long
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "channels/crl.h"
#include "channels/look.h"
#include "mobbjob/cert.h"
#include "mobbjob/show.h"

#define EXIT_ATTENTION 3
#define EXIT_CERTIFICATE 8
#define NOW_DAYS 7   /* replace it now */
#define SOON_DAYS 30 /* and soon */
#define PLAN_DAYS 90 /* worth a word */
#define ADDRESSES_MAX 64
#define DAYS_MS INT64_C(86400000)

static const char *const heads[] = { "KIND", "FILE", "FOR", "SUBJECT", "OIN",
	"ENVIRONMENT", "UNTIL", "DAYS", "WHAT TO DO", NULL };

/* One row: a certificate, or a list with its issuer as subject. */
struct row {
	const char *kind, *file, *used_for, *subject, *oin, *environment;
	int64_t until_ms; /* 0: not known */
	const char *state, *todo;
	const struct certificate *certificate; /* NULL: a list, or unreadable */
	const struct crl *list;
};

struct status {
	struct call *call;
	struct table table;
	int64_t now_ms;
	int exit;
};

static void
worse(struct status *s, int exit)
{
	if (s->exit != EXIT_CERTIFICATE)
		s->exit = exit == EXIT_DONE ? s->exit : exit;
}

/* As it may be written in the jobs file. */
static const char *
short_path(const struct call *call, const char *path)
{
	size_t len = strlen(call->site.folder);

	return strncmp(path, call->site.folder, len) == 0 && path[len] == '/'
		       ? path + len + 1
		       : path;
}

static void
row_json(const struct status *s, const struct row *row)
{
	const struct certificate *c = row->certificate;
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.cert/1");
	json_add_text(o, "kind", row->kind);
	json_add_text(o, "file", row->file);
	json_add_text(o, "for", row->used_for);
	json_add_given(o, "subject", c == NULL ? NULL : c->subject);
	json_add_given(o, "issuer",
		c != NULL	    ? c->issuer
		: row->list != NULL ? row->subject
				    : NULL);
	json_add_given(o, "serial", c == NULL ? NULL : c->serial);
	json_add_given(o, "oin", row->oin);
	json_add_given(o, "host", c == NULL ? NULL : c->host);
	json_add_given(o, "key",
		c == NULL ? NULL
			  : arena_format(&s->call->mem, "%s %d", c->key,
				    c->key_bits));
	json_add_bool(o, "trial", c != NULL && c->trial);
	json_add_given(o, "list_at", c == NULL ? NULL : c->crl[0]);
	json_add_given(o, "environment", row->environment);
	json_add_given(
		o, "number", row->list == NULL ? NULL : row->list->number);
	if (row->list != NULL)
		json_add_int(o, "revoked", row->list->revoked);
	else
		json_add_null(o, "revoked");
	json_add_time(o, "from",
		c != NULL	    ? c->start_ms
		: row->list != NULL ? row->list->this_ms
				    : 0);
	json_add_time(o, "until", row->until_ms);
	if (row->until_ms != 0)
		json_add_int(
			o, "days", certificate_days(row->until_ms, s->now_ms));
	else
		json_add_null(o, "days");
	json_add_text(o, "state", row->state);
	json_add_given(o, "what_to_do", row->todo);
	json_write(o, stdout);
}

static void
show(struct status *s, const struct row *row)
{
	if (s->call->options.json) {
		row_json(s, row);
		return;
	}
	table_text(&s->table, row->kind);
	table_text(&s->table, row->file);
	table_text(&s->table, row->used_for);
	table_text(&s->table, row->subject);
	table_text(&s->table, row->oin);
	table_text(&s->table, row->environment == NULL ? ""
			      : s->call->options.plain
				      ? row->environment
				      : jobs_loud(row->environment));
	table_time(&s->table, row->until_ms);
	if (row->until_ms != 0)
		table_number(
			&s->table, certificate_days(row->until_ms, s->now_ms));
	else
		table_text(&s->table, "");
	table_text(&s->table, row->todo);
}

/* --- certificates --- */

static const char *
kind_of(enum certificate_use use)
{
	switch (use) {
	case CERTIFICATE_SERVER:
		return "server";
	case CERTIFICATE_CLIENT:
		return "client";
	case CERTIFICATE_ROOT:
		return "root";
	case CERTIFICATE_PEER:
		break;
	}
	return "cpa";
}

/* How it stands with one that can be read. */
static void
weigh(struct status *s, const struct certificate_place *place, struct row *row)
{
	int64_t days = certificate_days(place->seen.end_ms, s->now_ms);
	struct fault why = FAULT_NONE;

	if (place->former) {
		row->todo = "nothing: a former CPA";
	} else if (place->seen.end_ms <= s->now_ms) {
		row->state = "expired";
		row->todo = place->use == CERTIFICATE_ROOT
				    ? "expired: remove or replace it now"
				    : "expired: replace now";
		worse(s, EXIT_CERTIFICATE);
	} else if (certificate_fit(&place->seen, place->use, place->environment,
			   &why) == V_BROKEN) {
		row->state = "unfit";
		row->todo = arena_format(
			&s->call->mem, "replace now: %s", why.text);
		worse(s, EXIT_CERTIFICATE);
	} else if (place->seen.start_ms > s->now_ms) {
		row->state = "not yet";
		row->todo = arena_format(&s->call->mem, "valid from %s",
			show_time(place->seen.start_ms, &s->call->mem));
		worse(s, EXIT_CERTIFICATE);
	} else if (days < NOW_DAYS) {
		row->state = "now";
		row->todo = "replace now";
		worse(s, EXIT_CERTIFICATE);
	} else if (days < PLAN_DAYS) {
		row->state = days < SOON_DAYS ? "soon" : "plan";
		row->todo = arena_format(
			&s->call->mem, "replace within %" PRId64 " days", days);
		worse(s, days < SOON_DAYS ? EXIT_ATTENTION : EXIT_DONE);
	} else if (look_trial_beside(&s->call->site.jobs, place)) {
		row->todo = "for trials: production takes nobody below it";
	}
}

static void
show_certificate(struct status *s, const struct certificate_place *place)
{
	struct row row = { .kind = kind_of(place->use),
		.file = short_path(s->call, place->file),
		.used_for = place->what,
		.subject = "",
		.oin = "",
		.environment = place->environment,
		.state = "good",
		.todo = "" };

	if (place->v != V_OK) {
		row.state = "unreadable";
		row.todo = place->why.text;
		worse(s, EXIT_CERTIFICATE);
	} else {
		row.subject = place->seen.subject;
		row.oin = place->seen.oin;
		row.until_ms = place->seen.end_ms;
		row.certificate = &place->seen;
		weigh(s, place, &row);
	}
	show(s, &row);
}

/* --- revocation lists --- */

static void
show_list(struct status *s, const struct crl *list, const char *folder)
{
	const struct jobs_crl *crl = &s->call->site.jobs.crl;
	int exit = crl->check_is == JOBS_CRL_REQUIRE ? EXIT_CERTIFICATE
		   : crl->check_is == JOBS_CRL_USE   ? EXIT_ATTENTION
						     : EXIT_DONE;
	struct arena *mem = &s->call->mem;
	struct row row = { .kind = "list", .oin = "", .state = "good" };

	row.todo = "";
	if (list == NULL) {
		row.file = short_path(s->call, folder);
		row.used_for = "revocation";
		row.subject = "";
		row.state = "none";
		row.todo = "no list of revoked certificates is here yet";
		worse(s, exit);
		show(s, &row);
		return;
	}
	row.file = short_path(
		s->call, arena_format(mem, "%s/%s", folder, list->file));
	row.used_for = arena_format(
		mem, "revocation, %" PRId64 " revoked", list->revoked);
	row.subject = list->issuer;
	row.until_ms = list->next_ms;
	row.list = list;
	if (list->next_ms == 0) {
		row.state = "unreadable";
		row.todo = "no list of revoked certificates: remove it";
		worse(s, EXIT_ATTENTION);
	} else if (list->next_ms <= s->now_ms) {
		row.state = "expired";
		row.todo = "out of date: put a newer one here, or see why "
			   "none was fetched";
		worse(s, exit);
	}
	show(s, &row);
}

static enum verdict
show_lists(struct status *s, struct fault *why)
{
	const struct jobs_crl *crl = &s->call->site.jobs.crl;
	const char *folder;
	struct crl *lists;
	size_t count, i;
	enum verdict v;

	if (crl->folder == NULL)
		return V_OK;
	folder = site_path(&s->call->site, crl->folder);
	v = crl_list(folder, &s->call->mem, &lists, &count, why);
	for (i = 0; v == V_OK && i < count; i++)
		show_list(s, &lists[i], folder);
	if (v == V_OK && count == 0)
		show_list(s, NULL, folder);
	return v;
}

/* Where lists are to be had, each address once. */
static void
show_addresses(const struct call *call, const struct certificate_place *places,
	size_t count)
{
	const struct jobs_crl *crl = &call->site.jobs.crl;
	const char *seen[ADDRESSES_MAX];
	size_t i, k, s, n = 0;

	for (i = 0; i < count; i++) {
		const struct certificate *c = &places[i].seen;

		for (k = 0; places[i].v == V_OK && k < c->crl_count; k++) {
			for (s = 0; s < n && strcmp(seen[s], c->crl[k]) != 0;
				s++)
				;
			if (s < n || n == ADDRESSES_MAX)
				continue;
			seen[n++] = c->crl[k];
			for (s = 0; s < crl->source_count &&
				    strcmp(crl->sources[s], c->crl[k]) != 0;
				s++)
				;
			printf("%s  %s  %s%s\n",
				n == 1 ? "\nlists that these name:\n" : "",
				c->crl[k], c->issuer,
				s < crl->source_count
					? ""
					: "  (not in crl: sources)");
		}
	}
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct status s = { .call = call, .now_ms = clock_now_ms() };
	struct certificate_place *places;
	size_t count, i;
	enum verdict v;

	if (strcmp(call->args[0], "status") != 0)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"usage: mobbjob cert status");
	look_certificates(&call->site.jobs, call->site.folder, &call->mem,
		&places, &count);
	table_begin(&s.table, call->options.plain, &call->mem, heads);
	for (i = 0; i < count; i++)
		show_certificate(&s, &places[i]);
	v = show_lists(&s, why);
	if (call->options.json)
		table_drop(&s.table);
	else
		table_end(&s.table);
	if (!call->options.json && !call->options.plain)
		show_addresses(call, places, count);
	call->exit = s.exit;
	return v;
}

const char *
cert_line(struct call *call)
{
	const struct certificate_place *first = NULL;
	struct certificate_place *places;
	int64_t now_ms = clock_now_ms();
	size_t count, i;

	look_certificates(&call->site.jobs, call->site.folder, &call->mem,
		&places, &count);
	for (i = 0; i < count; i++)
		if (places[i].v == V_OK && !places[i].former &&
			(first == NULL ||
				places[i].seen.end_ms < first->seen.end_ms))
			first = &places[i];
	if (first == NULL || first->seen.end_ms - now_ms >= SOON_DAYS * DAYS_MS)
		return NULL;
	return arena_format(&call->mem,
		"certificate %s (%s) %s %s: mobbjob cert status",
		short_path(call, first->file), first->what,
		first->seen.end_ms <= now_ms ? "ended on" : "ends on",
		show_time(first->seen.end_ms, &call->mem));
}

const struct command command_cert = {
	.name = "cert",
	.args = "status",
	.help = "certificates and revocation lists, and how long they last",
	.args_min = 1,
	.args_max = 1,
	.need = NEED_JOBS,
	.run = run,
};
