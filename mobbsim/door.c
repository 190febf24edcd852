/* mobbsim/door.c - see mobbsim/door.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "mobbsim/door.h"

#define CONNECTIONS_MAX 64
#define BACKLOG 64
#define TICK_MS 50
#define HANDSHAKE_MS 20000
#define IDLE_MS 60000 /* between requests */
#define CHUNK ((size_t)700)
#define AT_MAX 80
#define HEAD_MAX ((size_t)65536)

struct door {
	const struct door_hooks *hooks;
	char host[AT_MAX], port[8];
	atomic_int fd; /* -1: away; written by door_run()'s thread */
	int64_t max_body;
	int deadline_s;
	const atomic_bool *stop;
	pthread_mutex_t lock; /* of: */
	pthread_cond_t left;
	int connections;
};

/* One connection, of its thread. */
struct guest {
	struct door *door;
	int fd;
};

/* --- listening --- */

static enum verdict
listen_now(struct door *door, struct fault *why)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	const int one = 1;
	struct addrinfo *a = NULL;
	int fd = -1;

	if (getaddrinfo(door->host, door->port, &hints, &a) == 0) {
		fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd != -1 &&
			(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one,
				 sizeof(one)) == -1 ||
				bind(fd, a->ai_addr, a->ai_addrlen) == -1 ||
				listen(fd, BACKLOG) == -1)) {
			int number = errno;

			(void)close(fd);
			errno = number;
			fd = -1;
		}
		freeaddrinfo(a);
	}
	if (fd == -1) {
		(void)fault_errno(why, V_BROKEN, CODE_CONNECT, "cannot listen");
		fault_at(why, "%s:%s", door->host, door->port);
		return V_BROKEN;
	}
	door->fd = fd;
	return V_OK;
}

enum verdict
door_open(const char *at, int64_t max_body, int deadline_s,
	const struct door_hooks *hooks, struct door **door_out,
	struct fault *why)
{
	const char *colon = strrchr(at, ':');
	size_t len = colon == NULL ? 0 : (size_t)(colon - at);
	struct door *door;
	enum verdict v;

	if (len == 0 || len >= AT_MAX ||
		strlen(colon + 1) >= sizeof(door->port))
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"listen is an address and a port");
	door = mem_zero(1, sizeof(*door));
	memcpy(door->host, at, len);
	memcpy(door->port, colon + 1, strlen(colon + 1) + 1);
	door->hooks = hooks;
	door->max_body = max_body;
	door->deadline_s = deadline_s;
	door->fd = -1;
	if (pthread_mutex_init(&door->lock, NULL) != 0 ||
		pthread_cond_init(&door->left, NULL) != 0)
		abort(); /* no memory, as everywhere (base/arena.h) */
	v = listen_now(door, why);
	if (v == V_OK)
		*door_out = door;
	else
		door_close(door);
	return v;
}

void
door_away(struct door *door, bool away)
{
	struct fault why = FAULT_NONE;

	if (away && door->fd != -1) {
		(void)close(door->fd);
		door->fd = -1;
	} else if (!away && door->fd == -1 && listen_now(door, &why) != V_OK) {
		door->hooks->note(door->hooks->self, &why);
	}
}

void
door_close(struct door *door)
{
	if (door == NULL)
		return;
	if (door->fd != -1)
		(void)close(door->fd);
	(void)pthread_cond_destroy(&door->left);
	(void)pthread_mutex_destroy(&door->lock);
	free(door);
}

/* --- answers --- */

