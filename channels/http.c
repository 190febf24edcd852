/* channels/http.c - see channels/http.h
 *
 * libcurl gives no answer to the one question that matters here: did the last
 * byte leave?  It counts what it wrote, and that count is compared with the
 * length promised.  libcurl also repeats a request by itself when a reused
 * connection turns out to be dead; that is welcome as long as the request was
 * not written whole, and refused after that (seek_body), because then it would
 * be a second post that nobody counted.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/arena.h"
#include "base/clock.h"
#include "channels/http_in.h"
#include "channels/http_look.h"

#define ANSWER_BYTES_MAX ((size_t)1 << 20)
#define HEADERS_MAX 16
#define CONNECT_MS 30000L
#define STALL_MS 30000	    /* without a byte of progress, either way */
#define ANSWER_MS 120000    /* last byte written to first byte of the answer */
#define STOP_ANSWER_MS 1500 /* the same, once we are to stop */
#define UPLOAD_BYTES 65536L /* handed to TLS at a time */
#define UPLOAD_BYTES_MIN 16384L

static size_t
read_body(char *bytes, size_t size, size_t count, void *self)
{
	struct post *post = self;
	int64_t left = post->body->bytes - post->given;
	size_t len = 0, want = size * count;

	if (!post->began) {
		post->began = true;
		post->moved_ms = clock_tick_ms();
	}
	if (left == 0)
		return 0;
	if ((int64_t)want > left)
		want = (size_t)left;
	post->body_verdict = post->body->read(
		post->body->self, bytes, want, &len, &post->body_why);
	if (post->body_verdict == V_OK && len == 0)
		post->body_verdict = fault_set(&post->body_why, V_NEVER,
			CODE_BUG, "body ends before its length");
	if (post->body_verdict != V_OK)
		return CURL_READFUNC_ABORT;
	assert(len <= want);
	post->given += (int64_t)len;
	if (post->given == post->body->bytes)
		post->all_given = true;
	return len;
}

static int
seek_body(void *self, curl_off_t offset, int origin)
{
	struct post *post = self;

	if (offset != 0 || origin != SEEK_SET || post->all_given ||
		post->body->rewind == NULL)
		return CURL_SEEKFUNC_FAIL;
	post->body_verdict =
		post->body->rewind(post->body->self, &post->body_why);
	if (post->body_verdict != V_OK)
		return CURL_SEEKFUNC_FAIL;
	post->given = 0;
	post->began = false;
	return CURL_SEEKFUNC_OK;
}

static size_t
take_header(char *bytes, size_t size, size_t count, void *self)
{
	struct post *post = self;

	http_look_date(bytes, size * count, &post->date_ms);
	post->heard += (int64_t)(size * count);
	return size * count;
}

static size_t
take_answer(char *bytes, size_t size, size_t count, void *self)
{
	struct post *post = self;
	struct buf *to = &post->answer->body;
	size_t len = size * count;

	post->heard += (int64_t)len;
	if (len > to->max - to->len) {
		buf_add(to, bytes, to->max - to->len);
		post->cut = true;
		return 0;
	}
	buf_add(to, bytes, len);
	return len;
}

/* We are to stop: what has not left whole is dropped, an answer gets a moment
 * more, so that less is unknown.
 */
static bool
stop_now(struct post *post, curl_off_t up, int64_t now_ms)
{
	if (post->stop == NULL || !*post->stop)
		return false;
	if (post->stop_ms == 0)
		post->stop_ms = now_ms;
	return up < post->body->bytes ||
	       now_ms - post->stop_ms > STOP_ANSWER_MS;
}

/* Called at least once a second: end what makes no progress. */
static int
watch(void *self, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
	curl_off_t up)
{
	struct post *post = self;
	int64_t now_ms = clock_tick_ms(), limit_ms = STALL_MS;

	(void)down_total;
	(void)down;
	(void)up_total;
	if (up > post->written)
		post->written = up;
	if (up + post->heard != post->moved_bytes) {
		post->moved_bytes = up + post->heard;
		post->moved_ms = now_ms;
	}
	if (up == post->body->bytes && post->heard == 0)
		limit_ms = post->answer_ms;
	if (post->began && now_ms - post->moved_ms > limit_ms)
		post->stalled = true;
	post->stopped = stop_now(post, up, now_ms);
	return post->stalled || post->stopped ? 1 : 0;
}

