/* mobbsim/serve.c - see mobbsim/serve.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "mobbsim/ebms.h"
#include "mobbsim/serve.h"
#include "mobbsim/settings.h"
#include "mobbsim/upset.h"
#include "mobbsim/wus.h"

#define FILE_MAX ((size_t)1000000)
#define EARLY_MS 8000  /* an answer waits no longer for a result */
#define DEADLINE_S 900 /* of one POST: a rehearsal may be slow on purpose */

static atomic_bool stopping; /* lock-free: set in a signal handler */

struct server {
	const struct serve_plan *plan;
	int room_fd, sim_fd;
	struct settings settings;
	struct arena mem; /* of the terms */
	struct ledger ledger;
	struct inbox inbox;
	struct questions questions;
	struct ebms ebms;
	struct ends ends;
	struct troubles troubles;
	struct door *door;
	struct door_hooks hooks;
	pthread_mutex_t lock;	/* of ebms, the ledger and what follows */
	int64_t posts, letters; /* counted for --sink */
	bool broken;
	struct fault why; /* of `broken` */
};

static void
on_signal(int number)
{
	(void)number;
	stopping = true;
}

static void
tick(void *self)
{
	struct server *s = self;

	door_away(s->door, troubles_away(s->ebms.troubles, clock_now_ms()));
}

static void
note(void *self, const struct fault *what)
{
	(void)self;
	log_fault(what);
}

/* --- a connection, a request --- */

static enum door_welcome
knock(void *self, const struct line_end **end_out, int64_t *stall_ms_out)
{
	struct server *s = self;
	const struct trouble *t =
		troubles_next(s->ebms.troubles, ON_SERVER, clock_now_ms());

	*end_out = s->ends.server;
	if (t == NULL)
		return DOOR_OPEN;
	switch ((int)t->kind) {
	case T_REFUSE:
		return DOOR_RESET;
	case T_PLAIN:
		return DOOR_PLAIN;
	case T_STALL:
		*stall_ms_out = t->number;
		return DOOR_STALL;
	default:
		*end_out = ends_odd(&s->ends, t->word, true);
		return DOOR_OPEN;
	}
}

/* What is posted, as far as its head tells. */
static enum trouble_on
target(const struct door_request *request)
{
	static const char multipart[] = "multipart/";

	if (strcmp(request->path, "/wus") == 0)
		return ON_WUS;
	return strncasecmp(request->content_type, multipart,
		       sizeof(multipart) - 1) == 0
		       ? ON_REQUEST
		       : ON_REPLY;
}

static void
head(void *self, const struct door_request *request, struct door_manner *manner)
{
	struct server *s = self;

	upset_reading(troubles_next(s->ebms.troubles, target(request),
			      clock_now_ms()),
		manner);
}

static enum wus_odd
odd_wus(const struct trouble *t)
{
	switch (t == NULL ? -1 : (int)t->kind) {
	case T_HALF:
		return WUS_HALF;
	case T_CONTRADICT:
		return WUS_BOTH;
	case T_STRANGER:
		return WUS_STRANGER;
	case T_NOT_BOOLEAN:
		return WUS_NO_BOOLEAN;
	case T_APPLICATION_FAULT:
		return WUS_FAULT;
	case T_EMPTY:
		return WUS_EMPTY;
	case T_ALL_NO:
		return WUS_NO;
	case T_ALL_YES:
		return WUS_YES;
	case T_YES_FOR_NO:
		return WUS_YES_FOR_NO;
	case T_DOUBLED:
		return WUS_DOUBLED;
	default:
		return WUS_WELL;
	}
}

static void
take_wus(struct server *s, const struct door_request *request,
	const struct trouble *t, struct door_reply *reply)
{
	reply->content_type = "text/xml; charset=UTF-8";
	if (cpa_agreed_oin(&s->ebms.agreed, request->peer_oin) == NULL) {
		reply->status = 403;
		return;
	}
	/* A question carries no letter. */
	reply->status = wus_answer(request->soap_action, request->body,
		request->body_len, request->peer_oin, s->ebms.subscribers,
		odd_wus(t), &reply->body);
}

