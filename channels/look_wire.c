/* channels/look_wire.c - small texts of the wire: durations, addresses, ids
 *
 * See channels/look.h.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "channels/look.h"

#define DURATION_MAX_MS ((int64_t)3660 * 86400 * 1000)
#define URL_MAX 1000
#define HOST_MAX 80
#define HOST_CHARS                                                             \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_"
#define ADDRESS_CHARS "0123456789abcdefABCDEF:." /* of IPv6 */

/* Months count as 30 days: retries and memory need no calendar. */
bool
look_duration(const char *text, int64_t *ms_out)
{
	static const struct {
		char unit;
		bool time;
		int64_t ms;
	} units[] = {
		{ 'Y', false, (int64_t)365 * 86400000 },
		{ 'M', false, (int64_t)30 * 86400000 },
		{ 'D', false, 86400000 },
		{ 'H', true, 3600000 },
		{ 'M', true, 60000 },
		{ 'S', true, 1000 },
	};
	const size_t count = sizeof(units) / sizeof(*units);
	int64_t total = 0, n, fraction, scale;
	bool time = false, any = false;
	size_t next = 0, digits;

	if (*text++ != 'P')
		return false;
	while (*text != '\0') {
		if (*text == 'T' && !time && text[1] != '\0') {
			time = true;
			text++;
			continue;
		}
		n = fraction = 0;
		scale = 1;
		digits = strspn(text, "0123456789");
		if (digits < 1 || digits > 9)
			return false;
		for (; digits > 0; digits--)
			n = n * 10 + (*text++ - '0');
		if (*text == '.') {
			digits = strspn(++text, "0123456789");
			if (digits < 1 || digits > 3)
				return false;
			for (; digits > 0; digits--, scale *= 10)
				fraction = fraction * 10 + (*text++ - '0');
			if (*text != 'S')
				return false;
		}
		while (next < count &&
			(units[next].unit != *text || units[next].time != time))
			next++;
		if (next == count)
			return false;
		if (n > DURATION_MAX_MS / units[next].ms)
			return false;
		total += n * units[next].ms + fraction * 1000 / scale;
		if (total > DURATION_MAX_MS)
			return false;
		next++;
		text++;
		any = true;
	}
	if (!any)
		return false;
	*ms_out = total;
	return true;
}

/* ":443" or nothing, up to the path. */
static bool
port_good(const char *port, const char *end)
{
	int64_t number = 0;

	if (port == end)
		return true;
	if (*port++ != ':' || end - port < 1 || end - port > 5)
		return false;
	for (; port < end; port++) {
		if (*port < '0' || *port > '9')
			return false;
		number = number * 10 + (*port - '0');
	}
	return number >= 1 && number <= 65535;
}

const char *
look_host(const char *url, bool plain_http, struct arena *mem)
{
	const char *host, *end, *c;
	bool in_brackets;
	size_t len;

	if (strncmp(url, "https://", 8) == 0)
		host = url + 8;
	else if (plain_http && strncmp(url, "http://", 7) == 0)
		host = url + 7;
	else
		return NULL;
	for (c = url; *c > ' ' && *c < 0x7f; c++)
		;
	if (*c != '\0' || strlen(url) > URL_MAX)
		return NULL;
	end = host + strcspn(host, "/?#");
	in_brackets = host[0] == '[';
	len = in_brackets ? 1 + strspn(host + 1, ADDRESS_CHARS)
			  : strspn(host, HOST_CHARS);
	if (in_brackets && (len == 1 || host[len++] != ']'))
		return NULL;
	if (len == 0 || len > HOST_MAX || !port_good(host + len, end))
		return NULL;
	return arena_text(mem, host, len);
}

bool
look_same_oin(const char *id, const char *oin)
{
	static const char *const suffixes[] = { "", "_O", "_T", "_A", "_OTA" };
	static const char type[] = "urn:osb:oin:";
	size_t len = strlen(oin), i;

	if (strncmp(id, type, sizeof(type) - 1) == 0)
		id += sizeof(type) - 1;
	if (strncmp(id, oin, len) != 0)
		return false;
	for (i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (strcmp(id + len, suffixes[i]) == 0)
			return true;
	return false;
}
