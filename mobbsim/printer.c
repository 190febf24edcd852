/* mobbsim/printer.c - see mobbsim/printer.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/uuid.h"
#include "mobbsim/idset.h"
#include "mobbsim/printer.h"

#define TEXT_MAX ((size_t)1 << 30)
#define BUNDLES_MAX 100000
#define DAY_MS INT64_C(86400000)
#define STRANGER "00000000-0000-8000-8000-0000000000ff"
#define FILE_MAX (PRINTER_NAME_MAX + 32)

static const char printed_head[] =
	"at;bundle;seq;letter_id;reference;pages;sheets\n";
static const char errors_head[] = "at;bundle;error\n";
static const char returned_head[] = "letter_id\n";

struct printing {
	const struct printer_plan *plan;
	int dir, out, in, kept;	       /* folders */
	int printed, errors, returned; /* files that only grow */
	struct idset letters;	       /* printed ever */
	char **bundles;		       /* printed ever */
	size_t bundle_count;
	char other[37]; /* a letter of the bundle before */
	char at[CLOCK_TEXT_MAX];
	int64_t wrong;
	struct arena mem; /* for the whole pass */
};

static const struct {
	const char *word;
	enum printer_fault fault;
	const char *about;
} faults[] = {
	{ "lost-ack", PRINTER_LOST_ACK, "the ack is written, and lost" },
	{ "wrong-count", PRINTER_WRONG_COUNT,
		"the ack counts a letter too many" },
	{ "bad-line", PRINTER_BAD_LINE, "a line of posted is broken" },
	{ "unknown-id", PRINTER_UNKNOWN_ID,
		"posted names a letter that nobody knows" },
	{ "wrong-bundle", PRINTER_WRONG_BUNDLE,
		"posted names a letter of another bundle" },
	{ "doubled", PRINTER_DOUBLED, "every line of posted comes twice" },
	{ "wrong-pages", PRINTER_WRONG_PAGES,
		"the first letter has a page too many" },
	{ "truncated", PRINTER_TRUNCATED, "posted is cut in a line" },
	{ "nack", PRINTER_NACK, "the bundle is turned down" },
};

#define FAULTS (sizeof(faults) / sizeof(faults[0]))

unsigned
printer_fault_find(const char *word)
{
	size_t i;

	for (i = 0; i < FAULTS; i++)
		if (strcmp(faults[i].word, word) == 0)
			return faults[i].fault;
	return 0;
}

void
printer_faults_list(void)
{
	size_t i;

	for (i = 0; i < FAULTS; i++)
		printf("%-13s %s\n", faults[i].word, faults[i].about);
}

static bool
fails(const struct printing *p, enum printer_fault fault)
{
	return (p->plan->faults & fault) != 0;
}

/* --- what only grows --- */

static enum verdict
grow(int fd, const struct buf *text, struct fault *why)
{
	enum verdict v = file_write(fd, text->bytes, text->len, why);

	if (v == V_OK && fsync(fd) == -1)
		v = fault_errno(why, V_BROKEN, CODE_IO, "sync");
	return v;
}

static enum verdict
growing(struct printing *p, const char *name, const char *head, int *fd_out,
	struct fault *why)
{
	struct stat st;
	int fd = openat(
		p->dir, name, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd == -1 || fstat(fd, &st) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "%s", name);
	*fd_out = fd;
	return st.st_size > 0 ? V_OK : file_write(fd, head, strlen(head), why);
}

static bool
was_printed(const struct printing *p, const char *bundle)
{
	size_t i;

	for (i = p->bundle_count; i > 0; i--)
		if (strcmp(p->bundles[i - 1], bundle) == 0)
			return true;
	return false;
}

static void
now_printed(struct printing *p, const char *bundle)
{
	p->bundles = mem_grow(
		p->bundles, (p->bundle_count + 1) * sizeof(*p->bundles));
	p->bundles[p->bundle_count++] =
		arena_text(&p->mem, bundle, strlen(bundle));
}

/* Something did not go as promised, loud enough for a test. */
static enum verdict
complain(struct printing *p, const char *bundle, const char *error,
	struct fault *why)
{
	struct buf line = BUF_MAX(2000);
	enum verdict v;

	p->wrong++;
	buf_format(&line, "%s;%s;", p->at, bundle);
	buf_csv(&line, error);
	buf_text(&line, "\n");
	fprintf(stderr, "mobbsim printer: %s: %s\n", bundle, error);
	v = grow(p->errors, &line, why);
	buf_done(&line);
	return v;
}

