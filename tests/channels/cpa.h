/* tests/channels/cpa.h - what the tests of agreements share
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_CHANNELS_CPA_H
#define TESTS_CHANNELS_CPA_H

#include "channels/look.h"
#include "tests/channels/agreement.h"
#include "tests/channels/shared.h"

#define REQUEST "GLOBE-R-BV-Request"
#define RESULT "GLOBE-R-BV-Result"
#define OURS "00000099000000010000"
#define THEIRS "00000099000000020000"
#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)

static const char *const both[] = { REQUEST, RESULT, NULL };

/* All mistakes of one reading. */
struct mistakes {
	int count, unsupported;
	char all[4000]; /* "place: text\n" */
};

static inline void
on_mistake(void *self, const struct fault *mistake)
{
	struct mistakes *m = self;
	size_t len = strlen(m->all);

	assert_true(mistake->code == CODE_CPA ||
		    mistake->code == CODE_CPA_UNSUPPORTED);
	m->count++;
	m->unsupported += mistake->code == CODE_CPA_UNSUPPORTED;
	snprintf(m->all + len, sizeof(m->all) - len, "%s: %s\n", mistake->place,
		mistake->text);
}

/* Read the agreement as we do; all it says is in `m`. */
static inline enum verdict
check_text(struct buf *text, struct arena *mem, struct cpa *cpa,
	struct mistakes *m)
{
	struct fault why = FAULT_NONE;
	enum verdict v;

	*m = (struct mistakes){ .count = 0 };
	v = cpa_check(text->bytes, text->len, OURS, both, false, on_mistake, m,
		mem, cpa, &why);
	assert_int_equal(v == V_OK, m->count == 0);
	/* The short form has the first of them. */
	if (m->count > 0) {
		char first[FAULT_PLACE_MAX + FAULT_TEXT_MAX];

		snprintf(first, sizeof(first), "%s: %s\n", why.place, why.text);
		assert_int_equal(strncmp(m->all, first, strlen(first)), 0);
	}
	return v;
}

#endif
