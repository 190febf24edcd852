/* mobbjob/subscriptions_import.c - a list of a person into the register
 *
 * Lines of numbers, or XML as the AbonnementService answers it; which of them
 * shows in the first character.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/unpack.h"
#include "channels/subscription.h"
#include "mobbjob/decide.h"
#include "mobbjob/show.h"
#include "mobbjob/subscriptions.h"

#define DAY_CHARS 10

struct list {
	const char *path, *name;
	int fd;
	int64_t at;
	const struct jobs_sender *sender;
	const struct jobs_endpoint *endpoint;
	const char *type, *reason;
	int64_t asked_ms;
	struct subscribed set;
	struct subscription_read read;
};

static enum verdict
usage(struct fault *why, const char *text)
{
	return fault_set(why, V_BROKEN, CODE_USAGE, "%s", text);
}

bool
subscriptions_moment(const char *text, int64_t *ms_out)
{
	char whole[CLOCK_TEXT_MAX], local[CLOCK_TEXT_MAX];
	size_t len = strlen(text), zone;
	int64_t ms;

	if (len != DAY_CHARS && len != DAY_CHARS + 6)
		return false;
	snprintf(whole, sizeof(whole), "%s%s:00Z", text,
		len == DAY_CHARS ? "T00:00" : "");
	if (!clock_parse(whole, &ms))
		return false;
	/* The offset of that moment, or of one an hour or two from it. */
	clock_local(ms, local);
	zone = strlen("2026-11-23T21:00:00");
	snprintf(whole + zone, sizeof(whole) - zone, "%s", local + zone);
	return clock_parse(whole, ms_out);
}

enum verdict
subscriptions_endpoint(struct call *call, const struct jobs_sender *sender,
	const struct jobs_endpoint **endpoint_out, struct fault *why)
{
	const char *name = call->options.endpoint;
	const struct jobs *jobs = &call->site.jobs;
	const struct jobs_endpoint *e = NULL;
	size_t i;

	if (name != NULL)
		e = jobs_endpoint(jobs, name);
	if (name != NULL && e == NULL)
		return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
			"there is no endpoint named %.40s", name);
	for (i = 0; name == NULL && i < jobs->stream_count; i++) {
		const struct jobs_stream *s = &jobs->streams[i];

		if (s->sender_is != sender)
			continue;
		if (e != NULL && e != s->endpoint_is)
			return usage(why,
				"the sender has streams at more than one "
				"endpoint: say for which, --endpoint NAME");
		e = s->endpoint_is;
	}
	if (e == NULL)
		return usage(why, "the sender has no stream: say for which "
				  "endpoint, --endpoint NAME");
	*endpoint_out = e;
	return V_OK;
}

/* What must be said, before anything is read. */
static enum verdict
options_of(struct call *call, struct list *l, int64_t now_ms, struct fault *why)
{
	const struct options *o = &call->options;
	enum verdict v;

	if (o->sender == NULL)
		return usage(why, "say whose letters: --sender NAME");
	l->sender = jobs_sender(&call->site.jobs, o->sender);
	if (l->sender == NULL)
		return fault_set(why, V_BROKEN, CODE_CONFIG_NAME,
			"there is no sender named %.40s", o->sender);
	l->type = o->type == NULL ? "" : o->type;
	if (strlen(l->type) > 8)
		return usage(why, "--type wants a BerichtType, at most 8 "
				  "characters");
	if (o->date == NULL || !subscriptions_moment(o->date, &l->asked_ms))
		return usage(why, "say of when the list is: --date YYYY-MM-DD "
				  "or YYYY-MM-DDTHH:MM");
	if (l->asked_ms > now_ms)
		return usage(why, "--date is a moment that has not come yet");
	v = subscriptions_endpoint(call, l->sender, &l->endpoint, why);
	if (v == V_OK && !(o->dry_run && o->reason == NULL))
		v = decide_reason(call, &l->reason, why);
	return v;
}

