/* mobbsim/ledger.c - see mobbsim/ledger.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "mobbsim/ledger.h"

#define EFFECTIVE UINT32_C(0x80000000)
#define LINES_MAX ((size_t)256 << 20)
#define FIELDS 10
#define ID_MAX 300

enum {
	AT = 0,
	MESSAGE,
	BATCH,
	LETTER,
	REFERENCE,
	BSN,
	SHA,
	WORD,
	YES,
	NTH
};

static const char ledger_head[] =
	"at;message_id;batch_id;bericht_id;reference;bsn;attachments_sha256;"
	"code;effective;nth\n";
static const char posts_head[] =
	"first_byte;last_byte;path;message_id;batch_id;letters;bytes;"
	"duplicate;http\n";

static void
message_key(const char *message_id, uint8_t key[IDSET_BYTES])
{
	uint8_t sum[DIGEST_BYTES];

	digest_of(message_id, strlen(message_id), sum);
	memcpy(key, sum, IDSET_BYTES);
}

bool
ledger_has(const struct ledger *ledger, const char *message_id)
{
	uint8_t key[IDSET_BYTES];

	message_key(message_id, key);
	return idset_get(&ledger->messages, key) != 0;
}

bool
ledger_effective(const struct ledger *ledger, const struct uuid *letter)
{
	return (idset_get(&ledger->letters, letter->bytes) & EFFECTIVE) != 0;
}

/* Count a letter once more; returns how often it was seen now. */
static uint32_t
count_letter(struct ledger *ledger, const struct uuid *letter, bool effective)
{
	uint32_t n = idset_get(&ledger->letters, letter->bytes);

	n = (n & EFFECTIVE) | ((n & ~EFFECTIVE) + 1);
	if (effective)
		n |= EFFECTIVE;
	idset_put(&ledger->letters, letter->bytes, n);
	return n & ~EFFECTIVE;
}

static void
count_message(struct ledger *ledger, const char *message_id)
{
	uint8_t key[IDSET_BYTES];

	message_key(message_id, key);
	idset_put(
		&ledger->messages, key, idset_get(&ledger->messages, key) + 1);
}

/* --- reading back --- */

/* Cut one line into its fields, quotes undone, in place. */
static size_t
split(char *line, char *fields[FIELDS])
{
	char *from = line, *to = line;
	size_t n = 0;

	while (n < FIELDS) {
		bool quoted = *from == '"';

		fields[n++] = to;
		if (quoted)
			from++;
		while (*from != '\0' && *from != '\n') {
			if (quoted && from[0] == '"' && from[1] == '"') {
				from++;
			} else if (quoted && *from == '"') {
				quoted = false;
				from++;
				continue;
			} else if (!quoted && *from == ';') {
				break;
			}
			*to++ = *from++;
		}
		if (*from != ';') {
			*to = '\0';
			break;
		}
		from++;
		*to++ = '\0';
	}
	return n;
}

/* Where the lines of the last message begin, how many, and whose they are. */
struct last {
	char message[ID_MAX];
	off_t at;
	int64_t lines;
	off_t end; /* behind the last whole line */
};

static enum verdict
take_line(struct ledger *ledger, char *line, off_t at, struct last *last,
	struct fault *why)
{
	char *fields[FIELDS];
	struct uuid id;

	if (split(line, fields) != FIELDS || !uuid_parse(fields[LETTER], &id) ||
		strlen(fields[MESSAGE]) >= ID_MAX)
		return fault_set(why, V_BROKEN, CODE_IO, "line is not ours");
	(void)count_letter(ledger, &id, strcmp(fields[YES], "yes") == 0);
	count_message(ledger, fields[MESSAGE]);
	if (strcmp(last->message, fields[MESSAGE]) != 0) {
		memcpy(last->message, fields[MESSAGE],
			strlen(fields[MESSAGE]) + 1);
		last->at = at;
		last->lines = 0;
	}
	last->lines++;
	return V_OK;
}

static enum verdict
read_back(struct ledger *ledger, struct last *last, struct fault *why)
{
	int fd = dup(ledger->fd);
	FILE *f = fd == -1 ? NULL : fdopen(fd, "r");
	enum verdict v = V_OK;
	char *line = NULL;
	size_t size = 0;
	off_t at = 0;
	ssize_t n;

	*last = (struct last){ .lines = 0 };
	if (f == NULL)
		return fault_errno(why, V_BROKEN, CODE_IO, "ledger.csv");
	(void)fseeko(f, 0, SEEK_SET);
	while (v == V_OK && (n = getline(&line, &size, f)) > 0) {
		if (line[n - 1] != '\n')
			break; /* cut in the middle */
		if (at > 0)
			v = take_line(ledger, line, at, last, why);
		at += n;
		last->end = at;
	}
	if (v != V_OK)
		fault_at(why, "ledger.csv");
	free(line);
	(void)fclose(f);
	return v;
}

/* --- open and close --- */

