/* channels/look_subscription.c - who is subscribed, as the answer says
 *
 * The answer streams by: unpacked, taken apart by the XML wall, its numbers set
 * in the bits of the answer list.  What an element is for follows from its name
 * and the mapping; names are the same pointers throughout, so each is compared
 * once.  See channels/subscription.h.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/unpack.h"
#include "channels/subscription.h"

#define DEPTH_MAX 32
#define NAMES_MAX 16 /* remembered; others are compared each time */
#define TEXT_MAX 64  /* of what is read; anything else is skipped */
#define WAITING 32
#define BLANKS " \t\r\n"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* What an element may be for; one name may be for more than one. */
enum use {
	USE_ENTRY = 1,
	USE_BSN = 2,
	USE_SUBSCRIBED = 4,
	USE_ID = 8,
	USE_SENDER = 16,
	USE_YES = 32, /* around an entry */
	USE_NO = 64,
};

/* An entry that was read: its bits lie anywhere in 25 MB, and are fetched while
 * the next ones are read.
 */
struct waiting {
	struct bsn bsn; /* BSN_NONE: none */
	bool yes;
	int64_t line;
};

struct reader {
	xml_read_fn *read;
	void *read_self;
	bool source_failed;

	const struct jobs_answer *mapping;
	struct subscribed *set;
	struct subscription_read *out;
	struct {
		const char *name;
		unsigned uses;
	} names[NAMES_MAX];
	size_t name_count;

	int depth;
	unsigned uses[DEPTH_MAX + 1]; /* of each open element */
	int entry;	/* depth of the entry that is open, 0 none */
	unsigned taken; /* what the text is for; 0: look at it only */
	char text[TEXT_MAX + 1];
	size_t text_len;
	bool text_long;
	bool has_bsn, has_answer, yes; /* of the entry */
	struct bsn bsn;
	struct waiting waiting[WAITING];
	struct xml_place place;
};

static enum verdict
misfit(struct fault *why, const char *name, const char *text)
{
	return fault_set(why, V_SKIP, CODE_SUBSCRIPTION_MAPPING,
		"answer: %s %s", name, text);
}

/* What the source says is not for us to judge. */
static enum verdict
read_source(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct reader *r = self;
	enum verdict v = r->read(r->read_self, bytes, len, len_out, why);

	r->source_failed = v != V_OK;
	return v;
}

static enum verdict
read_unpacked(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	return unpack_read(self, bytes, len, len_out, why);
}

/* --- names --- */

static unsigned
compare_name(const struct jobs_answer *m, const char *name)
{
	bool around = strcmp(m->subscribed, "..") == 0;
	const struct {
		const char *name;
		enum use use;
	} all[] = {
		{ m->entry, USE_ENTRY },
		{ m->bsn, USE_BSN },
		{ m->subscribed, USE_SUBSCRIBED },
		{ m->request_id, USE_ID },
		{ m->sender, USE_SENDER },
	};
	unsigned uses = 0;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(name, all[i].name) == 0)
			uses |= (unsigned)all[i].use;
	if (around && strcmp(name, m->yes) == 0)
		uses |= USE_YES;
	if (around && strcmp(name, m->no) == 0)
		uses |= USE_NO;
	return uses;
}

static unsigned
uses_of(struct reader *r, const char *name)
{
	unsigned uses;
	size_t i;

	for (i = 0; i < r->name_count; i++)
		if (r->names[i].name == name)
			return r->names[i].uses;
	uses = compare_name(r->mapping, name);
	if (r->name_count < NAMES_MAX) {
		r->names[r->name_count].name = name;
		r->names[r->name_count++].uses = uses;
	}
	return uses;
}

/* --- values --- */

static bool
has_word(const char *words, const char *text, size_t len)
{
	size_t n;

	for (; *(words += strspn(words, " ")) != '\0'; words += n) {
		n = strcspn(words, " ");
		if (n == len && memcmp(words, text, len) == 0)
			return true;
	}
	return false;
}

/* Nine digits, or eight whose first was a zero; 0 when it is no number. */
static int32_t
number_of(const char *text, size_t len)
{
	int32_t number = 0;
	size_t i;

	if (len != 8 && len != 9)
		return 0;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		number = number * 10 + (text[i] - '0');
	}
	return bsn_valid(number) ? number : 0;
}

