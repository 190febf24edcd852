/* base/pdf_claim.c - which PDF/A a file says it is: a byte scan
 *
 * XMP is found by the name of the namespace that claims are written in, as
 * one, two or four bytes a character.  The packet round it is made narrow and
 * read tag by tag, so that a claim in a comment is none.  Nothing is allocated
 * beyond one copy of the packet.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE /* memmem */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/pdf.h"

#define NAMESPACE "http://www.aiim.org/pdfa/ns/id/"
#define PACKET_CHARS_MAX ((size_t)1000000) /* on either side of the name */
#define WIDTH_MAX 4

struct span {
	const char *at;
	size_t len;
};

struct scan {
	const char *at, *end;
	struct span prefix;
	char part, level;
	bool twice, odd, small;
};

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
same(struct span span, const char *text)
{
	return span.len == strlen(text) && memcmp(span.at, text, span.len) == 0;
}

/* Behind the next `mark`, or the end. */
static const char *
behind(const char *at, const char *end, const char *mark)
{
	const char *hit = memmem(at, (size_t)(end - at), mark, strlen(mark));

	return hit == NULL ? end : hit + strlen(mark);
}

/* The inside of the next tag; comments and the like are passed over. */
static bool
next_tag(struct scan *s, struct span *tag)
{
	const char *close;
	char quote = '\0';

	for (;;) {
		s->at = memchr(s->at, '<', (size_t)(s->end - s->at));
		if (s->at == NULL || s->end - s->at < 2)
			return false;
		if (s->at[1] == '?')
			s->at = behind(s->at, s->end, "?>");
		else if (s->end - s->at > 3 && memcmp(s->at, "<!--", 4) == 0)
			s->at = behind(s->at + 4, s->end, "-->");
		else if (s->end - s->at > 8 &&
			 memcmp(s->at, "<![CDATA[", 9) == 0)
			s->at = behind(s->at, s->end, "]]>");
		else
			break;
	}
	for (close = s->at + 1; close < s->end; close++) {
		if (quote != '\0')
			quote = *close == quote ? '\0' : quote;
		else if (*close == '"' || *close == '\'')
			quote = *close;
		else if (*close == '>')
			break;
	}
	if (close == s->end)
		return false;
	*tag = (struct span){ s->at + 1, (size_t)(close - s->at - 1) };
	s->at = close + 1;
	return true;
}

/* Cut the name a tag begins with off `rest`. */
static struct span
take_name(struct span *rest)
{
	struct span name = { rest->at, 0 };

	while (name.len < rest->len && !blank(name.at[name.len]) &&
		name.at[name.len] != '=' && name.at[name.len] != '/')
		name.len++;
	rest->at += name.len;
	rest->len -= name.len;
	return name;
}

static void
skip(struct span *rest)
{
	while (rest->len > 0 && (blank(*rest->at) || *rest->at == '/')) {
		rest->at++;
		rest->len--;
	}
}

static bool
next_attribute(struct span *rest, struct span *name, struct span *value)
{
	const char *close;
	char quote;

	skip(rest);
	*name = take_name(rest);
	skip(rest);
	if (name->len == 0 || rest->len == 0 || *rest->at != '=')
		return false;
	rest->at++;
	rest->len--;
	skip(rest);
	if (rest->len == 0 || (*rest->at != '"' && *rest->at != '\''))
		return false;
	quote = *rest->at++;
	rest->len--;
	close = memchr(rest->at, quote, rest->len);
	if (close == NULL)
		return false;
	*value = (struct span){ rest->at, (size_t)(close - rest->at) };
	rest->len -= value->len + 1;
	rest->at = close + 1;
	return true;
}

static void
keep(struct scan *s, char *kept, char c)
{
	if (*kept != '\0' && *kept != c)
		s->twice = true;
	*kept = c;
}

/* One property, if `name` is one of the two. */
static void
take(struct scan *s, struct span name, struct span value)
{
	bool part;

	if (name.len <= s->prefix.len + 1 || name.at[s->prefix.len] != ':' ||
		memcmp(name.at, s->prefix.at, s->prefix.len) != 0)
		return;
	name.at += s->prefix.len + 1;
	name.len -= s->prefix.len + 1;
	part = same(name, "part");
	if (!part && !same(name, "conformance"))
		return;
	while (value.len > 0 && blank(value.at[0])) {
		value.at++;
		value.len--;
	}
	while (value.len > 0 && blank(value.at[value.len - 1]))
		value.len--;
	if (value.len != 1)
		s->odd = true;
	else if (part && value.at[0] >= '1' && value.at[0] <= '4')
		keep(s, &s->part, value.at[0]);
	else if (!part && memchr("ABUEF", value.at[0], 5) != NULL)
		keep(s, &s->level, value.at[0]);
	else if (!part && memchr("abuef", value.at[0], 5) != NULL)
		s->small = true;
	else
		s->odd = true;
}