static struct post
post_of(const struct door_request *request)
{
	return (struct post){
		.first_byte_ms = request->first_byte_ms,
		.last_byte_ms = request->last_byte_ms,
		.path = request->path,
		.message_id = "",
		.batch_id = "",
		.bytes = request->bytes,
	};
}

/* Write the line of a POST; what cannot be written down must not be answered
 * as if it was.
 */
static void
write_down(struct server *s, enum verdict v, const struct post *post,
	struct door_reply *reply)
{
	s->posts++;
	s->letters += post->letters;
	if (v == V_OK)
		v = ledger_post(&s->ledger, post, !s->plan->sink, &s->why);
	if (v != V_BROKEN && v != V_LATER)
		return;
	if (reply != NULL) {
		reply->status = 503;
		buf_reset(&reply->body);
	}
	s->broken = true;
	stopping = true;
}

static enum verdict
take_path(struct server *s, const struct door_request *request,
	struct door_manner *manner, struct door_reply *reply, struct post *post)
{
	if (strcmp(request->method, "POST") != 0)
		reply->status = 405;
	else if (strcmp(request->path, "/ebms") == 0)
		return ebms_take(
			&s->ebms, request, manner, reply, post, &s->why);
	else if (strcmp(request->path, "/wus") == 0)
		take_wus(s, request, manner->own, reply);
	else
		reply->status = 404;
	return V_OK;
}

static void
take(void *self, const struct door_request *request, struct door_manner *manner,
	struct door_reply *reply)
{
	struct server *s = self;
	const struct trouble *t = manner->own;
	struct post post = post_of(request);
	bool dies = t != NULL && t->kind == T_DIE;
	char wait_for[INBOX_ID_MAX];
	enum verdict v = V_OK;

	(void)pthread_mutex_lock(&s->lock);
	s->ebms.wait_for[0] = '\0';
	if (!dies || strcmp(t->word, "before") != 0)
		v = take_path(s, request, manner, reply, &post);
	memcpy(wait_for, s->ebms.wait_for, sizeof(wait_for));
	upset_answer(t, manner, reply);
	post.http = reply->status == 0 ? 204 : reply->status;
	if (manner->reset || manner->silent || manner->reset_at_end || dies)
		post.http = 0;
	write_down(s, v, &post, reply);
	if (dies)
		(void)kill(getpid(), SIGKILL);
	(void)pthread_mutex_unlock(&s->lock);
	if (wait_for[0] != '\0')
		push_result_wait(s->ebms.push, wait_for, EARLY_MS);
}

static void
broken(void *self, const struct door_request *request)
{
	struct server *s = self;
	const struct post post = post_of(request);

	(void)pthread_mutex_lock(&s->lock);
	write_down(s, V_OK, &post, NULL);
	(void)pthread_mutex_unlock(&s->lock);
}

/* --- opening --- */

/* The plan of faults, when there is one. */
static enum verdict
read_troubles(struct server *s, struct fault *why)
{
	struct buf text = BUF_MAX(FILE_MAX);
	enum verdict v = V_OK;

	if (s->plan->seed >= 0) {
		troubles_roll(&s->troubles, s->plan->seed);
	} else if (s->plan->faults != NULL) {
		v = file_get(AT_FDCWD, s->plan->faults, &text, why);
		if (v == V_SKIP) {
			v = fault_set(why, V_BROKEN, CODE_CONFIG, "not there");
			fault_at(why, "%s", s->plan->faults);
		}
		if (v == V_OK && text.len > 0)
			v = troubles_parse(
				s->plan->faults, text.bytes, &s->troubles, why);
	} else {
		return V_OK;
	}
	buf_done(&text);
	if (v == V_OK)
		v = troubles_begin(
			&s->troubles, s->sim_fd, clock_now_ms(), why);
	if (v == V_OK)
		s->ebms.troubles = &s->troubles;
	return v;
}

static bool
odd_certificates(const struct troubles *t)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->lines[i].kind == T_CERTIFICATE)
			return true;
	return false;
}