static enum verdict
take_bsn(struct reader *r, const char *text, size_t len, struct fault *why)
{
	const char *name = r->mapping->bsn;

	if (r->has_bsn)
		return misfit(why, name, "is there twice in one entry");
	r->bsn.number = number_of(text, len);
	if (r->bsn.number == 0)
		return fault_set(why, V_SKIP, CODE_SUBSCRIPTION_NUMBER,
			"answer: %s is no citizen number (nine digits, "
			"eleven-test)",
			name);
	r->has_bsn = true;
	return V_OK;
}

static enum verdict
take_answer(struct reader *r, const char *text, size_t len, struct fault *why)
{
	const struct jobs_answer *m = r->mapping;

	if (r->has_answer)
		return misfit(
			why, m->subscribed, "is there twice in one entry");
	r->yes = has_word(m->yes, text, len);
	if (!r->yes && !has_word(m->no, text, len))
		return fault_set(why, V_SKIP, CODE_SUBSCRIPTION_MAPPING,
			"answer: %s holds neither yes (%s) nor no (%s)",
			m->subscribed, m->yes, m->no);
	r->has_answer = true;
	return V_OK;
}

static enum verdict
take_id(struct reader *r, const char *text, size_t len, struct fault *why)
{
	const char *name = r->mapping->request_id;
	char copy[UUID_TEXT_MAX] = "";

	if (r->out->has_id)
		return misfit(why, name, "is there twice");
	if (len < sizeof(copy))
		memcpy(copy, text, len);
	if (!uuid_parse(copy, &r->out->id))
		return misfit(why, name, "is no id of a question");
	r->out->has_id = true;
	return V_OK;
}

static enum verdict
take_sender(struct reader *r, const char *text, size_t len, struct fault *why)
{
	const char *name = r->mapping->sender;
	size_t i;

	if (r->out->sender[0] != '\0')
		return misfit(why, name, "is there twice");
	for (i = 0; i < len && text[i] >= '0' && text[i] <= '9'; i++)
		continue;
	if (i < len || len == 0 || len >= sizeof(r->out->sender))
		return misfit(why, name, "is no OIN");
	memcpy(r->out->sender, text, len);
	r->out->sender[len] = '\0';
	return V_OK;
}

/* A citizen number where the mapping expects none: it does not fit, even when
 * all it names is there.
 */
static enum verdict
take_other(const char *text, size_t len, const char *name, struct fault *why)
{
	if (number_of(text, len) == 0)
		return V_OK;
	if (strlen(name) > TEXT_MAX || name[strspn(name, LETTERS)] != '\0')
		name = "an element";
	return misfit(
		why, name, "holds a citizen number, and it is in no entry");
}

static enum verdict
take(struct reader *r, unsigned use, const char *name, const char *text,
	size_t len, struct fault *why)
{
	while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
		len--;
	for (; len > 0 && strchr(BLANKS, *text) != NULL; text++)
		len--;
	switch (use) {
	case USE_BSN:
		return take_bsn(r, text, len, why);
	case USE_SUBSCRIBED:
		return take_answer(r, text, len, why);
	case USE_ID:
		return take_id(r, text, len, why);
	case USE_SENDER:
		return take_sender(r, text, len, why);
	default:
		return take_other(text, len, name, why);
	}
}

/* --- elements --- */

/* The value of "@name" of the mapping, when it is one. */
static enum verdict
take_attribute(struct reader *r, unsigned use, const char *mapped,
	const struct xml_attribute *attributes, size_t count, struct fault *why)
{
	size_t i;

	for (i = 0; mapped[0] == '@' && i < count; i++)
		if (strcmp(attributes[i].name.local, mapped + 1) == 0)
			return take(r, use, mapped, attributes[i].value,
				attributes[i].len, why);
	return V_OK;
}

static enum verdict
open_root(struct reader *r, const struct xml_name *name,
	const struct xml_attribute *attributes, size_t count, struct fault *why)
{
	const struct jobs_answer *m = r->mapping;
	enum verdict v;

	if (strcmp(name->local, m->root) != 0)
		return misfit(why, m->root, "is not the outermost element");
	v = take_attribute(r, USE_ID, m->request_id, attributes, count, why);
	if (v == V_OK)
		v = take_attribute(
			r, USE_SENDER, m->sender, attributes, count, why);
	return v;
}