static CURLcode
set_context(CURL *curl, void *context, void *self)
{
	(void)curl;
	return tls_client(context, self) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

/* By what way, whatever http_proxy and no_proxy in the environment say. */
static bool
proxy_settings(const struct http *http)
{
	CURL *c = http->curl;

	if (curl_easy_setopt(c, CURLOPT_PROXY,
		    http->proxy == NULL ? "" : http->proxy) != CURLE_OK ||
		curl_easy_setopt(c, CURLOPT_NOPROXY, "") != CURLE_OK)
		return false;
	if (http->proxy == NULL)
		return true;
	/* Headers of its own answer are not the peer's. */
	return curl_easy_setopt(c, CURLOPT_HTTPPROXYTUNNEL, 1L) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) ==
		       CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROXYAUTH,
		       (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST)) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROXYUSERNAME, http->proxy_user) ==
		       CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROXYPASSWORD,
		       http->proxy_password) == CURLE_OK;
}

/* Settings that hold for every post. */
static bool
settings(struct http *http)
{
	long bytes = UPLOAD_BYTES;
	CURL *c = http->curl;
	bool good = true;

	/* A slow line in large pieces would look like a stall. */
	while (http->bytes_per_s > 0 && bytes > UPLOAD_BYTES_MIN &&
		bytes > http->bytes_per_s / 4)
		bytes /= 2;
#define SET(option, value)                                                     \
	good = curl_easy_setopt(c, option, value) == CURLE_OK && good
	SET(CURLOPT_NOSIGNAL, 1L);
	/* A name server that says nothing must not hold us up at the end. */
	SET(CURLOPT_QUICK_EXIT, 1L);
	SET(CURLOPT_ERRORBUFFER, http->error);
	SET(CURLOPT_PROTOCOLS_STR, http->plain ? "http,https" : "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_TCP_NODELAY, 1L);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_UPLOAD_BUFFERSIZE, bytes);
	SET(CURLOPT_MAX_SEND_SPEED_LARGE, (curl_off_t)http->bytes_per_s);
	SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSL_OPTIONS, (long)CURLSSLOPT_NO_PARTIALCHAIN);
	SET(CURLOPT_CAINFO, http->trust);
	/* A store that is kept would keep old revocation lists too. */
	SET(CURLOPT_CA_CACHE_TIMEOUT, 0L);
	SET(CURLOPT_CAPATH, NULL);
	SET(CURLOPT_SSLCERTTYPE, "PEM");
	SET(CURLOPT_SSLCERT, http->certificate);
	SET(CURLOPT_SSLKEYTYPE, "PEM");
	SET(CURLOPT_SSLKEY, http->key);
	/* A session that is resumed would not be checked again. */
	SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
	SET(CURLOPT_SSL_CTX_FUNCTION, set_context);
	SET(CURLOPT_SSL_CTX_DATA, &http->check);
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_READFUNCTION, read_body);
	SET(CURLOPT_SEEKFUNCTION, seek_body);
	SET(CURLOPT_HEADERFUNCTION, take_header);
	SET(CURLOPT_WRITEFUNCTION, take_answer);
	SET(CURLOPT_XFERINFOFUNCTION, watch);
#undef SET
	return good && proxy_settings(http);
}

/* libcurl's end of it, with no connection yet. */
static bool
begin(struct http *http)
{
	http->curl = curl_easy_init();
	return http->curl != NULL && settings(http);
}

/* With TLS 1.3 a certificate that the peer refuses shows as a broken pipe by
 * chance, so what can be known beforehand is checked beforehand.
 */
enum verdict
http_check(const struct http *http, struct fault *why)
{
	int64_t now_ms = clock_now_ms();
	enum verdict v;

	if (now_ms >= http->ours.start_ms && now_ms <= http->ours.end_ms)
		return V_OK;
	v = fault_set(why, V_BROKEN, CODE_CERTIFICATE,
		now_ms > http->ours.end_ms
			? "our certificate has expired"
			: "our certificate is not yet valid");
	fault_at(why, "%s", http->certificate);
	return v;
}

