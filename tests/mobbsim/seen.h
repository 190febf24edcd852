/* tests/mobbsim/seen.h - what the lines of a batch file say, and the truth
 *
 * Include after cmocka.h, in one file of a test.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_MOBBSIM_SEEN_H
#define TESTS_MOBBSIM_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"
#include "batch/bsn.h"
#include "tests/fonts.h"
#include "tests/mobbsim/packed.h"
#include "tests/mobbsim/run.h"

#define FIELDS_MAX 32
#define RECORDS_MAX 1000
#define TEXT_BYTES 400

/* What the lines of one letter say. */
struct seen {
	char bsn[40], key[TEXT_BYTES], reference[60], href[80];
	const char *code; /* "" sound */
	bool double_key;
};

struct file {
	struct seen seen[RECORDS_MAX];
	int count;
};

static struct file file;
static struct packed packed;

/* --- lines and fields --- */

/* The next line without its end, closed with a NUL; NULL after the last. */
static inline char *
next_line(char **at, const char *end_mark)
{
	char *line = *at, *end;

	if (*line == '\0')
		return NULL;
	end = strstr(line, end_mark);
	assert_non_null(end);
	*end = '\0';
	*at = end + strlen(end_mark);
	return line;
}

/* Take a line apart at ; outside quotes, in place; how many fields. */
static inline int
fields_of(char *line, char *fields[FIELDS_MAX])
{
	char *from = line, *to = line;
	bool quoted = false;
	int n = 0;

	fields[n++] = to;
	for (; *from != '\0'; from++) {
		if (*from == '"' && quoted && from[1] == '"')
			*to++ = *from++;
		else if (*from == '"')
			quoted = !quoted;
		else if (*from == ';' && !quoted) {
			*to++ = '\0';
			assert_true(n < FIELDS_MAX);
			fields[n++] = to;
		} else
			*to++ = *from;
	}
	assert_false(quoted);
	*to = '\0';
	return n;
}

static inline bool
is_day(const char *text)
{
	int32_t day;
	int64_t n;

	return strlen(text) == 8 && text_number(text, 99999999, &n) &&
	       clock_day((int)(n / 10000), (int)(n / 100 % 100), (int)(n % 100),
		       &day);
}

static inline const char *
judge_bsn(const char *bsn)
{
	struct fault why;
	struct bsn parsed;

	if (bsn_parse(bsn, &parsed, &why) == V_OK)
		return "";
	return why.code == CODE_BSN ? "MOBB-0203" : "MOBB-0204";
}

static inline const char *
judge_document(const char *href)
{
	const struct packed_member *m;

	if (packed.count == 0) {
		assert_string_equal(href, "");
		return "";
	}
	m = packed_find(&packed, href);
	if (m == NULL || !m->pdf)
		return "MOBB-0222";
	return m->look.encrypted ? "MOBB-0223" : "";
}

/* The first that is not "" decides. */
static inline void
add_code(struct seen *seen, const char *code)
{
	if (seen->code[0] == '\0')
		seen->code = code;
}

static inline struct seen *
new_seen(void)
{
	struct seen *seen = &file.seen[file.count++];

	assert_true(file.count <= RECORDS_MAX);
	*seen = (struct seen){ .code = "" };
	return seen;
}

static inline void
judge_key(struct seen *seen)
{
	struct seen *other;

	for (other = file.seen; other != seen; other++)
		if (strcmp(other->key, seen->key) == 0)
			add_code(seen, "MOBB-0208");
}

static inline const char *
outcome_of(const char *bsn)
{
	uint8_t sum[DIGEST_BYTES];
	char text[60];
	uint32_t u;

	snprintf(text, sizeof(text), "mobbsim:%s", bsn);
	digest_of(text, strlen(text), sum);
	u = ((uint32_t)sum[0] << 24 | (uint32_t)sum[1] << 16 |
		    (uint32_t)sum[2] << 8 | sum[3]) %
	    10000;
	return u < 200 ? "late" : u < 6500 ? "box" : "paper";
}

/* Each line of the truth is what was seen in the file. */
static inline void
compare_truth(const struct run *r, const char *name)
{
	const struct packed_member *m;
	char want[400], *at, *line, *fields[FIELDS_MAX];
	const struct seen *s;
	struct buf truth;
	int i;

	run_read(r, name, &truth);
	at = truth.bytes;
	assert_string_equal(next_line(&at, "\n"),
		"record;reference;bsn;outcome;code;document_sha256");
	for (i = 0; i < file.count; i++) {
		s = &file.seen[i];
		line = next_line(&at, "\n");
		assert_non_null(line);
		m = packed_find(&packed, s->href);
		snprintf(want, sizeof(want), "%d;%s;%s;%s;%s", i + 1,
			s->reference, s->bsn,
			s->code[0] != '\0' && strcmp(s->code, "MOBB-0212") != 0
				? "rejected"
			: s->bsn[0] == '\0' ? "paper"
					    : outcome_of(s->bsn),
			s->code);
		/* A number that a spreadsheet ate is not in the file. */
		if (strchr(s->bsn, 'E') != NULL) {
			assert_int_equal(fields_of(line, fields), 6);
			assert_string_equal(fields[1], s->reference);
			assert_string_equal(fields[4], s->code);
			continue;
		}
		*strrchr(line, ';') = '\0';
		assert_string_equal(line, want);
		if (m != NULL)
			assert_string_equal(line + strlen(line) + 1, m->sha256);
	}
	assert_null(next_line(&at, "\n"));
	buf_done(&truth);
}

static inline void
has_codes(const char *const *codes)
{
	int i;

	for (; *codes != NULL; codes++) {
		for (i = 0; i < file.count; i++)
			if (strcmp(file.seen[i].code, *codes) == 0)
				break;
		if (i == file.count)
			fail_msg("no record with %s", *codes);
	}
}

#endif