static enum verdict
open_entry(struct reader *r, const struct xml_attribute *attributes,
	size_t count, struct fault *why)
{
	const struct jobs_answer *m = r->mapping;
	unsigned around = r->uses[r->depth - 1] & (USE_YES | USE_NO);
	enum verdict v;

	if (++r->out->entries > SUBSCRIPTION_ENTRIES_MAX)
		return fault_set(why, V_SKIP, CODE_SUBSCRIPTION_READ,
			"answer: more than %lld entries",
			(long long)SUBSCRIPTION_ENTRIES_MAX);
	r->entry = r->depth;
	r->has_bsn = false;
	r->has_answer = m->subscribed[0] == '\0' || around != 0;
	r->yes = m->subscribed[0] == '\0' || around == USE_YES;
	v = take_attribute(r, USE_BSN, m->bsn, attributes, count, why);
	if (v == V_OK)
		v = take_attribute(r, USE_SUBSCRIBED, m->subscribed, attributes,
			count, why);
	return v;
}

static enum verdict
add_waiting(struct reader *r, const struct waiting *w, struct fault *why)
{
	enum subscribed_was was;

	if (w->bsn.number == 0)
		return V_OK;
	was = subscribed_add(r->set, w->bsn, w->yes);
	r->out->doubled += was == SUBSCRIBED_AGAIN;
	if (was != SUBSCRIBED_CONTRADICTS)
		return V_OK;
	(void)fault_set(why, V_SKIP, CODE_SUBSCRIPTION_CONTRADICTS,
		"answer: %s says yes and no about one number",
		r->mapping->entry);
	fault_at(why, "line %lld", (long long)w->line);
	return V_SKIP;
}

static enum verdict
close_entry(struct reader *r, struct fault *why)
{
	const struct jobs_answer *m = r->mapping;
	struct waiting *w = &r->waiting[r->out->entries % WAITING];
	enum verdict v;

	r->entry = 0;
	if (!r->has_bsn)
		return misfit(why, m->bsn, "is missing in an entry");
	if (!r->has_answer && strcmp(m->subscribed, "..") == 0)
		return misfit(why, m->entry,
			"is in an element named neither as yes nor as no");
	if (!r->has_answer)
		return misfit(why, m->subscribed, "is missing in an entry");
	subscribed_soon(r->set, r->bsn);
	xml_place(&r->place);
	v = add_waiting(r, w, why);
	*w = (struct waiting){ r->bsn, r->yes, r->place.line };
	return v;
}

/* The element whose text is being taken, by the mapping. */
static const char *
taken_name(const struct reader *r)
{
	const struct jobs_answer *m = r->mapping;

	switch (r->taken) {
	case USE_BSN:
		return m->bsn;
	case USE_SUBSCRIBED:
		return m->subscribed;
	case USE_ID:
		return m->request_id;
	default:
		return m->sender;
	}
}

/* What the text of the element that opens is for. */
static unsigned
use_of(const struct reader *r, unsigned uses)
{
	if (r->entry > 0)
		return uses & USE_BSN ? USE_BSN : uses & USE_SUBSCRIBED;
	return uses & USE_ID ? USE_ID : uses & USE_SENDER;
}

static enum verdict
look_outside(const struct xml_attribute *attributes, size_t count,
	struct reader *r, struct fault *why)
{
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < count; i++)
		v = take(r, 0, attributes[i].name.local, attributes[i].value,
			attributes[i].len, why);
	return v;
}

static enum verdict
on_open(void *self, const struct xml_name *name,
	const struct xml_attribute *attributes, size_t count, struct fault *why)
{
	struct reader *r = self;
	unsigned uses = uses_of(r, name->local);
	enum verdict v = V_OK;

	if (r->taken != 0)
		return misfit(why, taken_name(r), "holds another element");
	if (r->entry == 0 && r->depth > 0 && !r->text_long)
		v = take(r, 0, "an element", r->text, r->text_len, why);
	if (v != V_OK)
		return v;
	r->uses[++r->depth] = uses;
	r->text_len = 0;
	r->text_long = false;
	if (r->depth == 1)
		v = open_root(r, name, attributes, count, why);
	else if ((uses & USE_ENTRY) != 0 && r->entry > 0)
		v = misfit(why, r->mapping->entry, "is in another one");
	else if ((uses & USE_ENTRY) != 0)
		v = open_entry(r, attributes, count, why);
	if (v == V_OK && r->entry == 0 && count > 0)
		v = look_outside(attributes, count, r, why);
	r->taken = use_of(r, uses);
	return v;
}