static enum verdict
read_agreements(struct server *s, struct fault *why)
{
	struct cpa_agreed *agreed = &s->ebms.agreed;
	struct buf text = BUF_MAX(FILE_MAX);
	size_t i, n = s->settings.cpa_count;
	enum verdict v = V_OK;

	agreed->terms = arena_alloc(&s->mem, (n + 1) * sizeof(*agreed->terms));
	for (i = 0; v == V_OK && i < n; i++) {
		buf_reset(&text);
		v = file_get(s->room_fd, s->settings.cpas[i], &text, why);
		if (v == V_OK)
			v = cpa_terms_read(text.bytes, text.len,
				s->settings.oin, &s->mem, &agreed->terms[i],
				why);
		else if (v == V_SKIP)
			v = fault_set(why, V_BROKEN, CODE_CPA,
				"there is no CPA file");
	}
	buf_done(&text);
	if (v == V_OK && n == 0)
		v = fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"sim.yaml: cpa names no file");
	agreed->count = n;
	return v;
}

static enum verdict
read_settings(struct server *s, struct fault *why)
{
	struct buf text = BUF_MAX(FILE_MAX);
	enum verdict v;

	v = file_get(s->room_fd, "sim.yaml", &text, why);
	if (v == V_SKIP) {
		v = fault_set(why, V_BROKEN, CODE_CONFIG,
			"no sim.yaml; make a room with mobbsim init");
		fault_at(why, "%s", s->plan->dir);
	}
	if (v == V_OK)
		v = settings_parse(
			"sim.yaml", text.bytes, text.len, &s->settings, why);
	buf_reset(&text);
	buf_done(&text);
	return v == V_OK ? read_agreements(s, why) : v;
}

