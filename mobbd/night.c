/* mobbd/night.c - see mobbd/night.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE /* F_DUPFD_CLOEXEC */
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "batch/advice.h"
#include "mobbd/night.h"

#define NEEDS_MAILED 20 /* the others are counted */
#define LINE_MAX_BYTES 1024
#define EXIT_DATABASE 6
#define EXIT_BUSY 11 /* mobbd(8), EXIT STATUS */
#define EXIT_OPEN 12
#define EXIT_ATTENTION 3

enum verdict
night_open(struct night *night, const char *file, int64_t until_ms,
	struct fault *why)
{
	int log;

	*night = (struct night){
		.file = file, .mail = -1, .until_ms = until_ms
	};
	if (file == NULL)
		return V_OK;
	log = open(file, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_CLOEXEC,
		0640);
	if (log == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "log %.200s", file);
	night->mail = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (night->mail == -1 || dup2(log, STDERR_FILENO) == -1) {
		(void)close(log);
		return fault_errno(why, V_BROKEN, CODE_IO, "log %.200s", file);
	}
	(void)close(log);
	return V_OK;
}

bool
night_goes_on(const struct night *night)
{
	return night->until_ms == 0 || clock_now_ms() < night->until_ms;
}

/* One line of the mail; what strangers wrote may be in it. */
__attribute__((format(printf, 2, 3))) static void
mail(const struct night *night, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	va_list ap;
	size_t n, i;

	if (night->mail == -1)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	n = strlen(line);
	for (i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[n++] = '\n';
	if (write(night->mail, line, n) == -1)
		return;
}

void
night_failed(struct night *night, const struct fault *why)
{
	const struct advice *a = advice_find((int)why->code);

	night->told = true;
	if (a != NULL && a->exit == EXIT_BUSY)
		return;
	mail(night, "MOBB-%04d %s%s%s", (int)why->code, why->place,
		why->place[0] == '\0' ? "" : ": ", why->text);
	if (a != NULL)
		mail(night, "what to do: %s", a->todo);
}

static void
mail_needs(struct night *night, struct site *site)
{
	struct fault why = FAULT_NONE;
	struct need *needs;
	size_t count, i;

	if (store_needs(site->store, &site->jobs, clock_now_ms(), &site->mem,
		    &needs, &count, &why) != V_OK) {
		night_failed(night, &why);
		return;
	}
	for (i = 0; i < count && i < NEEDS_MAILED; i++) {
		const struct need *n = &needs[i];
		bool of_job = n->job[0] != '\0' && strcmp(n->name, n->job) != 0;

		mail(night, "%s %s%s%s: %s (MOBB-%04d)", n->what, n->name,
			of_job ? " of " : "", of_job ? n->job : "", n->text,
			(int)n->code);
		mail(night, "    %s", n->todo);
	}
	if (count > NEEDS_MAILED)
		mail(night, "and %zu more: mobbjob needs",
			count - NEEDS_MAILED);
}

static void
add(char *text, size_t size, int64_t count, const char *what)
{
	size_t n = strlen(text);

	if (count > 0)
		snprintf(text + n, size - n, "%s%" PRId64 " %s",
			n == 0 ? "" : ", ", count, what);
}

/* What did not fit in is mailed; what only waits for a result is no news. */
static void
tell_left(const struct night *night, struct site *site)
{
	struct fault why = FAULT_NONE;
	char text[300] = "";
	struct left left;

	if (store_left(site->store, &left, &why) != V_OK) {
		log_fault(&why);
		return;
	}
	add(text, sizeof(text), left.files, "files in the making");
	add(text, sizeof(text), left.box, "letters for the box");
	add(text, sizeof(text), left.paper, "letters for paper");
	add(text, sizeof(text), left.results, "letters without a result");
	add(text, sizeof(text), left.held, "jobs that wait for a person");
	if (text[0] == '\0')
		return;
	log_line("left: %s", text);
	if (night->until_ms != 0 && left.files + left.box > 0)
		mail(night, "left for the next run: %s", text);
}

void
night_end(struct night *night, struct site *site, int code)
{
	if (!night->told && code != 0 && code != EXIT_ATTENTION &&
		code != EXIT_OPEN && night->file != NULL)
		mail(night, "mobbd ended with exit status %d; see %s", code,
			night->file);
	if (code == EXIT_DATABASE)
		return;
	tell_left(night, site);
	if (night->mail != -1)
		mail_needs(night, site);
}
