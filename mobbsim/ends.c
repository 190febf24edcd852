/* mobbsim/ends.c - see mobbsim/ends.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "mobbsim/ends.h"

static const struct {
	const char *word;
	bool server_only;
} odd[ENDS_EXTRA] = { { "foreign", false }, { "expired", false },
	{ "other-oin", false }, { "wrong-host", true }, { "revoked", false } };

static void
below(const char *dir, const char *path, char out[PATH_MAX])
{
	int n = path[0] == '/' ? snprintf(out, PATH_MAX, "%s", path)
			       : snprintf(out, PATH_MAX, "%s/%s", dir, path);

	/* One that does not fit is not found either. */
	if (n >= PATH_MAX)
		out[0] = '\0';
}

static enum verdict
open_one(const char *dir, const char *certificate, const char *key,
	const char *trust, bool server, struct line_end **out,
	struct fault *why)
{
	char paths[3][PATH_MAX];
	const struct line_keys keys = { paths[0], paths[1], paths[2] };

	below(dir, certificate, paths[0]);
	below(dir, key, paths[1]);
	below(dir, trust, paths[2]);
	return line_end_new(&keys, server, out, why);
}

static enum verdict
open_odd(const char *dir, size_t i, const char *trust, bool server,
	struct line_end **out, struct fault *why)
{
	char certificate[80], key[80];
	const char *role = server ? "server" : "client";

	snprintf(certificate, sizeof(certificate), "pki/extra/%s-%s.crt",
		odd[i].word, role);
	snprintf(key, sizeof(key), "pki/extra/%s-%s.key", odd[i].word, role);
	return open_one(dir, certificate, key, trust, server, out, why);
}

enum verdict
ends_open(struct ends *ends, const char *dir, const struct settings *s,
	bool extra, struct fault *why)
{
	enum verdict v;
	size_t i;

	v = open_one(dir, s->certificate, s->key, s->trust, true, &ends->server,
		why);
	if (v == V_OK)
		v = open_one(dir, s->client_certificate, s->client_key,
			s->trust, false, &ends->client, why);
	for (i = 0; v == V_OK && extra && i < ENDS_EXTRA; i++) {
		v = open_odd(dir, i, s->trust, true, &ends->odd_server[i], why);
		if (v == V_OK && !odd[i].server_only)
			v = open_odd(dir, i, s->trust, false,
				&ends->odd_client[i], why);
	}
	return v;
}

void
ends_close(struct ends *ends)
{
	size_t i;

	line_end_free(ends->server);
	line_end_free(ends->client);
	for (i = 0; i < ENDS_EXTRA; i++) {
		line_end_free(ends->odd_server[i]);
		line_end_free(ends->odd_client[i]);
	}
	*ends = (struct ends){ .server = NULL };
}

const struct line_end *
ends_odd(const struct ends *ends, const char *word, bool server)
{
	size_t i;

	for (i = 0; i < ENDS_EXTRA; i++)
		if (strcmp(odd[i].word, word) == 0)
			break;
	assert(i < ENDS_EXTRA);
	return server ? ends->odd_server[i] : ends->odd_client[i];
}
