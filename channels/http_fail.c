/* channels/http_fail.c - what a request that failed means; see channels/http.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <curl/curl.h>

#include "channels/http_in.h"

_Static_assert(CURL_ERROR_SIZE <= HTTP_ERROR_MAX, "libcurl writes so much");

/* Did we get no further than the proxy?  Its answer, 0 when it gave none. */
static bool
proxy_failed(const struct http *http, const struct post *post, long *said_out)
{
	long said = 0;

	if (http->proxy == NULL || post->began)
		return false;
	(void)curl_easy_getinfo(http->curl, CURLINFO_HTTP_CONNECTCODE, &said);
	if (said >= 200 && said < 300)
		return false;
	*said_out = said;
	return true;
}

/* The way was not there, or was not what it should be. */
static enum verdict
no_way(const struct http *http, const struct post *post, int code,
	const char *text, struct fault *why)
{
	bool tls = code == CURLE_SSL_CONNECT_ERROR ||
		   code == CURLE_PEER_FAILED_VERIFICATION ||
		   code == CURLE_SSL_CIPHER || code == CURLE_SSL_ISSUER_ERROR ||
		   code == CURLE_SSL_INVALIDCERTSTATUS;
	long said = 0;

	if (!proxy_failed(http, post, &said))
		return fault_set(why, V_LATER,
			tls	       ? CODE_TLS
			: !post->began ? CODE_CONNECT
				       : CODE_CUT,
			"not received: %s", text);
	if (said != 0)
		(void)fault_set(why, V_LATER, CODE_PROXY,
			"the proxy answers %ld%s", said,
			said != 407		   ? ""
			: http->proxy_user == NULL ? ", it wants a name "
						     "and password"
						   : ", it refuses our "
						     "name and password");
	else
		(void)fault_set(why, V_LATER, CODE_PROXY,
			"no way through the proxy: %s", text);
	fault_at(why, "%s", http->proxy);
	return V_LATER;
}

/* The request did not leave whole. */
static enum verdict
not_written(const struct http *http, const struct post *post, int code,
	const char *text, struct fault *why)
{
	if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
		return fault_set(why, V_BROKEN, CODE_CONNECT,
			"no address we can post to: %s", text);
	if (code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE)
		return fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"our certificates cannot be used: %s", text);
	if (tls_check_fault(&http->check, why))
		return V_LATER;
	if (tls_alert_certificate(http->check.alert))
		return fault_set(why, V_LATER, CODE_TLS,
			"peer refuses our certificate: %s",
			tls_alert_text(http->check.alert));
	return no_way(http, post, code, text, why);
}

/* What a failed transfer means.  The peer's alert about our certificate comes
 * from its handshake: it never saw the request, even if all of it left.
 */
enum verdict
http_failed(const struct http *http, const struct post *post, int code,
	bool all_written, struct fault *why)
{
	const char *text = post->stopped   ? "we were told to stop"
			   : post->stalled ? "no progress, given up"
			   : http->error[0] != '\0'
				   ? http->error
				   : curl_easy_strerror((CURLcode)code);

	if (post->body_verdict != V_OK) {
		*why = post->body_why;
		return post->body_verdict == V_LATER ? V_LATER : V_NEVER;
	}
	if (!all_written ||
		(post->heard == 0 && tls_alert_certificate(http->check.alert)))
		return not_written(http, post, code, text, why);
	return fault_set(why, V_UNKNOWN,
		code == CURLE_WEIRD_SERVER_REPLY ||
				code == CURLE_UNSUPPORTED_PROTOCOL
			? CODE_ANSWER
			: CODE_CUT,
		"sent whole, no valid answer: %s", text);
}