static enum verdict
on_text(void *self, const char *text, size_t len, struct fault *why)
{
	struct reader *r = self;

	if (r->entry > 0 && r->taken == 0)
		return V_OK;
	if (r->text_len == 0)
		for (; len > 0 && strchr(BLANKS, *text) != NULL; text++)
			len--;
	if (len > TEXT_MAX - r->text_len) {
		r->text_long = true;
		return r->taken == 0
			       ? V_OK
			       : misfit(why, taken_name(r), "is too long");
	}
	memcpy(r->text + r->text_len, text, len);
	r->text_len += len;
	return V_OK;
}

static enum verdict
on_close(void *self, const struct xml_name *name, struct fault *why)
{
	struct reader *r = self;
	enum verdict v = V_OK;

	assert(r->depth > 0);
	if ((r->taken != 0 || r->entry == 0) && !r->text_long)
		v = take(r, r->taken, name->local, r->text, r->text_len, why);
	if (v == V_OK && r->entry == r->depth)
		v = close_entry(r, why);
	r->taken = 0;
	r->text_len = 0;
	r->text_long = false;
	r->depth--;
	return v;
}

/* The last entries, and what must be there once. */
static enum verdict
check_whole(struct reader *r, struct fault *why)
{
	const struct jobs_answer *m = r->mapping;
	enum verdict v = V_OK;
	int64_t i;

	for (i = 1; v == V_OK && i <= WAITING; i++)
		v = add_waiting(
			r, &r->waiting[(r->out->entries + i) % WAITING], why);
	if (v != V_OK)
		return v;
	if (m->request_id[0] != '\0' && !r->out->has_id)
		return misfit(why, m->request_id, "is missing");
	if (m->sender[0] != '\0' && r->out->sender[0] == '\0')
		return misfit(why, m->sender, "is missing");
	return V_OK;
}

enum verdict
subscription_answer_read(xml_read_fn *read, void *read_self,
	const struct jobs_answer *mapping, struct subscribed *set,
	struct subscription_read *out, struct fault *why)
{
	static const struct xml_events events = { on_open, on_text, on_close };
	static const struct archive_limits limits = {
		.unpacked_max = SUBSCRIPTION_BYTES_MAX,
		.ratio_max = SUBSCRIPTION_RATIO_MAX
	};
	struct reader r = { .read = read,
		.read_self = read_self,
		.mapping = mapping,
		.set = set,
		.out = out };
	struct unpack *unpack = NULL;
	enum verdict v;

	assert(set->asked == 0);
	*out = (struct subscription_read){ .entries = 0 };
	v = unpack_open_from(read_source, &r, &limits, &unpack, why);
	if (v == V_OK)
		v = xml_stream(read_unpacked, unpack, &events, &r, DEPTH_MAX,
			&r.place, why);
	if (v == V_OK)
		v = check_whole(&r, why);
	unpack_close(unpack);
	/* What XML and packing say of it is one thing to us. */
	if (v == V_BROKEN && !r.source_failed && why->code != CODE_MEMORY) {
		why->code = CODE_SUBSCRIPTION_READ;
		v = V_SKIP;
	}
	return v;
}

struct memory {
	const char *bytes;
	size_t left;
};

static enum verdict
read_memory(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct memory *m = self;

	(void)why;
	if (len > m->left)
		len = m->left;
	if (len > 0)
		memcpy(bytes, m->bytes, len);
	m->bytes += len;
	m->left -= len;
	*len_out = len;
	return V_OK;
}

enum verdict
subscription_answer_bytes(const void *bytes, size_t len,
	const struct jobs_answer *mapping, struct subscribed *set,
	struct subscription_read *out, struct fault *why)
{
	struct memory memory = { bytes, len };

	return subscription_answer_read(
		read_memory, &memory, mapping, set, out, why);
}
