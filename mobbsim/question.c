/* mobbsim/question.c - see mobbsim/question.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/xml.h"
#include "mobbsim/citizen.h"
#include "mobbsim/question.h"

#define NS "http://schemas.overheid.nl/GEB/AbonnementServiceProcessor/2014/02"
#define DEPTH_MAX 8
#define TEXT_BYTES ((size_t)100)

/* What may stand where: an element, below which, and after which. */
enum place {
	ROOT = 0,
	SUPPLIER,
	OIN,
	ID,
	SINCE,
	LIST,
	NUMBER,
	PLACES,
	NOWHERE = PLACES,
};

static const struct {
	const char *name;
	enum place in;	/* the element around it */
	unsigned after; /* 1 << the last one that ended */
	bool text;	/* else only elements */
} rules[PLACES] = {
	[ROOT] = { "AbonnementAanvraag", NOWHERE, 1U << NOWHERE, false },
	[SUPPLIER] = { "BerichtLeverancier", ROOT, 1U << NOWHERE, false },
	[OIN] = { "OIN", SUPPLIER, 1U << NOWHERE, true },
	[ID] = { "VerzoekId", ROOT, 1U << SUPPLIER, true },
	[SINCE] = { "MutatieDatum", ROOT, 1U << ID, true },
	[LIST] = { "BSNLijst", ROOT, 1U << ID, false },
	[NUMBER] = { "BSN", LIST, 1U << ID | 1U << NUMBER, true },
};

struct reading {
	const char *bytes;
	size_t len, at;
	enum place open[DEPTH_MAX]; /* from the root on */
	size_t depth;
	enum place ended; /* the last one */
	struct buf text;
	struct question *out;
	size_t room;
};

const char *
question_word(enum question_kind kind)
{
	static const char *const words[] = { "all", "list", "changes" };

	return words[kind];
}

static enum verdict
give(void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct reading *r = self;

	(void)why;
	if (len > r->len - r->at)
		len = r->len - r->at;
	memcpy(bytes, r->bytes + r->at, len);
	r->at += len;
	*len_out = len;
	return V_OK;
}

static enum verdict
wrong(struct fault *why, const char *what, const char *name)
{
	return fault_set(why, V_SKIP, CODE_EBMS, "%s: %.40s", what, name);
}

static enum verdict
on_open(void *self, const struct xml_name *name,
	const struct xml_attribute *attributes, size_t count, struct fault *why)
{
	struct reading *r = self;
	enum place in = r->depth == 0 ? NOWHERE : r->open[r->depth - 1];
	int place;

	(void)attributes;
	(void)count;
	for (place = 0; place < PLACES; place++)
		if (rules[place].in == in &&
			(rules[place].after & 1U << r->ended) != 0 &&
			strcmp(name->local, rules[place].name) == 0 &&
			strcmp(name->ns, place == ROOT ? NS : "") == 0)
			break;
	if (place == PLACES || r->depth == DEPTH_MAX)
		return wrong(why, "not expected", name->local);
	r->open[r->depth++] = (enum place)place;
	if (place == LIST)
		r->out->kind = QUESTION_LIST;
	buf_reset(&r->text);
	return V_OK;
}

static enum verdict
on_text(void *self, const char *text, size_t len, struct fault *why)
{
	struct reading *r = self;
	size_t i;

	if (r->depth > 0 && rules[r->open[r->depth - 1]].text) {
		buf_add(&r->text, text, len);
		return V_OK;
	}
	for (i = 0; i < len; i++)
		if (strchr(" \t\r\n", text[i]) == NULL)
			return wrong(why, "text between elements", "");
	return V_OK;
}

static bool
take_number(struct reading *r, const char *text)
{
	struct question *q = r->out;

	if (!citizen_eleven(text) || q->count == QUESTION_NUMBERS_MAX)
		return false;
	if (q->count == r->room) {
		r->room = r->room == 0 ? 1024 : 2 * r->room;
		q->numbers =
			mem_grow(q->numbers, r->room * sizeof(*q->numbers));
	}
	q->numbers[q->count++] = (int32_t)strtol(text, NULL, 10);
	return true;
}

static bool
take(struct reading *r, enum place place, const char *text)
{
	struct question *q = r->out;
	struct uuid id;

	switch (place) {
	case OIN:
		if (strlen(text) != 20 || strspn(text, "0123456789") != 20)
			return false;
		memcpy(q->oin, text, 21);
		return true;
	case ID:
		if (!uuid_parse(text, &id))
			return false;
		memcpy(q->id, text, sizeof(q->id));
		return true;
	case SINCE:
		q->kind = QUESTION_CHANGES;
		return clock_parse(text, &q->since_ms);
	case NUMBER:
		return take_number(r, text);
	case LIST:
		return q->count > 0;
	case SUPPLIER:
		return q->oin[0] != '\0';
	case ROOT:
		return q->id[0] != '\0';
	case PLACES:
		break;
	}
	return false;
}

static enum verdict
on_close(void *self, const struct xml_name *name, struct fault *why)
{
	struct reading *r = self;
	enum place place = r->open[--r->depth];
	const char *text = r->text.bytes == NULL ? "" : r->text.bytes;

	if (r->text.full || !take(r, place, text))
		return wrong(
			why, "missing, or not what it should be", name->local);
	r->ended = place;
	buf_reset(&r->text);
	return V_OK;
}

enum verdict
question_read(
	const void *bytes, size_t len, struct question *out, struct fault *why)
{
	static const struct xml_events events = { on_open, on_text, on_close };
	struct reading r = { .bytes = bytes,
		.len = len,
		.ended = NOWHERE,
		.text = BUF_MAX(TEXT_BYTES),
		.out = out };
	enum verdict v;

	*out = (struct question){ .kind = QUESTION_ALL };
	v = xml_stream(give, &r, &events, &r, DEPTH_MAX, NULL, why);
	buf_done(&r.text);
	return v == V_OK ? V_OK : V_SKIP;
}

void
question_done(struct question *question)
{
	free(question->numbers);
	*question = (struct question){ .kind = QUESTION_ALL };
}
