/* mobbjob/cpa_show.c - see mobbjob/cpa_show.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "mobbjob/cpa_show.h"
#include "mobbjob/show.h"

#define BLOCK_MAX 8000
#define LINE_BEGIN "  "

/* One label and what belongs to it, as it will be printed. */
struct block {
	struct call *call;
	struct buf text;
	const char *before; /* --plain: what each line begins with */
};

__attribute__((format(printf, 3, 4))) static void
line(struct block *b, const char *label, const char *fmt, ...)
{
	char text[1000];
	va_list ap;
	const char *clean;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	clean = show_clean(text, &b->call->mem);
	if (b->call->options.plain)
		buf_format(&b->text, "%s%s\t%s\n", b->before, label, clean);
	else
		buf_format(&b->text, "%s%-15s %s\n", b->before, label, clean);
}

/* --- words --- */

const char *
cpa_show_span(int64_t ms, struct arena *mem)
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "min" },
		{ 1000, "s" }, { 1, "ms" } };
	size_t i = 0;
	int64_t rest;

	while (i < 4 && ms < units[i].ms)
		i++;
	/* 27 h rather than 1 d 3 h, as people speak of it. */
	if (i == 0 && ms % units[0].ms != 0 && ms < 3 * units[0].ms)
		i = 1;
	rest = ms % units[i].ms;
	if (rest == 0 || i == 4)
		return arena_format(
			mem, "%" PRId64 " %s", ms / units[i].ms, units[i].unit);
	return arena_format(mem, "%" PRId64 " %s %s", ms / units[i].ms,
		units[i].unit, cpa_show_span(rest, mem));
}

static const char *
given(const char *text)
{
	return text == NULL || *text == '\0' ? "-" : text;
}

static const char *
extent(bool asked, bool is_free)
{
	return is_free ? "perMessage" : asked ? "always" : "never";
}

static const char *
persist_words(int64_t ms, struct arena *mem)
{
	return ms == 0 ? "not said" : cpa_show_span(ms, mem);
}

/* How the acknowledgment of a message comes or goes. */
static const char *
ack_words(const struct cpa *cpa, const struct cpa_action *a, struct arena *mem)
{
	const char *how = a->ack_free ? "perMessage, we ask for it" : "always";
	const char *url = cpa_signal_url(cpa, "Acknowledgment", a->we_send);

	if (!a->ack_requested)
		return a->ack_free ? "perMessage, we do not ask for it"
				   : "never";
	if (!a->we_send && a->ack_free)
		how = "perMessage, they choose";
	if (a->sync_reply)
		return arena_format(mem,
			"%s, unsigned; in %s answer "
			"(mshSignalsOnly)",
			how, a->we_send ? "their" : "our");
	return arena_format(mem, "%s, unsigned; pushed by %s to %s", how,
		a->we_send ? "them" : "us", given(url));
}

static const char *
certificate_words(const struct cpa_certificate *c, struct arena *mem)
{
	if (c == NULL)
		return "no certificate in the CPA";
	if (c->look.end_ms == 0)
		return arena_format(mem, "%.60s, which cannot be read", c->id);
	return arena_format(mem, "%.60s (%s%s%s) until %s", c->id,
		c->look.subject, c->look.oin[0] == '\0' ? "" : ", OIN ",
		c->look.oin, show_time(c->look.end_ms, mem));
}

/* --- head --- */

static const char *
ids_words(const char *name, const struct cpa_party *ids, size_t count,
	struct arena *mem)
{
	const char *text = given(name);
	size_t i;

	for (i = 0; i < count; i++)
		text = arena_format(mem, "%s%s %s%s%s%s", text,
			i == 0 ? ":" : ",", ids[i].id,
			*ids[i].id_type == '\0' ? "" : " (", ids[i].id_type,
			*ids[i].id_type == '\0' ? "" : ")");
	return text;
}

static void
signal_lines(struct block *b, const struct cpa *cpa, bool to_us)
{
	const struct cpa_signal *all =
		to_us ? cpa->our_signals : cpa->their_signals;
	size_t count = to_us ? cpa->our_signal_count : cpa->their_signal_count;
	size_t i;

	for (i = 0; i < count; i++)
		line(b,
			i == 0 ? to_us ? "signals to us" : "signals to them"
			       : "",
			"%s%s%s, channel %s, %s", i == 0 ? "" : all[i].name,
			i == 0 ? "" : ": ", given(all[i].url),
			given(all[i].channel),
			all[i].sync ? "mshSignalsOnly" : "pushed");
}

