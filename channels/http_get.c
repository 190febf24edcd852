/* channels/http_get.c - fetch a public file; see channels/http.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "channels/http.h"
#include "channels/tls.h"

#define CONNECT_MS 30000L
#define REDIRECTS_MAX 3L

static size_t
take(char *bytes, size_t size, size_t count, void *self)
{
	struct buf *out = self;

	buf_add(out, bytes, size * count);
	return out->full ? 0 : size * count;
}

static bool
settings(CURL *c, const char *url, const char *proxy, int64_t seconds,
	char *error, struct buf *out)
{
	bool https = strncmp(url, "https:", 6) == 0, good = true;

#define SET(option, value)                                                     \
	good = curl_easy_setopt(c, option, value) == CURLE_OK && good
	SET(CURLOPT_URL, url);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_ERRORBUFFER, error);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, https ? "https" : "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 1L);
	SET(CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	SET(CURLOPT_PROXY, proxy == NULL ? "" : proxy);
	/* Whatever no_proxy in the environment says. */
	SET(CURLOPT_NOPROXY, "");
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	SET(CURLOPT_TIMEOUT, (long)seconds);
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)out->max);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_WRITEFUNCTION, take);
	SET(CURLOPT_WRITEDATA, out);
#undef SET
	return good;
}

static enum code
code_of(CURLcode code)
{
	switch ((int)code) {
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return CODE_CONNECT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return CODE_TLS;
	case CURLE_TOO_MANY_REDIRECTS:
		return CODE_HTTP;
	default:
		return CODE_CUT;
	}
}

enum verdict
http_get(const char *url, const char *proxy, int64_t seconds, struct buf *out,
	struct fault *why)
{
	char error[CURL_ERROR_SIZE] = "";
	enum verdict v = V_OK;
	CURL *curl = NULL;
	CURLcode code;
	long status = 0;

	assert(seconds > 0 && out->len == 0 && out->max > 0);
	tls_ignore_sigpipe();
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return fault_set(
			why, V_BROKEN, CODE_BUG, "libcurl cannot start");
	curl = curl_easy_init();
	if (curl == NULL || !settings(curl, url, proxy, seconds, error, out)) {
		v = fault_set(why, V_BROKEN, CODE_BUG,
			"libcurl lacks a setting we need");
		goto out;
	}
	code = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (out->full || code == CURLE_FILESIZE_EXCEEDED)
		v = fault_set(why, V_LATER, CODE_CUT,
			"more than %zu bytes are offered", out->max);
	else if (code != CURLE_OK)
		v = fault_set(why, V_LATER, code_of(code), "%s",
			error[0] != '\0' ? error : curl_easy_strerror(code));
	else if (status != 200)
		v = fault_set(
			why, V_LATER, CODE_HTTP, "HTTP status %ld", status);
out:
	curl_easy_cleanup(curl);
	curl_global_cleanup();
	if (v != V_OK) {
		fault_at(why, "%s", url);
		buf_reset(out);
		out->full = false;
	}
	return v;
}
