/* mobbsim/troubles.c - see mobbsim/troubles.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "mobbsim/dice.h"
#include "mobbsim/troubles.h"

#define TEXT_MAX ((size_t)200000)
#define SETTING_MAX INT64_C(1000000000)

/* --- the file --- */

static enum verdict
parse_setting(char *line, struct troubles *t, bool *known, struct fault *why)
{
	char *word = trouble_next(&line), *value = trouble_next(&line);
	char *more = trouble_next(&line);
	bool good = false;

	*known = true;
	if (strcmp(word, "seed") == 0)
		good = value != NULL && more == NULL &&
		       text_number(value, SETTING_MAX, &t->seed);
	else if (strcmp(word, "for") == 0)
		good = value != NULL && more == NULL &&
		       trouble_time(value, &t->for_ms);
	else if (strcmp(word, "until") == 0)
		good = value != NULL && more != NULL &&
		       strcmp(more, "posts") == 0 &&
		       text_number(value, SETTING_MAX, &t->until_posts) &&
		       t->until_posts > 0;
	else
		*known = false;
	if (!*known || good)
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
		"%s: seed 7, until 40 posts, for 20s", word);
}

static enum verdict
parse_line(char *line, struct troubles *t, struct fault *why)
{
	size_t first = strspn(line, " \t\r");
	char copy[256];
	bool known;
	enum verdict v;

	if (line[first] == '\0')
		return V_OK;
	if (strlen(line) >= sizeof(copy))
		return fault_set(
			why, V_BROKEN, CODE_CONFIG_VALUE, "line too long");
	memcpy(copy, line, strlen(line) + 1);
	v = parse_setting(copy, t, &known, why);
	if (known)
		return v;
	if (t->count == TROUBLES_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"more than %d faults", TROUBLES_MAX);
	v = trouble_parse(line, &t->lines[t->count], why);
	if (v == V_OK)
		t->count++;
	return v;
}

enum verdict
troubles_parse(const char *name, char *text, struct troubles *troubles,
	struct fault *why)
{
	int number = 0;
	char *line, *next;
	enum verdict v;

	troubles->seed = 1;
	for (line = text; line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		line[strcspn(line, "#")] = '\0';
		number++;
		v = parse_line(line, troubles, why);
		if (v != V_OK) {
			fault_at(why, "%s:%d", name, number);
			return v;
		}
	}
	return V_OK;
}

void
troubles_print(const struct troubles *troubles, struct buf *out)
{
	size_t i;

	for (i = 0; i < troubles->count; i++)
		trouble_print(&troubles->lines[i], out);
	buf_format(out, "seed %" PRId64 "\n", troubles->seed);
	if (troubles->until_posts > 0)
		buf_format(out, "until %" PRId64 " posts\n",
			troubles->until_posts);
	if (troubles->for_ms > 0)
		buf_format(out, "for %" PRId64 "ms\n", troubles->for_ms);
}

/* --- while it runs --- */

/* Where it was; another plan begins anew. */
static void
read_state(struct troubles *t)
{
	struct {
		uint8_t digest[DIGEST_BYTES];
		int64_t begun_ms, posts, counts[TROUBLE_ONS];
	} state;

	if (pread(t->state_fd, &state, sizeof(state), 0) != sizeof(state) ||
		memcmp(state.digest, t->digest, DIGEST_BYTES) != 0)
		return;
	t->begun_ms = state.begun_ms;
	t->posts = state.posts;
	memcpy(t->counts, state.counts, sizeof(t->counts));
}

/* Not synced: it has to survive a death of ours, not of the machine. */
static void
write_state(const struct troubles *t)
{
	struct {
		uint8_t digest[DIGEST_BYTES];
		int64_t begun_ms, posts, counts[TROUBLE_ONS];
	} state = { .begun_ms = t->begun_ms, .posts = t->posts };

	memcpy(state.digest, t->digest, DIGEST_BYTES);
	memcpy(state.counts, t->counts, sizeof(state.counts));
	(void)!pwrite(t->state_fd, &state, sizeof(state), 0);
}

