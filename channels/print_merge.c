/* channels/print_merge.c - all letters of a bundle as one PDF
 *
 * In a child process: the documents are strangers' and make libqpdf do what they
 * want.  It has a limit on memory, and one on the time for each letter.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE /* pipe2() */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/pdf.h"
#include "channels/print_list.h"

#define LETTER_MS 60000 /* without any letter done: it is given up */
#define MEMORY_MAX ((rlim_t)2000000000)
#define DOCUMENT_MAX ((size_t)200000000)
#ifdef __SANITIZE_ADDRESS__ /* whose own memory has no limit */
#define MEMORY_LIMITED false
#else
#define MEMORY_LIMITED true
#endif

/* What the child says: after each letter, and at the end. */
struct word {
	bool end;
	enum verdict v;
	int64_t bytes;
	struct fault why;
};

_Static_assert(sizeof(struct word) <= 4096, "a pipe takes it in one piece");

static enum verdict
read_whole(const struct content *content, const struct attachment *doc,
	struct buf *out, struct fault *why)
{
	char block[65536];
	size_t len = 1;
	enum verdict v = content->open(content->self, doc, why);

	buf_reset(out);
	while (v == V_OK && len > 0) {
		v = content->read(
			content->self, block, sizeof(block), &len, why);
		if (v == V_OK)
			buf_add(out, block, len);
	}
	if (v == V_OK && out->full)
		v = fault_set(why, V_NEVER, CODE_MERGE,
			"the document is too large to be joined");
	return v;
}

static enum verdict
add_letter(const struct print_bundle *bundle, const struct letter *letter,
	const struct content *content, struct pdf_join *join, struct buf *bytes,
	struct fault *why)
{
	enum verdict v = V_OK;
	size_t k;
	int pages = 0;

	for (k = 0; v == V_OK && k < letter->printed_count; k++) {
		const struct attachment *doc = &letter->printed[k];

		v = read_whole(content, doc, bytes, why);
		if (v == V_OK)
			v = pdf_join_add(
				join, bytes->bytes, bytes->len, &pages, why);
		if (v == V_SKIP)
			v = V_NEVER;
		if (v == V_OK && pages != doc->pages)
			v = fault_set(why, V_NEVER, CODE_MERGE,
				"the document has %d pages, at intake %" PRId32,
				pages, doc->pages);
		if (v == V_OK && print_room(bundle, doc) > pages)
			v = pdf_join_blank(join, why);
	}
	if (v != V_OK)
		fault_at(why, "job %s record %" PRId64, bundle->job,
			letter->record);
	return v;
}

static _Noreturn void
child(const struct print_bundle *bundle, const struct content *content, int fd,
	int to)
{
	struct rlimit memory = { MEMORY_MAX, MEMORY_MAX };
	struct buf bytes = BUF_MAX(DOCUMENT_MAX);
	struct word word = { .v = V_OK, .why = FAULT_NONE };
	struct pdf_join *join;
	size_t i;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (MEMORY_LIMITED)
		(void)setrlimit(RLIMIT_AS, &memory);
	pdf_join_open(fd, &join);
	for (i = 0; word.v == V_OK && i < bundle->letter_count; i++) {
		word.v = add_letter(bundle, &bundle->letters[i], content, join,
			&bytes, &word.why);
		if (word.v == V_OK &&
			write(to, &word, sizeof(word)) != sizeof(word))
			_exit(1);
	}
	if (word.v == V_OK)
		word.v = pdf_join_end(join, &word.bytes, &word.why);
	word.end = true;
	_exit(write(to, &word, sizeof(word)) == sizeof(word) ? 0 : 1);
}

/* The next word of the child; false when there will be none. */
static bool
hear(int from, struct word *word)
{
	struct pollfd p = { .fd = from, .events = POLLIN };
	size_t have = 0;
	ssize_t got;
	int n;

	while (have < sizeof(*word)) {
		n = poll(&p, 1, LETTER_MS);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		got = read(from, (char *)word + have, sizeof(*word) - have);
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		have += (size_t)got;
	}
	return true;
}

enum verdict
print_merge(const struct print_bundle *bundle, const struct content *content,
	int fd, int64_t *bytes_out, struct fault *why)
{
	struct word word = { .end = false };
	size_t done = 0;
	int end[2], status;
	bool heard = true;
	pid_t pid;

	assert(bundle->merged && bundle->letter_count > 0);
	if (pipe2(end, O_CLOEXEC) == -1)
		return fault_errno(why, V_LATER, CODE_MEMORY, "join PDFs");
	pid = fork();
	if (pid == 0) {
		(void)close(end[0]);
		child(bundle, content, fd, end[1]);
	}
	(void)close(end[1]);
	if (pid == -1) {
		(void)close(end[0]);
		return fault_errno(why, V_LATER, CODE_MEMORY, "join PDFs");
	}
	while (!word.end && (heard = hear(end[0], &word)))
		done += !word.end;
	(void)close(end[0]);
	if (!heard)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	if (heard && word.v == V_OK) {
		*bytes_out = word.bytes;
		return V_OK;
	}
	if (heard) {
		*why = word.why;
		return word.v;
	}
	fault_set(why, V_NEVER, CODE_MERGE,
		"joining its PDF takes more time or memory than any may");
	if (done < bundle->letter_count)
		fault_at(why, "job %s record %" PRId64, bundle->job,
			bundle->letters[done].record);
	return V_NEVER;
}