static enum verdict
open_list(struct list *l, struct fault *why)
{
	const char *slash = strrchr(l->path, '/');
	enum verdict v = V_OK;
	struct stat st;

	l->name = slash == NULL ? l->path : slash + 1;
	/* O_NONBLOCK: a fifo must not hold us up. */
	l->fd = open(l->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (l->fd == -1)
		v = fault_errno(why, V_BROKEN, CODE_IO, "list");
	else if (fstat(l->fd, &st) == -1 || !S_ISREG(st.st_mode))
		v = fault_set(why, V_BROKEN, CODE_IO, "no plain file");
	if (v != V_OK)
		fault_at(why, "%s", l->path);
	return v;
}

static enum verdict
read_list(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct list *l = self;
	enum verdict v;

	v = file_read_at(l->fd, bytes, len, l->at, len_out, why);
	if (v == V_OK)
		l->at += (int64_t)*len_out;
	return v;
}

/* What begins with < is XML. */
static enum verdict
looks_like_xml(struct list *l, bool *xml_out, struct fault *why)
{
	static const struct archive_limits limits = {
		.unpacked_max = SUBSCRIPTION_BYTES_MAX,
		.ratio_max = SUBSCRIPTION_RATIO_MAX
	};
	struct unpack *unpack = NULL;
	char head[256], *p = head;
	size_t got = 0;
	enum verdict v;

	v = unpack_open_from(read_list, l, &limits, &unpack, why);
	if (v == V_OK)
		v = unpack_read(unpack, head, sizeof(head) - 1, &got, why);
	unpack_close(unpack);
	l->at = 0;
	head[got] = '\0';
	if (strncmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	p += strspn(p, " \t\r\n");
	*xml_out = *p == '<';
	/* What is damaged is told by who reads it whole. */
	return v == V_BROKEN && (why->code == CODE_ARCHIVE_CUT ||
					why->code == CODE_ARCHIVE)
		       ? V_OK
		       : v;
}

static enum verdict
read_whole(struct list *l, struct fault *why)
{
	const struct jobs_answer *mapping = &l->endpoint->answer;
	bool xml = false;
	enum verdict v;

	v = looks_like_xml(l, &xml, why);
	if (v == V_OK && xml)
		v = subscription_answer_read(
			read_list, l, mapping, &l->set, &l->read, why);
	else if (v == V_OK)
		v = subscription_list_read(
			read_list, l, &l->set, &l->read, why);
	if (v == V_OK && l->read.entries == 0)
		v = fault_set(why, V_SKIP, CODE_SUBSCRIPTION_MAPPING,
			"answer: there is no %s at all", mapping->entry);
	if (v == V_OK && l->read.sender[0] != '\0' &&
		strcmp(l->read.sender, l->sender->oin) != 0)
		v = fault_set(why, V_SKIP, CODE_SUBSCRIPTION_OTHER,
			"answer: %s is another sender's", mapping->sender);
	if (v != V_OK) {
		char place[FAULT_PLACE_MAX];

		memcpy(place, why->place, sizeof(place));
		snprintf(why->place, sizeof(why->place), "%.100s%s%.80s",
			l->name, place[0] == '\0' ? "" : " ", place);
	}
	return v;
}

/* Into the register; file name and reason stand with it and in its event. */
static enum verdict
keep(struct call *call, const struct list *l, int64_t now_ms, struct fault *why)
{
	const char *doubled =
		l->read.doubled == 0
			? ""
			: arena_format(&call->mem, ", %lld doubled",
				  (long long)l->read.doubled);
	const struct answer_head head = {
		.environment = l->endpoint->environment,
		.sender = l->sender->oin,
		.type = l->type,
		.source = ANSWER_IMPORT,
		.whole = call->options.all,
		.asked_ms = l->asked_ms,
		.now_ms = now_ms,
		.person = call->person,
		.note = arena_format(&call->mem, "%.60s%s: %s",
			show_clean(l->name, &call->mem), doubled, l->reason),
	};
	int64_t number;

	return store_answer_keep(
		call->site.store, &l->set, &head, &number, why);
}

enum verdict
subscriptions_import(struct call *call, struct fault *why)
{
	struct list l = { .path = call->args[1], .fd = -1 };
	int64_t now_ms = clock_now_ms();
	enum verdict v;

	v = options_of(call, &l, now_ms, why);
	if (v == V_OK)
		v = open_list(&l, why);
	if (v == V_OK)
		v = read_whole(&l, why);
	if (v == V_OK && now_ms - l.asked_ms > ANSWER_MAX_MS)
		v = fault_set(why, V_SKIP, CODE_SUBSCRIPTION_OLD,
			"a list of more than seven days ago decides nothing");
	if (v == V_OK && !call->options.dry_run)
		v = keep(call, &l, now_ms, why);
	if (v == V_OK)
		decide_tell(call,
			"sender %s%s%s: %s numbers of %s: %s subscribed, %s "
			"not%s; %s doubled",
			l.sender->name, l.type[0] == '\0' ? "" : " ", l.type,
			show_number(l.set.asked, &call->mem),
			show_time(l.asked_ms, &call->mem),
			show_number(l.set.yes, &call->mem),
			show_number(l.set.asked - l.set.yes, &call->mem),
			call->options.all ? ", nor is anybody else" : "",
			show_number(l.read.doubled, &call->mem));
	if (l.fd != -1)
		(void)close(l.fd);
	subscribed_done(&l.set);
	return v;
}