enum verdict
troubles_begin(struct troubles *t, int dir, int64_t now_ms, struct fault *why)
{
	struct buf text = BUF_MAX(TEXT_MAX);
	enum verdict v;

	t->state_fd = t->log_fd = -1;
	if (pthread_mutex_init(&t->lock, NULL) != 0)
		abort(); /* no memory, as everywhere (base/arena.h) */
	troubles_print(t, &text);
	assert(!text.full);
	digest_of(text.bytes, text.len, t->digest);
	v = file_put(dir, "faults.txt", text.bytes, text.len, 0644, why);
	buf_done(&text);
	if (v != V_OK)
		return v;
	t->state_fd =
		openat(dir, "faults.state", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	t->log_fd = openat(dir, "faults.csv",
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (t->state_fd == -1 || t->log_fd == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "sim/faults.*");
	t->begun_ms = now_ms;
	read_state(t);
	write_state(t);
	return V_OK;
}

void
troubles_end(struct troubles *t)
{
	if (t->state_fd != -1)
		(void)close(t->state_fd);
	if (t->log_fd != -1)
		(void)close(t->log_fd);
	t->state_fd = t->log_fd = -1;
	(void)pthread_mutex_destroy(&t->lock);
}

static bool
over(const struct troubles *t, int64_t now_ms)
{
	return (t->until_posts > 0 && t->posts > t->until_posts) ||
	       (t->for_ms > 0 && now_ms - t->begun_ms >= t->for_ms);
}

static bool
within(const struct troubles *t, const struct trouble *line, int64_t now_ms)
{
	int64_t at_ms = now_ms - t->begun_ms;

	return at_ms >= line->from_ms && at_ms < line->to_ms;
}

static bool
fits(const struct troubles *t, size_t i, enum trouble_on on, int64_t now_ms)
{
	const struct trouble *line = &t->lines[i];
	int64_t count = t->counts[on];
	struct dice dice;

	if (line->on != on || line->kind == T_AWAY)
		return false;
	switch (line->when) {
	case WHEN_NTH:
		return count == line->n;
	case WHEN_EVERY:
		return count % line->n == 0;
	case WHEN_CHANCE:
		/* Of its own, whatever happened before. */
		dice = dice_of(t->seed * TROUBLES_MAX + (int64_t)i,
			count * TROUBLE_ONS + (int64_t)on);
		return dice_roll(&dice, 100) < line->n;
	case WHEN_FROM:
		return within(t, line, now_ms);
	}
	return false;
}

static void
note(const struct troubles *t, const struct trouble *line, int64_t now_ms)
{
	struct buf out = BUF_MAX(TEXT_MAX);
	char at[CLOCK_TEXT_MAX];

	clock_utc(now_ms, at);
	buf_format(&out, "%s;%s;%" PRId64 ";", at, trouble_on_word(line->on),
		t->counts[line->on]);
	trouble_print(line, &out);
	(void)!write(t->log_fd, out.bytes, out.len);
	buf_done(&out);
}

const struct trouble *
troubles_next(struct troubles *t, enum trouble_on on, int64_t now_ms)
{
	const struct trouble *found = NULL;
	size_t i;

	if (t == NULL)
		return NULL;
	(void)pthread_mutex_lock(&t->lock);
	t->counts[on]++;
	if (on == ON_REQUEST || on == ON_REPLY || on == ON_WUS)
		t->posts++;
	if (!over(t, now_ms))
		for (i = 0; i < t->count && found == NULL; i++)
			if (fits(t, i, on, now_ms))
				found = &t->lines[i];
	if (t->state_fd != -1)
		write_state(t);
	if (found != NULL && t->log_fd != -1)
		note(t, found, now_ms);
	(void)pthread_mutex_unlock(&t->lock);
	return found;
}

bool
troubles_away(struct troubles *t, int64_t now_ms)
{
	bool away = false;
	size_t i;

	if (t == NULL)
		return false;
	(void)pthread_mutex_lock(&t->lock);
	for (i = 0; i < t->count && !over(t, now_ms); i++)
		away |= t->lines[i].kind == T_AWAY &&
			within(t, &t->lines[i], now_ms);
	(void)pthread_mutex_unlock(&t->lock);
	return away;
}
