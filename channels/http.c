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
#include "channels/http.h"
#include "channels/look.h"
#include "channels/tls.h"

#define ANSWER_BYTES_MAX ((size_t)1 << 20)
#define HEADERS_MAX 16
#define CONNECT_MS 30000L
#define STALL_MS 30000	 /* without a byte of progress, either way */
#define ANSWER_MS 120000 /* last byte written to first byte of the answer */
#define UPLOAD_BYTES 262144L
#define UPLOAD_BYTES_MIN 16384L

struct http {
	CURL *curl;
	char *trust, *certificate, *key, *oin;
	int64_t bytes_per_s, answer_ms;
	struct certificate ours;
	struct tls_check check;
	char error[CURL_ERROR_SIZE];
};

/* One post under way. */
struct post {
	const struct http_body *body;
	struct http_answer *answer;
	int64_t given;	 /* bytes of the body handed to libcurl */
	int64_t written; /* the most it said it wrote */
	int64_t heard;	 /* bytes of the answer, headers included */
	int64_t moved_ms, moved_bytes; /* last progress */
	int64_t answer_ms;
	bool began;	   /* a byte of the body was asked for */
	bool all_given;	   /* and once the last one */
	bool stalled, cut; /* ended by us: no progress; answer too large */
	enum verdict body_verdict;
	struct fault body_why;
};

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
	return CURL_SEEKFUNC_OK;
}

static size_t
take_header(char *bytes, size_t size, size_t count, void *self)
{
	struct post *post = self;

	(void)bytes;
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
	return post->stalled ? 1 : 0;
}

static CURLcode
set_context(CURL *curl, void *context, void *self)
{
	(void)curl;
	return tls_client(context, self) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
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
	SET(CURLOPT_ERRORBUFFER, http->error);
	SET(CURLOPT_PROTOCOLS_STR, "https");
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_TCP_NODELAY, 1L);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	SET(CURLOPT_UPLOAD_BUFFERSIZE, bytes);
	SET(CURLOPT_MAX_SEND_SPEED_LARGE, (curl_off_t)http->bytes_per_s);
	/* The last resort; watch() is nearer. */
	SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(CURLOPT_LOW_SPEED_TIME,
		(long)((http->answer_ms + STALL_MS) / 1000));
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSL_OPTIONS, (long)CURLSSLOPT_NO_PARTIALCHAIN);
	SET(CURLOPT_CAINFO, http->trust);
	SET(CURLOPT_CAPATH, NULL);
	SET(CURLOPT_SSLCERTTYPE, "PEM");
	SET(CURLOPT_SSLCERT, http->certificate);
	SET(CURLOPT_SSLKEYTYPE, "PEM");
	SET(CURLOPT_SSLKEY, http->key);
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
	return good;
}

/* With TLS 1.3 a certificate that the peer refuses shows as a broken pipe by
 * chance, so what can be known beforehand is checked beforehand.
 */
static enum verdict
check_dates(const struct http *http, struct fault *why)
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
	http->oin = peer->oin == NULL ? NULL : mem_text(peer->oin);
	http->bytes_per_s = peer->bytes_per_s;
	http->answer_ms = peer->answer_ms > 0 ? peer->answer_ms : ANSWER_MS;
	http->check = (struct tls_check){ .oin = http->oin, .alert = -1 };

	v = certificate_key(http->certificate, http->key, why);
	if (v == V_OK)
		v = certificate_look(http->certificate, &http->ours, why);
	if (v == V_OK)
		v = check_dates(http, why);
	if (v != V_OK)
		goto out;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		v = fault_set(why, V_BROKEN, CODE_BUG, "libcurl cannot start");
		goto out;
	}
	http->curl = curl_easy_init();
	if (http->curl == NULL || !settings(http)) {
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
	free(http);
}

void
http_answer_done(struct http_answer *answer)
{
	if (answer->body.bytes != NULL)
		buf_done(&answer->body);
}

