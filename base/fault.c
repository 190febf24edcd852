/* base/fault.c - see base/fault.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"

enum verdict
fault_set(
	struct fault *why, enum verdict v, enum code code, const char *fmt, ...)
{
	va_list ap;

	assert(v != V_OK);
	why->code = code;
	why->place[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return v;
}

enum verdict
fault_errno(
	struct fault *why, enum verdict v, enum code code, const char *fmt, ...)
{
	int saved = errno;
	size_t used;
	va_list ap;

	assert(v != V_OK);
	why->code = code;
	why->place[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);

	used = strlen(why->text);
	snprintf(why->text + used, sizeof(why->text) - used, ": %s",
		strerror(saved));
	if (saved == ENOSPC || saved == EDQUOT) {
		why->code = CODE_DISK_FULL;
		if (v == V_BROKEN)
			v = V_LATER;
	}
	return v;
}

void
fault_at(struct fault *why, const char *fmt, ...)
{
	va_list ap;

	if (why->place[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(why->place, sizeof(why->place), fmt, ap);
	va_end(ap);
}