/* What came out of the machine before: at;bundle;seq;letter_id;.. */
static enum verdict
remember(struct printing *p, struct fault *why)
{
	struct buf text = BUF_MAX(TEXT_MAX);
	char bundle[PRINTER_NAME_MAX], id[40];
	const char *at;
	struct uuid uuid;
	enum verdict v = file_get(p->dir, "sim/printed.csv", &text, why);

	for (at = v == V_OK ? text.bytes : NULL; at != NULL && *at != '\0';
		at = strchr(at, '\n'), at = at == NULL ? NULL : at + 1) {
		if (sscanf(at, "%*31[^;];%119[^;];%*20[^;];%39[^;];", bundle,
			    id) != 2 ||
			!uuid_parse(id, &uuid))
			continue;
		idset_put(&p->letters, uuid.bytes, 1);
		if (p->bundle_count == 0 ||
			strcmp(p->bundles[p->bundle_count - 1], bundle) != 0)
			now_printed(p, bundle);
		memcpy(p->other, id, sizeof(p->other));
	}
	buf_done(&text);
	return v;
}

/* --- receipts --- */

/* Into print/in, unless that was done before; lost: only we know of it. */
static enum verdict
say(struct printing *p, const char *bundle, const char *end,
	const struct buf *text, bool lost, struct fault *why)
{
	char file[FILE_MAX];
	struct stat st;
	enum verdict v;

	snprintf(file, sizeof(file), "%s%s", bundle, end);
	if (!p->plan->again && fstatat(p->kept, file, &st, 0) == 0)
		return V_OK;
	v = lost ? V_OK
		 : file_put(p->in, file, text->bytes, text->len, 0644, why);
	return v == V_OK ? file_put(p->kept, file, text->bytes, text->len, 0644,
				   why)
			 : v;
}

static enum verdict
say_ack(struct printing *p, const struct printer_bundle *b, struct fault *why)
{
	struct buf text = BUF_MAX(TEXT_MAX);
	enum verdict v;

	buf_format(&text, "letters;sha256\n%" PRId64 ";%s\n",
		b->count + (fails(p, PRINTER_WRONG_COUNT) ? 1 : 0), b->sha256);
	v = say(p, b->name, ".ack", &text, fails(p, PRINTER_LOST_ACK), why);
	buf_done(&text);
	return v;
}

static enum verdict
say_nack(struct printing *p, const char *bundle, const char *code,
	const char *reason, struct fault *why)
{
	struct buf text = BUF_MAX(TEXT_MAX);
	enum verdict v;

	buf_format(&text, "letter_id;code;text\n;%s;", code);
	buf_csv(&text, reason);
	buf_text(&text, "\n");
	v = say(p, bundle, ".nack", &text, false, why);
	buf_done(&text);
	return v;
}

static void
posted_line(struct printing *p, const char *id, int64_t sheets, int64_t pages,
	struct buf *text)
{
	buf_format(text, "%s;%.10s;24;%" PRId64 ";%" PRId64 "\n", id, p->at,
		sheets, pages);
	if (fails(p, PRINTER_DOUBLED))
		buf_format(text, "%s;%.10s;24;%" PRId64 ";%" PRId64 "\n", id,
			p->at, sheets, pages);
}

static enum verdict
say_posted(
	struct printing *p, const struct printer_bundle *b, struct fault *why)
{
	struct buf text = BUF_MAX(TEXT_MAX);
	enum verdict v;
	int64_t i;

	buf_text(&text, "letter_id;date;product;sheets;pages\n");
	for (i = p->plan->rejected; i < b->count; i++) {
		const struct printer_letter *l = &b->letters[i];

		if (i == p->plan->rejected && fails(p, PRINTER_BAD_LINE))
			buf_format(&text, "%.20s;\"never\n", l->id);
		posted_line(p, l->id, l->sheets,
			l->pages +
				(i == p->plan->rejected &&
							fails(p,
								PRINTER_WRONG_PAGES)
						? 1
						: 0),
			&text);
	}
	if (fails(p, PRINTER_UNKNOWN_ID))
		posted_line(p, STRANGER, 1, 1, &text);
	if (fails(p, PRINTER_WRONG_BUNDLE) && p->other[0] != '\0')
		posted_line(p, p->other, 1, 1, &text);
	if (fails(p, PRINTER_TRUNCATED))
		text.len = text.len / 2 + 5;
	v = say(p, b->name, ".posted.csv", &text, false, why);
	buf_done(&text);
	return v;
}

static enum verdict
say_rejected(
	struct printing *p, const struct printer_bundle *b, struct fault *why)
{
	struct buf text = BUF_MAX(TEXT_MAX);
	enum verdict v = V_OK;
	int64_t i;