/* Which prefix stands for the namespace. */
static bool
find_prefix(struct scan *s)
{
	struct span tag, name, value;

	while (next_tag(s, &tag)) {
		(void)take_name(&tag);
		while (next_attribute(&tag, &name, &value)) {
			if (name.len <= 6 ||
				memcmp(name.at, "xmlns:", 6) != 0 ||
				!same(value, NAMESPACE))
				continue;
			s->prefix = (struct span){ name.at + 6, name.len - 6 };
			return true;
		}
	}
	return false;
}

static void
read_packet(const char *text, size_t len, struct scan *s)
{
	struct span tag, name, value;

	*s = (struct scan){ .at = text, .end = text + len };
	if (!find_prefix(s))
		return;
	s->at = text;
	while (next_tag(s, &tag)) {
		const char *open = memchr(s->at, '<', (size_t)(s->end - s->at));

		name = take_name(&tag); /* empty for a closing tag */
		if (open != NULL &&
			(tag.len == 0 || tag.at[tag.len - 1] != '/'))
			take(s, name,
				(struct span){ s->at, (size_t)(open - s->at) });
		while (next_attribute(&tag, &name, &value))
			take(s, name, value);
	}
}

static void
judge(const struct scan *s, char claim_out[PDF_CLAIM_MAX],
	enum pdf_claim_note *note_out)
{
	static const char *const levels[] = { "AB", "ABU", "ABU", "EF" };

	claim_out[0] = '\0';
	*note_out = PDF_CLAIM_ODD;
	if (s->part == '\0' && s->level == '\0' && !s->odd && !s->small) {
		*note_out = PDF_CLAIM_PLAIN;
	} else if (s->small) {
		*note_out = PDF_CLAIM_CASE;
	} else if (s->twice || s->odd || s->part == '\0' ||
		   (s->level == '\0' && s->part != '4') ||
		   (s->level != '\0' &&
			   strchr(levels[s->part - '1'], s->level) == NULL)) {
		*note_out = PDF_CLAIM_ODD;
	} else {
		claim_out[0] = s->part;
		claim_out[1] =
			s->level == '\0' ? '\0' : (char)(s->level - 'A' + 'a');
		claim_out[2] = '\0';
		*note_out = PDF_CLAIM_PLAIN;
	}
}

/* `text` with `width` bytes a character, without the zeros outside it: as
 * such it lies in both byte orders.
 */
static size_t
widen(const char *text, size_t width, char *out)
{
	size_t i, len = strlen(text);

	for (i = 0; i < len; i++) {
		memset(out + i * width, 0, width);
		out[i * width] = text[i];
	}
	return (len - 1) * width + 1;
}

/* The last place where `wide` lies, NULL when nowhere. */
static const char *
last_of(const char *bytes, size_t len, const char *wide, size_t wide_len)
{
	const char *hit = NULL, *next = bytes, *end = bytes + len;

	while ((next = memmem(next, (size_t)(end - next), wide, wide_len)) !=
		NULL)
		hit = next++;
	return hit;
}

/* The packet round `hit` as narrow text; what is no ASCII becomes '?'. */
static char *
narrow(const char *bytes, size_t len, const char *hit, size_t width,
	size_t *len_out)
{
	char mark[16 * WIDTH_MAX], *text;
	size_t at = (size_t)(hit - bytes), start, stop, i, j, n = 0;
	const char *found;
	bool big;

	start = at % width;
	if (at - start > PACKET_CHARS_MAX * width)
		start = at - PACKET_CHARS_MAX * width;
	i = widen("<?xpacket begin", width, mark);
	found = last_of(bytes + start, at - start, mark, i);
	if (found != NULL && (size_t)(hit - found) % width == 0)
		start = (size_t)(found - bytes);
	stop = len - at > PACKET_CHARS_MAX * width
		       ? at + PACKET_CHARS_MAX * width
		       : len;
	i = widen("<?xpacket end", width, mark);
	found = memmem(hit, stop - at, mark, i);
	if (found != NULL)
		stop = (size_t)(found - bytes);
	/* With the high bytes first, zeros stand before the first sign. */
	big = width > 1 && start >= width - 1;
	for (j = 1; big && j < width; j++)
		big = bytes[start - j] == '\0';
	text = mem_new((stop - start) / width + 1);
	for (i = start; i < stop; i += width) {
		bool wide = (bytes[i] & 0x80) != 0;

		for (j = 1; !wide && j < width; j++)
			wide = big ? bytes[i - j] != '\0'
				   : i + j < stop && bytes[i + j] != '\0';
		text[n++] = wide ? '?' : bytes[i];
	}
	*len_out = n;
	return text;
}

void
pdf_claim_scan(const void *bytes, size_t len, char claim_out[PDF_CLAIM_MAX],
	enum pdf_claim_note *note_out)
{
	char wide[sizeof(NAMESPACE) * WIDTH_MAX];
	size_t width, text_len;
	struct scan s = { 0 };

	for (width = 1; width <= WIDTH_MAX; width *= 2) {
		size_t wide_len = widen(NAMESPACE, width, wide);
		const char *hit = last_of(bytes, len, wide, wide_len);
		char *text;

		if (hit == NULL)
			continue;
		text = narrow(bytes, len, hit, width, &text_len);
		read_packet(text, text_len, &s);
		free(text);
		break;
	}
	judge(&s, claim_out, note_out);
}
