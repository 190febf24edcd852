/* base/log.c - see base/log.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define LINE_MAX_BYTES 1024

static const char *who = "mobbd"; /* the log target: the one global */

void
log_name(const char *name)
{
	who = name;
}

void
log_line(const char *fmt, ...)
{
	char line[LINE_MAX_BYTES], at[CLOCK_TEXT_MAX];
	va_list ap;
	size_t n, i;

	clock_local(clock_now_ms(), at);
	snprintf(line, sizeof(line) - 1, "%s %s: ", at, who);
	n = strlen(line);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(line) - 1 - n, fmt, ap);
	va_end(ap);
	n = strlen(line);
	/* What strangers wrote may be in here: no second line, no escapes. */
	for (i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[n++] = '\n';
	/* One write, so that lines of two roles do not mix. */
	if (write(STDERR_FILENO, line, n) == -1)
		return;
}

void
log_fault(const struct fault *why)
{
	log_line("MOBB-%04d %s%s%s", (int)why->code, why->place,
		why->place[0] == '\0' ? "" : ": ", why->text);
}