	buf_text(&text, "letter_id;code;text\n");
	for (i = 0; i < p->plan->rejected && i < b->count; i++)
		buf_format(&text, "%s;PDF-7;the PDF cannot be opened\n",
			b->letters[i].id);
	if (i > 0)
		v = say(p, b->name, ".rejected.csv", &text, false, why);
	buf_done(&text);
	return v;
}

/* --- printing --- */

/* Never one letter twice, whatever the bundle is called. */
static enum verdict
doubles(struct printing *p, const struct printer_bundle *b, bool *some,
	struct fault *why)
{
	struct uuid id;
	int64_t i;

	*some = false;
	for (i = 0; i < b->count; i++)
		if (!uuid_parse(b->letters[i].id, &id) ||
			idset_get(&p->letters, id.bytes) != 0)
			*some = true;
	return *some ? complain(p, b->name,
			       "a letter of it was printed before: nothing of "
			       "it is printed",
			       why)
		     : V_OK;
}

static enum verdict
print_letters(
	struct printing *p, const struct printer_bundle *b, struct fault *why)
{
	struct buf text = BUF_MAX(TEXT_MAX);
	struct uuid id;
	enum verdict v;
	int64_t i;

	for (i = p->plan->rejected; i < b->count; i++) {
		const struct printer_letter *l = &b->letters[i];

		buf_format(&text, "%s;%s;%" PRId64 ";%s;", p->at, b->name,
			i + 1, l->id);
		buf_csv(&text, l->reference);
		buf_format(&text, ";%" PRId64 ";%" PRId64 "\n", l->pages,
			l->sheets);
		if (uuid_parse(l->id, &id))
			idset_put(&p->letters, id.bytes, 1);
	}
	v = text.len == 0 ? V_OK : grow(p->printed, &text, why);
	buf_done(&text);
	now_printed(p, b->name);
	return v;
}

static enum verdict
take_bundle(struct printing *p, const char *name, struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	struct printer_bundle b;
	struct fault wrong = FAULT_NONE;
	bool printed = was_printed(p, name), twice = false;
	enum verdict v = printer_bundle_read(p->out, name, &mem, &b, &wrong);

	if (v != V_OK) {
		v = complain(p, name, wrong.text, why);
		if (v == V_OK && !printed)
			v = say_nack(p, name, "BUNDLE", wrong.text, why);
		goto out;
	}
	if (!printed)
		v = doubles(p, &b, &twice, why);
	if (v != V_OK || twice)
		goto out;
	if (!printed && fails(p, PRINTER_NACK)) {
		v = say_nack(p, name, "PAPER", "there is no paper", why);
		goto out;
	}
	if (p->plan->ack)
		v = say_ack(p, &b, why);
	if (v != V_OK || !p->plan->posted)
		goto out;
	if (!printed)
		v = print_letters(p, &b, why);
	if (v == V_OK)
		v = say_rejected(p, &b, why);
	if (v == V_OK)
		v = say_posted(p, &b, why);
	if (v == V_OK && b.count > 0)
		memcpy(p->other, b.letters[b.count - 1].id, sizeof(p->other));
out:
	arena_done(&mem);
	return v;
}

/* Asked back: when nothing of it was printed, it will not be. */
static enum verdict
recall(struct printing *p, const char *name, struct fault *why)
{
	if (was_printed(p, name))
		return V_OK;
	return say_nack(p, name, "recalled", "not printed, as you asked", why);
}

/* --- one pass --- */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of files that end so, without the end, in order. */
static enum verdict
names(struct printing *p, const char *end, char ***names_out, size_t *count_out,
	struct fault *why)
{
	const struct dirent *entry;
	size_t count = 0, tail = strlen(end);
	char **list = mem_new(BUNDLES_MAX * sizeof(*list));
	int fd = openat(p->out, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);

	if (dir == NULL) {
		free(list);
		return fault_errno(why, V_BROKEN, CODE_IO, "print/out");
	}
	while ((entry = readdir(dir)) != NULL && count < BUNDLES_MAX) {
		size_t len = strlen(entry->d_name);

		/* A proof is looked at, not posted. */
		if (len <= tail || len - tail >= PRINTER_NAME_MAX ||
			entry->d_name[0] == '.' ||
			strcmp(entry->d_name + len - tail, end) != 0 ||
			strstr(entry->d_name, "-PROOF") != NULL)
			continue;
		list[count++] = arena_text(&p->mem, entry->d_name, len - tail);
	}
	(void)closedir(dir);
	if (count > 0)
		qsort(list, count, sizeof(*list), by_text);
	*names_out = list;
	*count_out = count;
	return V_OK;
}

