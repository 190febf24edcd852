/* mobbsim/answer.c - see mobbsim/answer.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>

#include "mobbsim/answer.h"

#define NS "http://schemas.overheid.nl/GEB/AbonnementServiceProcessor/2014/02"
#define STRANGER 111222333 /* passes the eleven-test; batches have no such */

struct names {
	const char *root, *sender, *id, *entry, *bsn, *subscribed, *yes, *no;
};

static const struct names ours = { "AbonnementAntwoord", "OIN", "VerzoekId",
	"Abonnement", "BSN", "Geabonneerd", "true", "false" };
static const struct names others = { "AbonnementenLijst", "Leverancier",
	"Aanvraag", "Burger", "Nummer", "Actief", "J", "N" };

struct writing {
	const struct names *names;
	const struct answer_shape *shape;
	int64_t nth;
	struct buf *out;
};

static void
add_entry(const struct writing *w, int32_t number, const char *word)
{
	const struct names *n = w->names;

	buf_format(w->out, "<%s><%s>%09d</%s><%s>%s</%s></%s>\n", n->entry,
		n->bsn, (int)number, n->bsn, n->subscribed, word, n->subscribed,
		n->entry);
}

/* A subscribers_fn. */
static void
add(void *self, int32_t number, bool yes)
{
	struct writing *w = self;
	const struct answer_shape *shape = w->shape;
	const char *word;

	w->nth++;
	if (shape->half && w->nth % 2 == 0)
		return;
	if (shape->swapped)
		yes = !yes;
	yes = (yes || shape->all_yes) && !shape->all_no;
	word = yes ? w->names->yes : w->names->no;
	if (shape->not_boolean && w->nth == 1)
		word = "misschien";
	add_entry(w, number, word);
	if (shape->doubled)
		add_entry(w, number, word);
	if (shape->contradict && w->nth == 1)
		add_entry(w, number, yes ? w->names->no : w->names->yes);
	if (shape->stranger && w->nth == 1)
		add_entry(w, STRANGER, w->names->yes);
}

static void
add_list(const struct question *q, const struct subscribers *subscribers,
	struct writing *w)
{
	char text[CITIZEN_TEXT_MAX];
	size_t i;

	for (i = 0; i < q->count; i++) {
		snprintf(text, sizeof(text), "%09d", (int)q->numbers[i]);
		add(w, q->numbers[i],
			subscribers_look(subscribers, text) != BOX_NONE);
	}
}

void
answer_write(const struct question *q, const struct subscribers *subscribers,
	const struct answer_shape *shape, struct buf *out)
{
	const struct names *n = shape->other_names ? &others : &ours;
	struct writing w = { .names = n, .shape = shape, .out = out };

	buf_format(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<a:%s xmlns:a=\"" NS "\">\n<BerichtLeverancier><%s>%s</%s>"
		"</BerichtLeverancier>\n<%s>%s</%s>\n",
		n->root, n->sender, shape->oin == NULL ? q->oin : shape->oin,
		n->sender, n->id, shape->id == NULL ? q->id : shape->id, n->id);
	if (!shape->empty)
		switch (q->kind) {
		case QUESTION_LIST:
			add_list(q, subscribers, &w);
			break;
		case QUESTION_ALL:
			subscribers_all(subscribers, shape->all_yes, add, &w);
			break;
		case QUESTION_CHANGES:
			subscribers_changes(subscribers, q->since_ms, add, &w);
			break;
		}
	buf_format(out, "</a:%s>\n", n->root);
}
