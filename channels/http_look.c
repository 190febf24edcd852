/* channels/http_look.c - see channels/http_look.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "channels/http_look.h"

#define DATE_MAX 60 /* "Fri, 27 Nov 2026 20:05:00 GMT" has 29 */

void
http_look_date(const char *line, size_t len, int64_t *ms_out)
{
	char text[DATE_MAX];
	time_t seconds;

	if (len < 5 || len >= sizeof(text) ||
		strncasecmp(line, "Date:", 5) != 0)
		return;
	memcpy(text, line + 5, len - 5);
	text[len - 5] = '\0';
	seconds = curl_getdate(text, NULL);
	if (seconds > 0)
		*ms_out = (int64_t)seconds * 1000;
}

/* libcurl's clock of the request: microseconds since its begin, 0 when it did
 * not get so far.
 */
static curl_off_t
point(CURL *curl, CURLINFO which)
{
	curl_off_t us = 0;

	(void)curl_easy_getinfo(curl, which, &us);
	return us;
}

static int64_t
between(curl_off_t from_us, curl_off_t to_us)
{
	return to_us <= 0 || to_us < from_us ? -1 : (to_us - from_us) / 1000;
}

void
http_look(void *curl, int64_t date_ms, struct http_seen *out)
{
	curl_off_t found = point(curl, CURLINFO_NAMELOOKUP_TIME_T);
	curl_off_t connected = point(curl, CURLINFO_CONNECT_TIME_T);
	curl_off_t secured = point(curl, CURLINFO_APPCONNECT_TIME_T);
	curl_off_t ready = point(curl, CURLINFO_PRETRANSFER_TIME_T);
	long status = 0, proxy = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(curl, CURLINFO_HTTP_CONNECTCODE, &proxy);
	*out = (struct http_seen){
		.connected = ready > 0,
		.connect_ms = between(found, connected),
		.tls_ms = between(connected, secured),
		.answer_ms = between(
			ready, point(curl, CURLINFO_STARTTRANSFER_TIME_T)),
		.proxy_status = (int)proxy,
		.status = (int)status,
		.date_ms = date_ms,
	};
	if (status == 0)
		out->answer_ms = -1;
}
