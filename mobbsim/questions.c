/* mobbsim/questions.c - see mobbsim/questions.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "mobbsim/questions.h"

#define FILE_MAX ((size_t)100000000)
#define LINE_MAX_BYTES ((size_t)2000)
#define PATH_BYTES 80

static const char head[] = "at;message_id;verzoek_id;kind;numbers;answer\n";

/* The n-th field (0 ..) of a line, "" when it does not fit. */
static void
field(const char *line, int n, char *out, size_t size)
{
	size_t len;

	for (; n > 0; n--)
		line += strcspn(line, ";\n") +
			(line[strcspn(line, ";\n")] == ';');
	len = strcspn(line, ";\n");
	if (len >= size)
		len = 0;
	memcpy(out, line, len);
	out[len] = '\0';
}

/* Where the file has to end: behind its last line that counts. */
static size_t
whole(const struct buf *text, const struct inbox *inbox)
{
	char id[INBOX_ID_MAX];
	struct inbox_message known;
	struct fault unused;
	size_t end = text->len, line;

	while (end > 0 && text->bytes[end - 1] != '\n')
		end--;
	if (end <= sizeof(head) - 1)
		return end;
	for (line = end - 1; line > 0 && text->bytes[line - 1] != '\n';)
		line--;
	field(text->bytes + line, 1, id, sizeof(id));
	/* What had to be quoted is not the id any more: leave it. */
	return id[0] == '"' || id[0] == '\'' ||
			       inbox_find(inbox, id, &known, NULL, &unused) ==
				       V_OK
		       ? end
		       : line;
}

/* The last answer that was kept. */
static void
find_last(struct questions *q, const char *text)
{
	char id[UUID_TEXT_MAX], path[PATH_BYTES];
	const char *line;

	for (line = strchr(text, '\n'); line != NULL && line[1] != '\0';
		line = strchr(line + 1, '\n')) {
		field(line + 1, 2, id, sizeof(id));
		snprintf(path, sizeof(path), "answers/%s.xml", id);
		if (id[0] != '\0' && faccessat(q->sim_fd, path, F_OK, 0) == 0)
			memcpy(q->last, id, sizeof(id));
	}
}

enum verdict
questions_open(struct questions *q, int sim_fd, const struct inbox *inbox,
	struct fault *why)
{
	struct buf text = BUF_MAX(FILE_MAX);
	enum verdict v;
	size_t end;

	*q = (struct questions){ .fd = -1, .sim_fd = sim_fd };
	v = file_dirs(sim_fd, "answers", why);
	if (v == V_OK)
		v = file_get(sim_fd, "questions.csv", &text, why);
	if (v == V_SKIP) {
		buf_text(&text, head);
		v = file_put(sim_fd, "questions.csv", text.bytes, text.len,
			0640, why);
	}
	if (v != V_OK)
		goto out;
	q->fd = openat(
		sim_fd, "questions.csv", O_WRONLY | O_APPEND | O_CLOEXEC);
	end = whole(&text, inbox);
	if (q->fd == -1 ||
		(end < text.len && (ftruncate(q->fd, (off_t)end) == -1 ||
					   fsync(q->fd) == -1))) {
		v = fault_errno(why, V_BROKEN, CODE_IO, "questions.csv");
		goto out;
	}
	text.bytes[end] = '\0';
	find_last(q, text.bytes);
out:
	buf_done(&text);
	if (v != V_OK)
		questions_close(q);
	return v;
}

void
questions_close(struct questions *q)
{
	if (q->fd != -1)
		(void)close(q->fd);
	q->fd = -1;
}

enum verdict
questions_add(struct questions *q, int64_t at_ms, const char *message_id,
	const struct question *question, const char *answer, struct fault *why)
{
	struct buf line = BUF_MAX(LINE_MAX_BYTES);
	char at[CLOCK_TEXT_MAX];
	enum verdict v;

	clock_utc(at_ms, at);
	buf_format(&line, "%s;", at);
	buf_csv(&line, message_id);
	buf_format(&line, ";%s;%s;%zu;", question->id,
		question_word(question->kind), question->count);
	buf_csv(&line, answer);
	buf_text(&line, "\n");
	if (line.full)
		v = fault_set(why, V_BROKEN, CODE_LIMIT, "questions.csv: line");
	else
		v = file_write(q->fd, line.bytes, line.len, why);
	buf_done(&line);
	if (v == V_OK && fdatasync(q->fd) == -1)
		v = fault_errno(why, V_BROKEN, CODE_IO, "questions.csv: sync");
	return v;
}

enum verdict
questions_keep(struct questions *q, const char *id, const struct buf *answer,
	struct fault *why)
{
	char path[PATH_BYTES];
	enum verdict v;

	snprintf(path, sizeof(path), "answers/%.36s.xml", id);
	v = file_put(q->sim_fd, path, answer->bytes, answer->len, 0640, why);
	if (v == V_OK)
		snprintf(q->last, sizeof(q->last), "%.36s", id);
	return v;
}

enum verdict
questions_before(
	const struct questions *q, struct buf *answer, struct fault *why)
{
	char path[PATH_BYTES];

	if (q->last[0] == '\0')
		return V_SKIP;
	snprintf(path, sizeof(path), "answers/%.36s.xml", q->last);
	return file_get(q->sim_fd, path, answer, why);
}