static void
head_lines(struct block *b, const struct cpa_view *view)
{
	struct arena *mem = &b->call->mem;
	const struct cpa *cpa = view->cpa;

	line(b, "CPA", "%s, version %s, %s", given(cpa->id),
		given(cpa->version), given(cpa->status));
	line(b, "valid", "%s to %s", show_time(cpa->start_ms, mem),
		show_time(cpa->end_ms, mem));
	if (cpa->our_id_count == 0)
		return; /* no more of it could be read */
	line(b, view->sender == NULL ? "seen as" : "we", "%s",
		ids_words(cpa->our_name, cpa->our_ids, cpa->our_id_count, mem));
	line(b, view->sender == NULL ? "with" : "they", "%s",
		ids_words(cpa->their_name, cpa->their_ids, cpa->their_id_count,
			mem));
	if (cpa->invocations_max > 0 || cpa->conversations_max > 0)
		line(b, "limits",
			"%" PRId64 " invocations, %" PRId64
			" conversations at once (0: none); not kept to",
			cpa->invocations_max, cpa->conversations_max);
	signal_lines(b, cpa, true);
	signal_lines(b, cpa, false);
}

/* --- actions --- */

static void
action_lines(struct block *b, const struct cpa *cpa, const struct cpa_action *a)
{
	struct arena *mem = &b->call->mem;

	line(b, "roles", "%s to %s", a->from.role, a->to.role);
	line(b, "service", "%s%s%s", a->service,
		*a->service_type == '\0' ? "" : ", type ", a->service_type);
	line(b, "address", "%s", a->url);
	line(b, "acknowledgment", "%s", ack_words(cpa, a, mem));
	line(b, "duplicates", "eliminated %s",
		extent(a->duplicate_elimination, a->duplicate_free));
	if (a->ttl_ms == 0)
		line(b, "attempts", "1; no time to live");
	else
		line(b, "attempts", "1 + %d, every %s; time to live %s",
			a->retries, cpa_show_span(a->interval_ms, mem),
			cpa_show_span(a->ttl_ms, mem));
	line(b, "ids kept", "%s (sender %s, receiver %s)",
		cpa_show_span(a->keep_ms, mem),
		persist_words(a->sender_persist_ms, mem),
		persist_words(a->receiver_persist_ms, mem));
	line(b, "channels", "%s to %s", a->from_channel, a->to_channel);
	line(b, a->we_send ? "our client" : "their client", "%s",
		certificate_words(a->client, mem));
	line(b, a->we_send ? "their server" : "our server", "%s",
		certificate_words(a->server, mem));
}

/* Actions with the same terms stand together, under the names of all. */
static void
show_blocks(struct call *call, const struct cpa *cpa)
{
	size_t count = cpa->action_count, i, k;
	const char **terms =
		arena_alloc(&call->mem, (count + 1) * sizeof(*terms));

	for (i = 0; i < count; i++) {
		struct block b = { call, BUF_MAX(BLOCK_MAX), LINE_BEGIN };

		action_lines(&b, cpa, &cpa->actions[i]);
		terms[i] = arena_text(&call->mem, b.text.bytes, b.text.len);
		buf_done(&b.text);
	}
	for (i = 0; i < count; i++) {
		if (terms[i] == NULL)
			continue;
		printf("\n%s %s", cpa->actions[i].we_send ? "send" : "receive",
			cpa->actions[i].name);
		for (k = i + 1; k < count; k++) {
			if (terms[k] == NULL ||
				cpa->actions[k].we_send !=
					cpa->actions[i].we_send ||
				strcmp(terms[k], terms[i]) != 0)
				continue;
			printf(", %s", cpa->actions[k].name);
			terms[k] = NULL;
		}
		printf("\n%s", terms[i]);
	}
}

static void
show_plain(struct call *call, const struct cpa *cpa)
{
	size_t i;

	for (i = 0; i < cpa->action_count; i++) {
		const struct cpa_action *a = &cpa->actions[i];
		struct block b = { call, BUF_MAX(BLOCK_MAX),
			arena_format(&call->mem, "%s %s\t",
				a->we_send ? "send" : "receive", a->name) };

		action_lines(&b, cpa, a);
		fputs(b.text.bytes, stdout);
		buf_done(&b.text);
	}
}

/* --- JSON --- */