static enum verdict
open_csv(int dir, const char *name, const char *head, int *fd_out,
	struct fault *why)
{
	struct stat st;
	int fd = openat(
		dir, name, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	enum verdict v = V_OK;

	if (fd == -1 || fstat(fd, &st) == -1) {
		v = fault_errno(why, V_BROKEN, CODE_IO, "cannot be opened");
		fault_at(why, "%s", name);
		if (fd != -1)
			(void)close(fd);
		return v;
	}
	if (st.st_size == 0)
		v = file_write(fd, head, strlen(head), why);
	if (v == V_OK)
		v = file_sync_dir(dir, ".", why);
	if (v == V_OK)
		*fd_out = fd;
	else
		(void)close(fd);
	return v;
}

static enum verdict
cut(struct ledger *ledger, off_t at, struct fault *why)
{
	if (ftruncate(ledger->fd, at) == -1 || fsync(ledger->fd) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "ledger.csv: cut");
	return V_OK;
}

enum verdict
ledger_open(struct ledger *ledger, int dir, ledger_promise_fn *promise,
	void *self, struct fault *why)
{
	struct last last;
	int64_t promised;
	enum verdict v;
	struct stat st;

	*ledger = (struct ledger){
		.fd = -1, .posts_fd = -1, .lines = BUF_MAX(LINES_MAX)
	};
	v = open_csv(dir, "ledger.csv", ledger_head, &ledger->fd, why);
	if (v == V_OK)
		v = open_csv(
			dir, "posts.csv", posts_head, &ledger->posts_fd, why);
	if (v == V_OK)
		v = read_back(ledger, &last, why);
	if (v != V_OK)
		goto out;
	promised = last.lines == 0 ? 0 : promise(self, last.message);
	if (promised >= 0 && promised != last.lines) {
		v = cut(ledger, last.at, why);
		idset_done(&ledger->letters);
		idset_done(&ledger->messages);
		if (v == V_OK)
			v = read_back(ledger, &last, why);
	} else if (fstat(ledger->fd, &st) == 0 && st.st_size > last.end) {
		v = cut(ledger, last.end, why);
	}
out:
	if (v != V_OK)
		ledger_close(ledger);
	return v;
}

void
ledger_close(struct ledger *ledger)
{
	if (ledger->fd != -1)
		(void)close(ledger->fd);
	if (ledger->posts_fd != -1)
		(void)close(ledger->posts_fd);
	ledger->fd = ledger->posts_fd = -1;
	idset_done(&ledger->letters);
	idset_done(&ledger->messages);
	buf_done(&ledger->lines);
}

/* --- writing --- */

/* A field that stays on its line, whatever a stranger put into it. */
static void
add_field(struct buf *to, const char *text)
{
	char plain[ID_MAX];
	size_t n;

	for (n = 0; text[n] != '\0' && n < sizeof(plain) - 1; n++)
		plain[n] = (unsigned char)text[n] < ' ' ? '?' : text[n];
	plain[n] = '\0';
	buf_csv(to, plain);
}

void
ledger_add(struct ledger *ledger, int64_t at_ms, const char *message_id,
	const char *batch_id, const struct payload_letter *letter,
	enum judge_code code)
{
	bool effective = code == JUDGE_VERWERKT &&
			 !ledger_effective(ledger, &letter->id);
	struct buf *to = &ledger->lines;
	char at[CLOCK_TEXT_MAX];
	uint32_t nth = count_letter(ledger, &letter->id, effective);

	assert(letter->id_text[0] != '\0');
	count_message(ledger, message_id);
	clock_utc(at_ms, at);
	buf_format(to, "%s;", at);
	add_field(to, message_id);
	buf_format(to, ";%s;%s;", batch_id, letter->id_text);
	add_field(to, letter->reference);
	buf_text(to, ";");
	add_field(to, letter->bsn);
	buf_format(to, ";%s;%s;%s;%" PRIu32 "\n", letter->attachments,
		judge_word(code), effective ? "yes" : "no", nth);
}

enum verdict
ledger_commit(struct ledger *ledger, struct fault *why)
{
	enum verdict v;

	assert(!ledger->lines.full);
	v = file_write(ledger->fd, ledger->lines.bytes, ledger->lines.len, why);
	buf_reset(&ledger->lines);
	if (v == V_OK && fdatasync(ledger->fd) == -1)
		v = fault_errno(why, V_BROKEN, CODE_IO, "ledger.csv: sync");
	return v;
}

enum verdict
ledger_post(struct ledger *ledger, const struct post *post, bool durable,
	struct fault *why)
{
	char first[CLOCK_TEXT_MAX], last[CLOCK_TEXT_MAX];
	struct buf line = BUF_MAX(4096);
	enum verdict v;

	clock_utc(post->first_byte_ms, first);
	clock_utc(post->last_byte_ms, last);
	buf_format(&line, "%s;%s;", first, last);
	add_field(&line, post->path);
	buf_text(&line, ";");
	add_field(&line, post->message_id);
	buf_format(&line, ";%s;%" PRId64 ";%" PRId64 ";%s;%d\n", post->batch_id,
		post->letters, post->bytes, post->duplicate ? "yes" : "no",
		post->http);
	if (line.full)
		v = fault_set(why, V_SKIP, CODE_LIMIT, "POST line too long");
	else
		v = file_write(ledger->posts_fd, line.bytes, line.len, why);
	buf_done(&line);
	if (v == V_OK && durable && fdatasync(ledger->posts_fd) == -1)
		v = fault_errno(why, V_BROKEN, CODE_IO, "posts.csv: sync");
	return v;
}