static enum verdict
open_senders(struct server *s, struct fault *why)
{
	static const char head[] =
		"at;message_id;batch_id;certificate;party;payload\n";
	struct stat st;
	int fd = openat(s->sim_fd, "senders.csv",
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

	if (fd == -1 || fstat(fd, &st) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "senders.csv");
	s->ebms.senders_fd = fd;
	return st.st_size > 0 ? V_OK
			      : file_write(fd, head, sizeof(head) - 1, why);
}

static enum verdict
open_memory(struct server *s, struct fault *why)
{
	struct push_conf conf = { .agreed = &s->ebms.agreed,
		.inbox = &s->inbox,
		.sim_fd = s->sim_fd };
	enum verdict v;

	v = ends_open(&s->ends, s->plan->dir, &s->settings,
		odd_certificates(&s->troubles), why);
	conf.end = s->ends.client;
	if (v == V_OK)
		v = file_dirs(s->sim_fd, "received", why);
	if (v == V_OK)
		v = open_senders(s, why);
	if (v == V_OK)
		v = inbox_open(&s->inbox, s->sim_fd, why);
	if (v == V_OK)
		v = ledger_open(
			&s->ledger, s->sim_fd, inbox_promise, &s->inbox, why);
	if (v == V_OK)
		v = inbox_sweep(&s->inbox, &s->ledger, why);
	if (v == V_OK)
		v = questions_open(&s->questions, s->sim_fd, &s->inbox, why);
	if (v == V_OK)
		v = push_open(&conf, &s->ledger, &s->ebms.push, why);
	if (v == V_OK)
		v = subscribers_load(s->sim_fd, &s->ebms.subscribers, why);
	return v;
}

static enum verdict
open_door(struct server *s, struct fault *why)
{
	s->hooks = (struct door_hooks){ .self = s,
		.knock = knock,
		.head = head,
		.take = take,
		.broken = broken,
		.tick = tick,
		.note = note };
	return door_open(s->settings.listen, s->settings.max_body, DEADLINE_S,
		&s->hooks, &s->door, why);
}

static enum verdict
catch_signals(struct fault *why)
{
	struct sigaction action = { .sa_handler = on_signal };

	(void)sigemptyset(&action.sa_mask);
	if (sigaction(SIGTERM, &action, NULL) == -1 ||
		sigaction(SIGINT, &action, NULL) == -1)
		return fault_errno(why, V_BROKEN, CODE_BUG, "sigaction");
	action.sa_handler = SIG_IGN;
	if (sigaction(SIGPIPE, &action, NULL) == -1)
		return fault_errno(why, V_BROKEN, CODE_BUG, "sigaction");
	return V_OK;
}

static enum verdict
say_ready(const struct server *s, struct fault *why)
{
	if (s->plan->ready_file != NULL) {
		enum verdict v = file_put(
			AT_FDCWD, s->plan->ready_file, "ready\n", 6, 0644, why);

		if (v != V_OK)
			return v;
	}
	puts("ready");
	return fflush(stdout) == 0
		       ? V_OK
		       : fault_errno(why, V_BROKEN, CODE_IO, "standard output");
}

static enum verdict
run(struct server *s, struct fault *why)
{
	enum verdict v;

	v = file_dir(AT_FDCWD, s->plan->dir, &s->room_fd, why);
	if (v == V_OK)
		v = read_settings(s, why);
	if (v == V_OK)
		v = file_dirs(s->room_fd, "sim", why);
	if (v == V_OK)
		v = file_dir(s->room_fd, "sim", &s->sim_fd, why);
	s->ebms.sim_fd = s->sim_fd;
	s->ebms.result_after_ms = s->settings.result_after_ms;
	s->ebms.answer_after_ms = s->settings.answer_after_ms;
	s->ebms.types = s->settings.types;
	s->ebms.type_count = s->settings.type_count;
	if (v == V_OK)
		v = xml_schema_load(s->settings.schema, &s->ebms.schema, why);
	if (v == V_OK)
		v = read_troubles(s, why);
	if (v == V_OK)
		v = open_memory(s, why);
	if (v == V_OK)
		v = catch_signals(why);
	if (v == V_OK)
		v = open_door(s, why);
	if (v == V_OK)
		v = push_start(s->ebms.push, why);
	if (v == V_OK)
		v = say_ready(s, why);
	if (v != V_OK)
		return v;
	v = door_run(s->door, &stopping, why);
	if (v == V_OK && s->broken) {
		*why = s->why;
		v = V_BROKEN;
	}
	log_line("%zu results wait for the next start",
		push_waiting(s->ebms.push));
	if (s->plan->sink)
		printf("posts=%" PRId64 " letters=%" PRId64 "\n", s->posts,
			s->letters);
	return v;
}

enum verdict
serve(const struct serve_plan *plan, struct fault *why)
{
	struct server *s = mem_zero(1, sizeof(*s));
	enum verdict v;

	log_name("mobbsim");
	s->plan = plan;
	s->room_fd = s->sim_fd = -1;
	s->inbox.fd = -1;
	s->ledger.fd = s->ledger.posts_fd = -1;
	s->ebms.ledger = &s->ledger;
	s->ebms.inbox = &s->inbox;
	s->questions.fd = s->ebms.senders_fd = -1;
	s->ebms.questions = &s->questions;
	s->ebms.sink = plan->sink;
	s->ebms.ends = &s->ends;
	s->troubles.state_fd = s->troubles.log_fd = -1;
	if (pthread_mutex_init(&s->lock, NULL) != 0)
		abort(); /* no memory, as everywhere (base/arena.h) */
	v = run(s, why);
	door_close(s->door);
	push_close(s->ebms.push);
	ends_close(&s->ends);
	if (s->ebms.troubles != NULL)
		troubles_end(&s->troubles);
	ledger_close(&s->ledger);
	questions_close(&s->questions);
	inbox_close(&s->inbox);
	if (s->ebms.senders_fd != -1)
		(void)close(s->ebms.senders_fd);
	if (s->ebms.schema != NULL)
		xml_schema_free(s->ebms.schema);
	subscribers_free(s->ebms.subscribers);
	settings_free(&s->settings);
	arena_done(&s->ebms.mem);
	arena_done(&s->mem);
	(void)pthread_mutex_destroy(&s->lock);
	if (s->sim_fd != -1)
		(void)close(s->sim_fd);
	if (s->room_fd != -1)
		(void)close(s->room_fd);
	free(s);
	return v;
}
