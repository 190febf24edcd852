/* tests/fuzz/fuzz_subscription.c - any bytes as an answer about subscriptions
 *
 * Read by each of several mappings, and as a person's list.  Whatever is taken
 * must add up; whatever is refused has a code of its own and shows no number.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "channels/subscription.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct {
	const char *root, *request_id, *sender, *entry, *bsn, *subscribed, *yes,
		*no;
} forms[] = {
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
	{ NULL, "@id", "@oin", NULL, "@bsn", "@box", "ja J", "nee N" },
	{ NULL, "", "", "BSN", "BSN", "", NULL, NULL },
	{ NULL, NULL, "", "BSN", "BSN", "..", "Aan", "Af" },
	{ "BSN", "BSN", "BSN", "BSN", "BSN", "BSN", NULL, NULL },
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

static struct jobs_answer mappings[FORMS];

static char *
own(const char *text)
{
	return text == NULL ? NULL : mem_text(text);
}

static void
make_mappings(void)
{
	size_t i;

	for (i = 0; i < FORMS; i++) {
		mappings[i] = (struct jobs_answer){ .root = own(forms[i].root),
			.request_id = own(forms[i].request_id),
			.sender = own(forms[i].sender),
			.entry = own(forms[i].entry),
			.bsn = own(forms[i].bsn),
			.subscribed = own(forms[i].subscribed),
			.yes = own(forms[i].yes),
			.no = own(forms[i].no) };
		jobs_answer_fill(&mappings[i]);
	}
}

/* No run of eight digits or more: place and text are for logs. */
static void
no_number(const char *text)
{
	size_t run = 0;

	for (; *text != '\0'; text++) {
		run = *text >= '0' && *text <= '9' ? run + 1 : 0;
		assert(run < 8 || strstr(text - run, "1000000000") != NULL ||
			strstr(text - run, "20000000") != NULL);
	}
}

static void
add_up(enum verdict v, const struct subscribed *set,
	const struct subscription_read *out, const struct fault *why)
{
	int64_t asked = 0, yes = 0;
	struct bsn bsn, before = BSN_NONE;
	int32_t place = 0;
	bool is_yes;

	if (v != V_OK) {
		assert(v == V_SKIP);
		assert(why->code >= CODE_SUBSCRIPTION_READ &&
			why->code <= CODE_SUBSCRIPTION_FILE);
		assert(why->text[0] != '\0');
		no_number(why->place);
		no_number(why->text);
		return;
	}
	assert(set->asked + out->doubled == out->entries);
	while (subscribed_next(set, &place, &bsn, &is_yes)) {
		assert(bsn_valid(bsn.number) && bsn.number > before.number);
		before = bsn;
		asked++;
		yes += is_yes;
	}
	assert(asked == set->asked && yes == set->yes);
}

struct source {
	const uint8_t *bytes;
	size_t left;
};

static enum verdict
give(void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct source *s = self;

	(void)why;
	if (len > s->left)
		len = s->left;
	if (len > 1 && s->left % 3 == 0)
		len = 1 + len / 2;
	if (len > 0)
		memcpy(bytes, s->bytes, len);
	s->bytes += len;
	s->left -= len;
	*len_out = len;
	return V_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct subscribed set;
	struct subscription_read out;
	struct source source;
	struct fault why;
	enum verdict v;
	size_t i;

	if (mappings[0].root == NULL)
		make_mappings();
	for (i = 0; i <= FORMS; i++) {
		source = (struct source){ bytes, len };
		why = FAULT_NONE;
		v = i < FORMS ? subscription_answer_read(give, &source,
					&mappings[i], &set, &out, &why)
			      : subscription_list_read(
					give, &source, &set, &out, &why);
		add_up(v, &set, &out, &why);
		subscribed_done(&set);
	}
	return 0;
}