static const char *
reason_of(int status)
{
	static const struct {
		int status;
		const char *text;
	} known[] = { { 200, "OK" }, { 204, "No Content" },
		{ 400, "Bad Request" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" } };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].status == status)
			return known[i].text;
	return "Whatever";
}

static void
add_answer(const struct door_reply *reply, const struct door_manner *manner,
	bool closing, struct buf *out)
{
	int status = reply->status == 0 ? 204 : reply->status;
	bool body = status != 204 && status >= 200;
	int64_t i;

	buf_format(out, "HTTP/1.1 %d %s\r\n", status, reason_of(status));
	if (body && reply->body.len > 0)
		buf_format(out, "Content-Type: %s\r\n",
			reply->content_type != NULL ? reply->content_type
						    : "text/plain");
	if (reply->soap_action)
		buf_text(out, "SOAPAction: \"ebXML\"\r\n");
	if (manner->retry_after_s > 0)
		buf_format(out, "Retry-After: %" PRId64 "\r\n",
			manner->retry_after_s);
	/* Whoever follows is seen there. */
	if (status >= 300 && status < 400)
		buf_text(out, "Location: /elsewhere\r\n");
	for (i = 0; i < manner->odd_headers; i++)
		buf_format(out, "X-Odd-%" PRId64 ": \"?\", a=b;c\r\n", i);
	if (body && manner->chunked)
		buf_text(out, "Transfer-Encoding: chunked\r\n");
	else if (body)
		buf_format(out, "Content-Length: %zu\r\n", reply->body.len);
	buf_format(out, "Connection: %s\r\n\r\n",
		closing ? "close" : "keep-alive");
	if (body && manner->chunked)
		talk_chunks(&reply->body, CHUNK, out);
	else if (body)
		buf_add(out, reply->body.bytes, reply->body.len);
}

/* Sleep, but not beyond the end. */
static void
rest(const struct door *door, int64_t ms)
{
	int64_t until_ms = clock_tick_ms() + ms, left;

	while (!*door->stop && (left = until_ms - clock_tick_ms()) > 0)
		clock_sleep_ms(left < TICK_MS ? left : TICK_MS);
}

/* Nothing, until the other end gives up or the time is over. */
static void
keep_silent(struct talk *talk, int64_t wait_ms)
{
	struct fault unused;
	char byte;
	size_t n;

	line_wait(talk->line, wait_ms);
	while (line_read(talk->line, &byte, 1, &n, &unused) == V_OK)
		;
}

/* False: the connection is to be closed, or was reset. */
static bool
give_answer(struct door *door, struct talk *talk,
	const struct door_manner *manner, const struct door_reply *reply)
{
	struct buf out = BUF_MAX(
		reply->body.len + HEAD_MAX + reply->body.len / CHUNK * 16);
	bool closing = talk->close || *door->stop;
	struct fault why = FAULT_NONE;
	enum verdict v;

	if (manner->reset)
		line_reset(talk->line);
	else if (manner->silent)
		keep_silent(talk, manner->wait_ms);
	if (manner->reset || manner->silent)
		return false;
	rest(door, manner->wait_ms);
	/* After an answer that is none, nobody knows where the next begins. */
	closing |= reply->status >= 100 && reply->status < 200;
	add_answer(reply, manner, closing, &out);
	line_wait(talk->line,
		door->deadline_s * INT64_C(1000) + manner->write.over_ms);
	v = talk_write(talk->line, &out, &manner->write, &why);
	buf_done(&out);
	if (v != V_OK)
		line_reset(talk->line);
	return v == V_OK && !closing;
}

/* --- a connection --- */

static void
describe(const struct talk *talk, struct door_request *request)
{
	request->method = talk->method;
	request->path = talk->path;
	request->content_type = talk->content_type;
	request->soap_action = talk->soap_action;
	request->peer_oin = line_oin(talk->line);
	request->body = talk->body.bytes == NULL ? "" : talk->body.bytes;
	request->body_len = talk->body.len;
	request->bytes = (int64_t)talk->body.len;
	request->last_byte_ms = clock_now_ms();
}

static void
refuse(struct door *door, struct talk *talk, const struct fault *what)
{
	const struct door_manner plain = { .wait_ms = 0 };
	const struct door_reply reply = { .status = 400 };

	door->hooks->note(door->hooks->self, what);
	(void)give_answer(door, talk, &plain, &reply);
}

/* One request; false when the connection is to be closed. */
static bool
serve_one(struct door *door, struct talk *talk)
{
	const struct door_hooks *hooks = door->hooks;
	struct door_reply reply = { .body = BUF_MAX((size_t)1 << 30) };
	struct door_manner manner = { .wait_ms = 0 };
	struct fault why = FAULT_NONE;
	struct door_request request = { .bytes = 0 };
	bool again = false;
	enum verdict v;

	line_wait(talk->line, IDLE_MS);
	if (talk_await(talk, &why) != V_OK || door->fd == -1)
		return false;
	request.first_byte_ms = clock_now_ms();
	line_wait(talk->line, door->deadline_s * INT64_C(1000));
	v = talk_head(talk, true, &why);
	describe(talk, &request);
	if (v == V_OK) {
		hooks->head(hooks->self, &request, &manner);
		v = talk_body(talk, &manner.read, &why);
		describe(talk, &request);
	}
	if (v != V_OK) {
		hooks->broken(hooks->self, &request);
		if (v == V_SKIP)
			refuse(door, talk, &why);
		line_reset(talk->line);
		return false;
	}
	if (manner.reset_at_end)
		line_reset(talk->line);
	hooks->take(hooks->self, &request, &manner, &reply);
	if (!manner.reset_at_end)
		again = give_answer(door, talk, &manner, &reply);
	buf_done(&reply.body);
	return again;
}

static void
plain(int fd)
{
	static const char text[] = "HTTP/1.1 400 Bad Request\r\n"
				   "Content-Length: 0\r\n"
				   "Connection: close\r\n\r\n";

	(void)!write(fd, text, sizeof(text) - 1);
}

static void
reset(int fd)
{
	const struct linger none = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

/* Who is not let in; takes the socket. */
static void
turn_away(struct door *door, int fd, enum door_welcome how, int64_t stall_ms)
{
	if (how == DOOR_PLAIN)
		plain(fd);
	else if (how == DOOR_RESET)
		reset(fd);
	else
		rest(door, stall_ms);
	(void)close(fd);
}

static void
welcome(struct door *door, int fd)
{
	const struct door_hooks *hooks = door->hooks;
	const struct line_end *end = NULL;
	struct fault why = FAULT_NONE;
	struct line *line = NULL;
	int64_t stall_ms = 0;
	enum door_welcome how;
	struct talk talk;

	how = hooks->knock(hooks->self, &end, &stall_ms);
	if (how != DOOR_OPEN) {
		turn_away(door, fd, how, stall_ms);
		return;
	}
	if (line_accept(end, fd, HANDSHAKE_MS, door->stop, &line, &why) !=
		V_OK) {
		hooks->note(hooks->self, &why);
		return;
	}
	talk_open(&talk, line, door->max_body);
	while (serve_one(door, &talk))
		;
	talk_done(&talk);
	line_close(line);
}

static void *
guest_run(void *self)
{
	struct guest *guest = self;
	struct door *door = guest->door;

	welcome(door, guest->fd);
	free(guest);
	(void)pthread_mutex_lock(&door->lock);
	door->connections--;
	(void)pthread_cond_signal(&door->left);
	(void)pthread_mutex_unlock(&door->lock);
	return NULL;
}

static void
let_in(struct door *door, int fd)
{
	struct guest *guest = mem_zero(1, sizeof(*guest));
	pthread_t thread;

	*guest = (struct guest){ door, fd };
	(void)pthread_mutex_lock(&door->lock);
	if (door->connections < CONNECTIONS_MAX &&
		pthread_create(&thread, NULL, guest_run, guest) == 0) {
		door->connections++;
		(void)pthread_detach(thread);
		guest = NULL;
	}
	(void)pthread_mutex_unlock(&door->lock);
	if (guest != NULL) {
		(void)close(fd);
		free(guest);
	}
}

enum verdict
door_run(struct door *door, const atomic_bool *stop, struct fault *why)
{
	door->stop = stop;
	while (!*stop) {
		struct pollfd wait = { .fd = door->fd, .events = POLLIN };
		int fd;

		/* Away: poll() passes over a negative descriptor. */
		if (poll(&wait, 1, TICK_MS) == 1 && wait.revents != 0) {
			fd = accept(door->fd, NULL, NULL);
			if (fd != -1)
				let_in(door, fd);
			else if (errno == EBADF || errno == EINVAL)
				return fault_errno(why, V_BROKEN, CODE_CONNECT,
					"listening");
		}
		door->hooks->tick(door->hooks->self);
	}
	(void)pthread_mutex_lock(&door->lock);
	while (door->connections > 0)
		(void)pthread_cond_wait(&door->left, &door->lock);
	(void)pthread_mutex_unlock(&door->lock);
	return V_OK;
}
