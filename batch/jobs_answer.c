/* batch/jobs_answer.c - the mapping of an endpoint's subscription answers
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "batch/jobs_check.h"

#define IN(member) offsetof(struct jobs_answer, member)
#define NAME_MAX_BYTES 100
#define WORDS_MAX_BYTES 60

const struct yaml_key jobs_answer_keys[] = {
	{ "root", YAML_TEXT, IN(root), .absent = 0 },
	{ "request_id", YAML_TEXT, IN(request_id), .absent = 0 },
	{ "sender", YAML_TEXT, IN(sender), .absent = 0 },
	{ "entry", YAML_TEXT, IN(entry), .absent = 0 },
	{ "bsn", YAML_TEXT, IN(bsn), .absent = 0 },
	{ "subscribed", YAML_TEXT, IN(subscribed), .absent = 0 },
	{ "yes", YAML_TEXT, IN(yes), .absent = 0 },
	{ "no", YAML_TEXT, IN(no), .absent = 0 },
	{ "unlisted", YAML_TEXT, IN(unlisted), .absent = 0 },
	{ 0 },
};

/* What may be a name, and what else may stand there. */
enum form {
	ATTRIBUTE = 1, /* "@name" */
	NOTHING = 2,   /* "" */
	AROUND = 4     /* ".." */
};

static const struct {
	const char *key, *absent;
	size_t offset;
	unsigned forms;
} names[] = {
	{ "root", "AbonnementAntwoord", IN(root), 0 },
	{ "request_id", "VerzoekId", IN(request_id), ATTRIBUTE | NOTHING },
	{ "sender", "OIN", IN(sender), ATTRIBUTE | NOTHING },
	{ "entry", "Abonnement", IN(entry), 0 },
	{ "bsn", "BSN", IN(bsn), ATTRIBUTE },
	{ "subscribed", "Geabonneerd", IN(subscribed),
		ATTRIBUTE | NOTHING | AROUND },
};
#define NAMES (sizeof(names) / sizeof(names[0]))

static char **
field(struct jobs_answer *answer, size_t offset)
{
	return (char **)(void *)((char *)answer + offset);
}

static void
fill(char **text, const char *absent)
{
	if (*text == NULL)
		*text = mem_text(absent);
}

void
jobs_answer_fill(struct jobs_answer *answer)
{
	size_t i;

	for (i = 0; i < NAMES; i++)
		fill(field(answer, names[i].offset), names[i].absent);
	fill(&answer->yes, "true 1");
	fill(&answer->no, "false 0");
	fill(&answer->unlisted, "unknown");
	answer->unlisted_no = strcmp(answer->unlisted, "no") == 0;
}

void
jobs_answer_done(struct jobs_answer *answer)
{
	yaml_done(jobs_answer_keys, answer);
}

/* A local name: no prefix, no blank, nothing that only a path has. */
static bool
name_ok(const char *name, unsigned forms)
{
	size_t len;

	if (*name == '\0')
		return (forms & NOTHING) != 0;
	if (strcmp(name, "..") == 0)
		return (forms & AROUND) != 0;
	if (*name == '@' && (forms & ATTRIBUTE) != 0)
		name++;
	len = strlen(name);
	return len > 0 && len <= NAME_MAX_BYTES &&
	       name[strcspn(name, " \t\r\n:/@<>&\"'[]")] == '\0' &&
	       strspn(name, ".-0123456789") == 0;
}

/* Does one of the words of `a` stand in `b` too? */
static bool
share_word(const char *a, const char *b)
{
	size_t len, other;
	const char *p;

	for (; *(a += strspn(a, " ")) != '\0'; a += len) {
		len = strcspn(a, " ");
		for (p = b; *(p += strspn(p, " ")) != '\0'; p += other) {
			other = strcspn(p, " ");
			if (other == len && memcmp(a, p, len) == 0)
				return true;
		}
	}
	return false;
}

static bool
words_ok(const char *words)
{
	return words[strspn(words, " ")] != '\0' &&
	       strlen(words) <= WORDS_MAX_BYTES;
}

enum verdict
jobs_answer_check(
	struct jobs_answer *answer, const char *endpoint, struct fault *why)
{
	size_t i;

	jobs_answer_fill(answer);
	for (i = 0; i < NAMES; i++)
		if (!name_ok(*field(answer, names[i].offset), names[i].forms))
			return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
				"endpoint %s: answer: %s must be the name of "
				"an element without prefix%s%s%s",
				endpoint, names[i].key,
				names[i].forms & ATTRIBUTE
					? ", or @ and that of an attribute"
					: "",
				names[i].forms & AROUND ? ", or '..'" : "",
				names[i].forms & NOTHING ? ", or empty" : "");
	if (!words_ok(answer->yes) || !words_ok(answer->no) ||
		share_word(answer->yes, answer->no))
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: answer: yes and no must be words, at "
			"most %d characters, and none in both",
			endpoint, WORDS_MAX_BYTES);
	if (!answer->unlisted_no && strcmp(answer->unlisted, "unknown") != 0)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"endpoint %s: answer: unlisted must be unknown or no",
			endpoint);
	return V_OK;
}