static struct json *
ids_json(const struct cpa_party *ids, size_t count)
{
	struct json *list = json_new_array(), *one;
	size_t i;

	for (i = 0; i < count; i++) {
		one = json_new_object();
		json_add_text(one, "id", ids[i].id);
		json_add_given(one, "type", ids[i].id_type);
		json_append(list, one);
	}
	return list;
}

static struct json *
certificate_json(const struct cpa_certificate *c)
{
	struct json *o = json_new_object();

	json_add_text(o, "id", c->id);
	json_add_given(o, "subject", c->look.subject);
	json_add_given(o, "oin", c->look.oin);
	json_add_time(o, "end", c->look.end_ms);
	return o;
}

static struct json *
head_json(const struct cpa_view *view, const char *action, bool we_send)
{
	const struct cpa *cpa = view->cpa;
	struct json *o = json_new_object();

	json_add_text(o, "schema", "mobb.cpa/1");
	json_add_text(o, "file", view->path);
	json_add_given(o, "sender", view->sender);
	json_add_given(o, "cpa", cpa->id);
	json_add_given(o, "status", cpa->status);
	json_add_time(o, "start", cpa->start_ms);
	json_add_time(o, "end", cpa->end_ms);
	json_add(o, "ours", ids_json(cpa->our_ids, cpa->our_id_count));
	json_add(o, "theirs", ids_json(cpa->their_ids, cpa->their_id_count));
	json_add_text(o, "action", action);
	json_add_text(o, "direction", we_send ? "send" : "receive");
	return o;
}

static void
action_json(const struct cpa_view *view, const struct cpa_action *a)
{
	struct json *o = head_json(view, a->name, a->we_send);

	json_add_bool(o, "usable", true);
	json_add_text(o, "from_role", a->from.role);
	json_add_text(o, "to_role", a->to.role);
	json_add_text(o, "service", a->service);
	json_add_given(o, "service_type", a->service_type);
	json_add_text(o, "url", a->url);
	json_add_text(
		o, "acknowledgment", extent(a->ack_requested, a->ack_free));
	json_add_text(o, "duplicate_elimination",
		extent(a->duplicate_elimination, a->duplicate_free));
	json_add_bool(o, "sync_reply", a->sync_reply);
	json_add_given(o, "acknowledgment_url",
		!a->ack_requested || a->sync_reply
			? NULL
			: cpa_signal_url(
				  view->cpa, "Acknowledgment", a->we_send));
	json_add_int(o, "retries", a->retries);
	json_add_int(o, "interval_ms", a->interval_ms);
	json_add_int(o, "time_to_live_ms", a->ttl_ms);
	json_add_int(o, "sender_persist_ms", a->sender_persist_ms);
	json_add_int(o, "receiver_persist_ms", a->receiver_persist_ms);
	json_add_int(o, "ids_kept_ms", a->keep_ms);
	json_add_text(o, "from_channel", a->from_channel);
	json_add_text(o, "to_channel", a->to_channel);
	json_add_given(o, "actor", a->actor);
	if (a->client == NULL)
		json_add_null(o, "client_certificate");
	else
		json_add(o, "client_certificate", certificate_json(a->client));
	if (a->server == NULL)
		json_add_null(o, "server_certificate");
	else
		json_add(o, "server_certificate", certificate_json(a->server));
	json_write(o, stdout);
}

static void
left_out_json(const struct cpa_view *view, const struct cpa_left_out *left)
{
	struct json *o = head_json(view, left->name, left->we_send);

	json_add_bool(o, "usable", false);
	json_add_given(o, "service", left->service);
	json_add_text(o, "place", left->place);
	json_add_text(o, "reason", left->reason);
	json_write(o, stdout);
}

void
cpa_show(struct call *call, const struct cpa_view *view)
{
	const struct cpa *cpa = view->cpa;
	struct block head = { call, BUF_MAX(BLOCK_MAX), "" };
	size_t i;

	if (call->options.json) {
		for (i = 0; i < cpa->action_count; i++)
			action_json(view, &cpa->actions[i]);
		for (i = 0; i < cpa->left_out_count; i++)
			left_out_json(view, &cpa->left_out[i]);
		return;
	}
	head_lines(&head, view);
	fputs(head.text.bytes, stdout);
	buf_done(&head.text);
	if (call->options.plain) {
		show_plain(call, cpa);
		return;
	}
	show_blocks(call, cpa);
	putchar('\n');
}
