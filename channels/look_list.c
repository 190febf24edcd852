/* channels/look_list.c - a person's list of who is subscribed; see
 * channels/subscription.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/unpack.h"
#include "channels/subscription.h"

#define LINE_MAX_BYTES 200
#define BLOCK_BYTES 65536
#define BLANKS " \t\r"

/* Do all lines say yes or no, or none of them? */
enum shape {
	SHAPE_UNKNOWN,
	SHAPE_NUMBERS,
	SHAPE_ANSWERS
};

struct list {
	xml_read_fn *read;
	void *read_self;
	bool source_failed;
	struct subscribed *set;
	struct subscription_read *out;
	enum shape shape;
	int64_t line;
	char text[LINE_MAX_BYTES + 1];
	size_t len;
};

static enum verdict
read_source(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct list *l = self;
	enum verdict v = l->read(l->read_self, bytes, len, len_out, why);

	l->source_failed = v != V_OK;
	return v;
}

static enum verdict
wrong(enum code code, const char *text, struct fault *why)
{
	return fault_set(why, V_SKIP, code, "list: %s", text);
}

/* Blanks and one pair of quotes around a field go. */
static char *
field(char *text)
{
	size_t len;

	text += strspn(text, BLANKS);
	len = strlen(text);
	while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
		len--;
	if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
		text++;
		len -= 2;
	}
	text[len] = '\0';
	return text;
}

/* 1 yes, 0 no, -1 neither. */
static int
answer_of(const char *text)
{
	static const char *const words[][6] = {
		{ "nee", "n", "no", "false", "0", NULL },
		{ "ja", "j", "yes", "true", "1", NULL },
	};
	int yes, i;

	for (yes = 0; yes < 2; yes++)
		for (i = 0; words[yes][i] != NULL; i++)
			if (strcasecmp(text, words[yes][i]) == 0)
				return yes;
	return -1;
}

static enum verdict
take_number(const char *digits, struct bsn *bsn_out, struct fault *why)
{
	char nine[BSN_TEXT_MAX + 1] = "0";

	/* Spreadsheets drop a zero in front. */
	if (strlen(digits) == 8) {
		memcpy(nine + 1, digits, 8);
		digits = nine;
	}
	if (bsn_parse(digits, bsn_out, why) != V_OK)
		return wrong(CODE_SUBSCRIPTION_NUMBER,
			"no citizen number (nine digits, eleven-test)", why);
	return V_OK;
}

static enum verdict
take_line(struct list *l, struct fault *why)
{
	char *first = l->text, *second;
	struct bsn bsn = BSN_NONE;
	enum subscribed_was was;
	enum shape shape;
	enum verdict v;
	int yes = 1;

	if (l->line == 1 && strncmp(first, "\xef\xbb\xbf", 3) == 0)
		first += 3;
	second = strpbrk(first, ";,\t");
	if (second != NULL)
		*second++ = '\0';
	first = field(first);
	second = second == NULL ? NULL : field(second);
	if (*first == '\0' && second == NULL)
		return V_OK;
	/* Headings have no digit. */
	if (l->line == 1 && strpbrk(first, "0123456789") == NULL)
		return V_OK;
	v = take_number(first, &bsn, why);
	if (v != V_OK)
		return v;
	if (second != NULL)
		yes = answer_of(second);
	if (yes == -1)
		return wrong(CODE_SUBSCRIPTION_FILE,
			"neither yes nor no (ja, nee) behind the number", why);
	shape = second == NULL ? SHAPE_NUMBERS : SHAPE_ANSWERS;
	if (l->shape != SHAPE_UNKNOWN && shape != l->shape)
		return wrong(CODE_SUBSCRIPTION_FILE,
			"yes or no must be in every line or in none", why);
	l->shape = shape;
	if (++l->out->entries > SUBSCRIPTION_ENTRIES_MAX)
		return wrong(CODE_SUBSCRIPTION_READ, "too many lines", why);
	was = subscribed_add(l->set, bsn, yes == 1);
	l->out->doubled += was == SUBSCRIBED_AGAIN;
	if (was == SUBSCRIBED_CONTRADICTS)
		return wrong(CODE_SUBSCRIPTION_CONTRADICTS,
			"yes and no about one number", why);
	return V_OK;
}

static enum verdict
end_line(struct list *l, struct fault *why)
{
	enum verdict v;

	l->text[l->len] = '\0';
	l->line++;
	v = strlen(l->text) != l->len
		    ? wrong(CODE_SUBSCRIPTION_READ, "it is no text", why)
		    : take_line(l, why);
	l->len = 0;
	if (v != V_OK)
		fault_at(why, "line %lld", (long long)l->line);
	return v;
}

static enum verdict
take_block(struct list *l, const char *bytes, size_t len, struct fault *why)
{
	enum verdict v = V_OK;
	const char *end;
	size_t n;

	while (v == V_OK && len > 0) {
		end = memchr(bytes, '\n', len);
		n = end == NULL ? len : (size_t)(end - bytes);
		if (n > LINE_MAX_BYTES - l->len) {
			v = wrong(CODE_SUBSCRIPTION_READ,
				"more than 200 bytes without a line end", why);
			fault_at(why, "line %lld", (long long)l->line + 1);
			return v;
		}
		memcpy(l->text + l->len, bytes, n);
		l->len += n;
		if (end != NULL)
			v = end_line(l, why);
		n += end != NULL;
		bytes += n;
		len -= n;
	}
	return v;
}

enum verdict
subscription_list_read(xml_read_fn *read, void *read_self,
	struct subscribed *set, struct subscription_read *out,
	struct fault *why)
{
	static const struct archive_limits limits = {
		.unpacked_max = SUBSCRIPTION_BYTES_MAX,
		.ratio_max = SUBSCRIPTION_RATIO_MAX
	};
	struct list l = {
		.read = read, .read_self = read_self, .set = set, .out = out
	};
	struct unpack *unpack = NULL;
	char block[BLOCK_BYTES];
	size_t got = 1;
	enum verdict v;

	assert(set->asked == 0);
	*out = (struct subscription_read){ .entries = 0 };
	v = unpack_open_from(read_source, &l, &limits, &unpack, why);
	while (v == V_OK && got > 0) {
		v = unpack_read(unpack, block, sizeof(block), &got, why);
		if (v == V_OK)
			v = take_block(&l, block, got, why);
	}
	if (v == V_OK && l.len > 0)
		v = end_line(&l, why);
	unpack_close(unpack);
	if (v == V_OK && out->entries == 0)
		v = wrong(CODE_SUBSCRIPTION_FILE, "no number in it", why);
	if (v == V_BROKEN && !l.source_failed && why->code != CODE_MEMORY) {
		why->code = CODE_SUBSCRIPTION_READ;
		v = V_SKIP;
	}
	return v;
}