void
http_patience(struct http *http, int64_t connect_ms, int64_t answer_ms)
{
	http->connect_ms = connect_ms > 0 ? connect_ms : CONNECT_MS;
	http->answer_ms = answer_ms > 0 ? answer_ms : http->answer_usual_ms;
}

static char *
text_or_null(const char *text)
{
	return text == NULL ? NULL : mem_text(text);
}

enum verdict
http_open(
	const struct http_peer *peer, struct http **http_out, struct fault *why)
{
	struct http *http = mem_zero(1, sizeof(*http));
	enum verdict v;

	assert(peer->trust != NULL && peer->certificate != NULL &&
		peer->key != NULL);
	tls_ignore_sigpipe();
	http->trust = mem_text(peer->trust);
	http->certificate = mem_text(peer->certificate);
	http->key = mem_text(peer->key);
	http->oin = text_or_null(peer->oin);
	http->proxy = text_or_null(peer->proxy);
	http->proxy_user = text_or_null(peer->proxy_user);
	http->proxy_password = text_or_null(peer->proxy_password);
	http->plain = peer->plain;
	http->stop = peer->stop;
	http->bytes_per_s = peer->bytes_per_s;
	http->answer_usual_ms =
		peer->answer_ms > 0 ? peer->answer_ms : ANSWER_MS;
	http_patience(http, 0, 0);
	http->crl_folder = text_or_null(peer->crl_folder);
	http->check = (struct tls_check){ .peer = peer->peer,
		.oin = http->oin,
		.gateways = peer->gateways,
		.gateway_count = peer->gateway_count,
		.exact = peer->exact,
		.exact_count = peer->exact_count,
		.production = jobs_production(peer->environment),
		.crl_folder = http->crl_folder,
		.crl_require = peer->crl_require,
		.alert = -1 };

	v = certificate_key(http->certificate, http->key, why);
	if (v == V_OK)
		v = certificate_look(http->certificate, &http->ours, why);
	if (v == V_OK && certificate_fit(&http->ours, CERTIFICATE_CLIENT,
				 peer->environment, why) == V_BROKEN) {
		fault_at(why, "%s", http->certificate);
		v = V_BROKEN;
	}
	if (v == V_OK)
		v = http_check(http, why);
	if (v != V_OK)
		goto out;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		v = fault_set(why, V_BROKEN, CODE_BUG, "libcurl cannot start");
		goto out;
	}
	if (!begin(http)) {
		v = fault_set(why, V_BROKEN, CODE_BUG,
			"libcurl lacks a setting we need");
		if (http->curl == NULL)
			curl_global_cleanup();
		goto out;
	}
	*http_out = http;
	http = NULL;
out:
	http_close(http);
	return v;
}

void
http_close(struct http *http)
{
	if (http == NULL)
		return;
	if (http->curl != NULL) {
		curl_easy_cleanup(http->curl);
		curl_global_cleanup();
	}
	free(http->trust);
	free(http->certificate);
	free(http->key);
	free(http->oin);
	free(http->crl_folder);
	free(http->proxy);
	free(http->proxy_user);
	free(http->proxy_password);
	tls_check_done(&http->check);
	free(http);
}

bool
http_doubt(struct http *http, struct fault *what_out)
{
	return tls_check_doubt(&http->check, clock_tick_ms(), what_out);
}

void
http_answer_done(struct http_answer *answer)
{
	if (answer->body.bytes != NULL)
		buf_done(&answer->body);
}

static void
take_info(CURL *curl, struct http_answer *answer)
{
	curl_off_t after = 0;
	const char *type = NULL;
	long status = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	(void)curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &after);
	answer->status = (int)status;
	answer->retry_after_s = after > 0 ? after : -1;
	snprintf(answer->content_type, sizeof(answer->content_type), "%s",
		type != NULL ? type : "");
}

/* We never ask for another protocol: a peer that changes it, and then says no
 * more in ours, has answered.
 */
static bool
is_final_101(const struct http *http, const struct http_answer *answer)
{
	long status = 0;

	(void)curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
	return status == 101 && answer->all_written;
}

