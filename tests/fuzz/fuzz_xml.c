/* tests/fuzz/fuzz_xml.c - any bytes through the stream of events
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/xml.h"

struct input {
	const uint8_t *bytes;
	size_t len, at;
};

struct seen {
	struct xml_place place;
	int64_t last_line, last_offset, size;
	int depth;
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static enum verdict
give(void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct input *in = self;
	size_t n = in->len - in->at;

	(void)why;
	if (n > len)
		n = len;
	if (n > 1 && in->len % 3 == 0)
		n = 1 + n / 2;
	memcpy(bytes, in->bytes + in->at, n);
	in->at += n;
	*len_out = n;
	return V_OK;
}

/* Places only go forward and stay in the file. */
static void
placed(struct seen *s)
{
	xml_place(&s->place);
	assert(s->place.end <= s->size);
	assert(s->place.line >= s->last_line);
	assert(s->place.offset >= s->last_offset);
	assert(s->place.offset <= s->size);
	s->last_line = s->place.line;
	s->last_offset = s->place.offset;
}

static enum verdict
on_open(void *self, const struct xml_name *name,
	const struct xml_attribute *attributes, size_t count, struct fault *why)
{
	struct seen *s = self;
	size_t i;

	(void)why;
	placed(s);
	assert(name->ns != NULL && name->local[0] != '\0');
	for (i = 0; i < count; i++)
		assert(memchr(attributes[i].value, '\0', attributes[i].len) ==
			NULL);
	s->depth++;
	assert(s->depth <= 40);
	return V_OK;
}

static enum verdict
on_text(void *self, const char *text, size_t len, struct fault *why)
{
	struct seen *s = self;

	(void)why;
	placed(s);
	assert(s->depth > 0);
	assert(memchr(text, '\0', len) == NULL);
	return V_OK;
}

static enum verdict
on_close(void *self, const struct xml_name *name, struct fault *why)
{
	struct seen *s = self;

	(void)name;
	(void)why;
	placed(s);
	s->depth--;
	assert(s->depth >= 0);
	return V_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct xml_events events = { on_open, on_text, on_close };
	struct input in = { .bytes = bytes, .len = len };
	struct seen seen = { .size = (int64_t)len };
	struct fault why = FAULT_NONE;
	enum verdict v =
		xml_stream(give, &in, &events, &seen, 40, &seen.place, &why);

	assert(v == V_OK || (v == V_BROKEN && why.code != CODE_NONE));
	assert(v != V_OK || seen.depth == 0);
	return 0;
}
