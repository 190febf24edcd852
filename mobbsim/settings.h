/* mobbsim/settings.h - sim.yaml: what the other side is told
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_SETTINGS_H
#define MOBBSIM_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* Paths are relative to the room, except `schema`. */
struct settings {
	char *listen; /* "127.0.0.1:28443" */
	char *oin;    /* of the other side */
	char **cpas; /* one for each sender; the first has our listener's OIN */
	size_t cpa_count;
	char *certificate, *key;	       /* as a server */
	char *client_certificate, *client_key; /* as a client */
	char *trust;
	char *schema;		 /* box-request.xsd */
	char *result_after_text; /* "2s", "0" */
	char *answer_after_text;
	int64_t result_after_ms, answer_after_ms; /* by settings_parse() */
	char **types;	   /* BerichtTypes that are registered */
	size_t type_count; /* 0: all are */
	int64_t max_body;
};

/* V_BROKEN with CODE_CONFIG.. and the place.  Free with settings_free(), also
 * after a failure.
 */
enum verdict settings_parse(const char *name, const char *text, size_t len,
	struct settings *settings_out, struct fault *why);
void settings_free(struct settings *settings);

#endif