static struct curl_slist *
header_list(const char *const *headers)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:"), *more;
	int count = 0;

	for (; headers != NULL && *headers != NULL; headers++) {
		assert(++count <= HEADERS_MAX);
		assert(strpbrk(*headers, "\r\n") == NULL);
		more = list == NULL ? NULL : curl_slist_append(list, *headers);
		if (more == NULL)
			break;
		list = more;
	}
	return list;
}

static bool
post_settings(const struct http *http, const char *url,
	struct curl_slist *headers, struct post *post)
{
	CURL *c = http->curl;
	long head = post->body->bytes == 0, most_ms = 0;

	/* Nothing of a HEAD moves by which watch() could tell. */
	if (head)
		most_ms = (long)(http->connect_ms + http->answer_ms);
	return curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_NOBODY, head) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, head) == CURLE_OK &&
	       (head || curl_easy_setopt(c, CURLOPT_POST, 1L) == CURLE_OK) &&
	       curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, most_ms) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
		       (long)http->connect_ms) == CURLE_OK &&
	       /* The last resort; watch() is nearer. */
	       curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME,
		       (long)((http->answer_ms + STALL_MS) / 1000)) ==
		       CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
		       (curl_off_t)post->body->bytes) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_READDATA, post) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_SEEKDATA, post) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HEADERDATA, post) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEDATA, post) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_XFERINFODATA, post) == CURLE_OK;
}

/* Other revocation lists: what is open was judged by the old ones, and libcurl
 * would come back to it.
 */
static void
renew(struct http *http)
{
	if (!tls_check_begin(&http->check, clock_tick_ms()))
		return;
	curl_easy_cleanup(http->curl);
	if (!begin(http))
		abort(); /* no memory, as everywhere (base/arena.h) */
}

static enum verdict
request(struct http *http, const char *url, const char *const *headers,
	const struct http_body *body, struct http_answer *answer_out,
	struct fault *why)
{
	struct http_answer answer = { .body = BUF_MAX(ANSWER_BYTES_MAX) };
	struct post post = { .body = body,
		.answer = &answer,
		.answer_ms = http->answer_ms,
		.stop = http->stop };
	struct curl_slist *list = NULL;
	curl_off_t written = 0;
	enum verdict v;
	CURLcode code;

	http->seen = HTTP_SEEN_NONE;
	v = http_check(http, why);
	if (v == V_OK && body->rewind != NULL &&
		body->rewind(body->self, why) != V_OK)
		v = V_NEVER;
	if (v != V_OK)
		return v;
	renew(http);
	http->error[0] = '\0';
	list = header_list(headers);
	if (list == NULL || !post_settings(http, url, list, &post)) {
		v = fault_set(why, V_BROKEN, CODE_CONNECT,
			"no address we can post to");
		goto out;
	}
	code = curl_easy_perform(http->curl);
	http_look(http->curl, post.date_ms, &http->seen);
	(void)curl_easy_getinfo(http->curl, CURLINFO_SIZE_UPLOAD_T, &written);
	if (written > post.written)
		post.written = written;
	answer.all_written = body->bytes > 0 && post.written == body->bytes;
	answer.cut = post.cut;
	if (code != CURLE_OK && !post.cut && !is_final_101(http, &answer)) {
		v = http_failed(http, &post, (int)code,
			answer.all_written || code == CURLE_SEND_FAIL_REWIND,
			why);
		goto out;
	}
	take_info(http->curl, &answer);
	*answer_out = answer;
	answer.body = BUF_MAX(ANSWER_BYTES_MAX);
out:
	buf_done(&answer.body);
	curl_slist_free_all(list);
	return v;
}

enum verdict
http_post(struct http *http, const char *url, const char *const *headers,
	const struct http_body *body, struct http_answer *answer_out,
	struct fault *why)
{
	assert(body->bytes > 0);
	return request(http, url, headers, body, answer_out, why);
}

enum verdict
http_head(struct http *http, const char *url, struct fault *why)
{
	const struct http_body none = { .bytes = 0 };
	struct http_answer answer;
	enum verdict v = request(http, url, NULL, &none, &answer, why);

	if (v == V_OK)
		http_answer_done(&answer);
	return v;
}

void
http_seen(const struct http *http, struct http_seen *out)
{
	*out = http->seen;
	out->tls = http->check.seen;
	if (tls_alert_certificate(http->check.alert))
		out->alert = tls_alert_text(http->check.alert);
}