static enum verdict
each(struct printing *p, const char *end,
	enum verdict (*work)(
		struct printing *p, const char *name, struct fault *why),
	struct fault *why)
{
	char **list = NULL;
	size_t i, count = 0;
	enum verdict v = names(p, end, &list, &count, why);

	for (i = 0; v == V_OK && i < count; i++)
		v = work(p, list[i], why);
	free(list);
	return v;
}

/* Letters that were printed come back: by their id, by the code on them. */
static enum verdict
come_back(struct printing *p, struct fault *why)
{
	static const char *const reasons[] = { "moved", "unknown", "refused",
		"deceased", "box full" };
	struct buf printed = BUF_MAX(TEXT_MAX), before = BUF_MAX(TEXT_MAX);
	struct buf text = BUF_MAX(TEXT_MAX), note = BUF_MAX(TEXT_MAX);
	char bundle[PRINTER_NAME_MAX], id[40], file[64];
	const char *at;
	int64_t n = 0, seq;
	enum verdict v = file_get(p->dir, "sim/printed.csv", &printed, why);

	if (v == V_OK)
		v = file_get(p->dir, "sim/returned.csv", &before, why);
	buf_text(&text, "letter_id;date;reason;new_address\r\n");
	for (at = v == V_OK ? printed.bytes : NULL;
		at != NULL && *at != '\0' && n < p->plan->retour;
		at = strchr(at, '\n'), at = at == NULL ? NULL : at + 1) {
		if (sscanf(at, "%*31[^;];%119[^;];%" SCNd64 ";%39[^;];", bundle,
			    &seq, id) != 3 ||
			strstr(before.bytes, id) != NULL)
			continue;
		if (n % 2 == 0)
			buf_format(&text, "%s", id);
		else
			buf_format(&text, "%s/%06" PRId64, bundle, seq);
		buf_format(&text, ";%.10s;%s;%s\r\n", p->at, reasons[n % 5],
			n % 5 == 0 ? "ja" : "nee");
		buf_format(&note, "%s\n", id);
		n++;
	}
	snprintf(file, sizeof(file), "retour-%.10s-%" PRId64 ".csv", p->at,
		p->plan->now_ms % DAY_MS);
	if (v == V_OK && n > 0)
		v = file_put(p->in, file, text.bytes, text.len, 0644, why);
	if (v == V_OK && n > 0)
		v = grow(p->returned, &note, why);
	buf_done(&printed);
	buf_done(&before);
	buf_done(&text);
	buf_done(&note);
	return v;
}

static enum verdict
open_all(struct printing *p, struct fault *why)
{
	enum verdict v = file_dir(AT_FDCWD, p->plan->dir, &p->dir, why);

	if (v == V_OK)
		v = file_dirs(p->dir, "sim/printer", why);
	if (v == V_OK)
		v = file_dirs(p->dir, "spool/print/in", why);
	if (v == V_OK)
		v = file_dir(p->dir, "sim/printer", &p->kept, why);
	if (v == V_OK)
		v = file_dir(p->dir, "spool/print/in", &p->in, why);
	if (v == V_OK)
		v = file_dir(p->dir, "spool/print/out", &p->out, why);
	if (v == V_OK)
		v = growing(
			p, "sim/printed.csv", printed_head, &p->printed, why);
	if (v == V_OK)
		v = growing(p, "sim/printer-errors.csv", errors_head,
			&p->errors, why);
	if (v == V_OK)
		v = growing(p, "sim/returned.csv", returned_head, &p->returned,
			why);
	return v;
}

enum verdict
printer_run(
	const struct printer_plan *plan, int64_t *errors_out, struct fault *why)
{
	struct printing p = { .plan = plan,
		.dir = -1,
		.out = -1,
		.in = -1,
		.kept = -1,
		.printed = -1,
		.errors = -1,
		.returned = -1,
		.letters = IDSET_EMPTY };
	const int *const fds[] = { &p.dir, &p.out, &p.in, &p.kept, &p.printed,
		&p.errors, &p.returned };
	enum verdict v;
	size_t i;

	clock_utc(plan->now_ms, p.at);
	v = open_all(&p, why);
	if (v == V_OK)
		v = remember(&p, why);
	if (v == V_OK)
		v = each(&p, ".recall", recall, why);
	if (v == V_OK && (plan->ack || plan->posted))
		v = each(&p, ".zip.ready", take_bundle, why);
	if (v == V_OK && plan->retour > 0)
		v = come_back(&p, why);
	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (*fds[i] != -1)
			(void)close(*fds[i]);
	free(p.bundles);
	idset_done(&p.letters);
	arena_done(&p.mem);
	*errors_out = p.wrong;
	return v;
}