/* The request did not leave whole. */
static enum verdict
not_written(const struct http *http, CURLcode code, const char *text,
	struct fault *why)
{
	bool tls = code == CURLE_SSL_CONNECT_ERROR ||
		   code == CURLE_PEER_FAILED_VERIFICATION ||
		   code == CURLE_SSL_CIPHER || code == CURLE_SSL_ISSUER_ERROR ||
		   code == CURLE_SSL_INVALIDCERTSTATUS;
	bool connect = code == CURLE_COULDNT_CONNECT ||
		       code == CURLE_COULDNT_RESOLVE_HOST;

	if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
		return fault_set(why, V_BROKEN, CODE_CONNECT,
			"no address we can post to: %s", text);
	if (code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE)
		return fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"our certificates cannot be used: %s", text);
	if (http->check.oin_wrong)
		return fault_set(why, V_LATER, CODE_PEER_OIN,
			"peer's certificate does not carry OIN %s", http->oin);
	if (tls_alert_certificate(http->check.alert))
		return fault_set(why, V_LATER, CODE_TLS,
			"peer refuses our certificate: %s",
			tls_alert_text(http->check.alert));
	return fault_set(why, V_LATER,
		tls	  ? CODE_TLS
		: connect ? CODE_CONNECT
			  : CODE_CUT,
		"not received: %s", text);
}

/* What a failed transfer means.  The peer's alert about our certificate comes
 * from its handshake: it never saw the request, even if all of it left.
 */
static enum verdict
failed(const struct http *http, const struct post *post, CURLcode code,
	bool all_written, struct fault *why)
{
	const char *text = post->stalled	    ? "no progress, given up"
			   : http->error[0] != '\0' ? http->error
						    : curl_easy_strerror(code);

	if (post->body_verdict != V_OK) {
		*why = post->body_why;
		return post->body_verdict == V_LATER ? V_LATER : V_NEVER;
	}
	if (!all_written ||
		(post->heard == 0 && tls_alert_certificate(http->check.alert)))
		return not_written(http, code, text, why);
	return fault_set(why, V_UNKNOWN,
		code == CURLE_WEIRD_SERVER_REPLY ||
				code == CURLE_UNSUPPORTED_PROTOCOL
			? CODE_ANSWER
			: CODE_CUT,
		"sent whole, no valid answer: %s", text);
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
post_settings(
	CURL *c, const char *url, struct curl_slist *headers, struct post *post)
{
	return curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
		       (curl_off_t)post->body->bytes) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_READDATA, post) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_SEEKDATA, post) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HEADERDATA, post) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEDATA, post) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_XFERINFODATA, post) == CURLE_OK;
}

enum verdict
http_post(struct http *http, const char *url, const char *const *headers,
	const struct http_body *body, struct http_answer *answer_out,
	struct fault *why)
{
	struct http_answer answer = { .body = BUF_MAX(ANSWER_BYTES_MAX) };
	struct post post = {
		.body = body, .answer = &answer, .answer_ms = http->answer_ms
	};
	struct curl_slist *list = NULL;
	curl_off_t written = 0;
	enum verdict v;
	CURLcode code;

	assert(body->bytes > 0);
	v = check_dates(http, why);
	if (v == V_OK && body->rewind != NULL &&
		body->rewind(body->self, why) != V_OK)
		v = V_NEVER;
	if (v != V_OK)
		return v;
	http->check.oin_wrong = false;
	http->check.alert = -1;
	http->error[0] = '\0';
	list = header_list(headers);
	if (list == NULL || !post_settings(http->curl, url, list, &post)) {
		v = fault_set(why, V_BROKEN, CODE_CONNECT,
			"no address we can post to");
		goto out;
	}
	code = curl_easy_perform(http->curl);
	(void)curl_easy_getinfo(http->curl, CURLINFO_SIZE_UPLOAD_T, &written);
	if (written > post.written)
		post.written = written;
	answer.all_written = post.written == body->bytes;
	if (code != CURLE_OK && !post.cut) {
		v = failed(http, &post, code,
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
