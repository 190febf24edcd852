/* tests/channels/shared.h - official schemas and examples, where present
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_CHANNELS_SHARED_H
#define TESTS_CHANNELS_SHARED_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/xml.h"

static inline const char *
shared_path(const char *name, char path[400])
{
	const char *root = getenv("MOBB_SHARED");

	snprintf(path, 400, "%s/%s", root != NULL ? root : "../shared", name);
	return path;
}

static inline bool
shared_text(const char *name, struct buf *text)
{
	struct fault why;
	char path[400];

	buf_reset(text);
	return file_get(AT_FDCWD, shared_path(name, path), text, &why) == V_OK;
}

/* 1 valid, 0 not valid (and says why), -1: no schema here. */
static inline int
shared_valid(const char *schema, const void *bytes, size_t len)
{
	struct xml_schema *judge = NULL;
	struct fault why;
	char path[400];
	int valid;

	if (xml_schema_load(shared_path(schema, path), &judge, &why) != V_OK)
		return -1;
	valid = xml_schema_check(judge, bytes, len, &why) == V_OK;
	if (!valid)
		printf("# %s: %s\n", why.place, why.text);
	xml_schema_free(judge);
	return valid;
}

#endif
