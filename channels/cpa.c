/* channels/cpa.c - reading a collaboration protocol agreement; see look.h
 *
 * What is said and asked about it, its head, and the two parties.
 *
 * Sources: cpp-cpa-2_0.xsd; spec ebms2.md section 14.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "channels/cpa.h"

#define IDS_MAX 8 /* of one party */
#define NOTES_MAX 100
#define PATH_SHOWN_MAX 130

/* --- telling --- */

const char *
cpa_keep(struct cpa_reading *r, const char *text)
{
	return arena_text(r->mem, text, strlen(text));
}

bool
cpa_attr_is(const struct xml_node *node, const char *local, const char *value)
{
	const char *has = xml_attr(node, CPA_NS, local);

	return has != NULL && strcmp(has, value) == 0;
}

const char *
cpa_attr(const struct xml_node *node, const char *local)
{
	const char *has = xml_attr(node, CPA_NS, local);

	return has == NULL ? "" : has;
}

const char *
cpa_place(const struct xml_node *node, struct arena *mem)
{
	const struct xml_node *up = node;
	const char *path = "", *id;

	assert(node != NULL);
	/* The root says nothing, unless it is meant itself. */
	for (; up != NULL && (up == node || xml_parent(up) != NULL);
		up = xml_parent(up)) {
		if (strlen(path) > PATH_SHOWN_MAX)
			return arena_format(mem, "CPA line %ld, ...%s",
				xml_line(node), path);
		id = cpa_id_of(up);
		path = arena_format(mem, "/%.60s%s%.60s%s%s", xml_local(up),
			id == NULL ? "" : "[", id == NULL ? "" : id,
			id == NULL ? "" : "]", path);
	}
	return arena_format(mem, "CPA line %ld, %s", xml_line(node), path + 1);
}

/* Told once, to whoever wants all of them; the first is the cause.  Where the
 * structure is wrong, nothing more is said of that element: it would follow
 * from it.
 */
static void
tell(struct cpa_reading *r, const struct fault *fault)
{
	size_t i;

	for (i = 0; i < r->told_count; i++)
		if (strcmp(r->told[i].place, fault->place) == 0 &&
			(i < r->structural ||
				strcmp(r->told[i].text, fault->text) == 0))
			return;
	if (r->told_count == CPA_MISTAKES_MAX)
		return;
	if (r->told_count == 0)
		*r->why = *fault;
	r->told[r->told_count++] = *fault;
	if (r->tell != NULL)
		r->tell(r->self, fault);
}

static void
reason(struct cpa_reading *r, const struct xml_node *at, const char *text)
{
	/* Both sides may ask for the same. */
	if (r->reasons == NULL ||
		(r->reasons->len > 0 &&
			strstr(r->reasons->bytes, text) != NULL))
		return;
	if (r->reasons->len == 0)
		r->reason_at = at;
	buf_format(r->reasons, "%s%s", r->reasons->len == 0 ? "" : "; ", text);
}

bool
cpa_wrong(
	struct cpa_reading *r, const struct xml_node *at, const char *fmt, ...)
{
	char text[FAULT_TEXT_MAX];
	struct fault fault;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	reason(r, at, text);
	if (r->quiet)
		return false;
	(void)fault_set(&fault, V_BROKEN, CODE_CPA, "%s", text);
	if (at != NULL && r->told_count < CPA_MISTAKES_MAX)
		fault_at(&fault, "%s", cpa_place(at, r->mem));
	tell(r, &fault);
	return false;
}

bool
cpa_cannot(struct cpa_reading *r, const struct xml_node *at, const char *what)
{
	struct fault fault;

	reason(r, at, what);
	if (r->quiet)
		return false;
	assert(r->action != NULL);
	(void)fault_set(&fault, V_BROKEN, CODE_CPA_UNSUPPORTED,
		"%.80s asks for %s, which is not supported", r->action, what);
	fault_at(&fault, "%s", cpa_place(at, r->mem));
	tell(r, &fault);
	return false;
}

bool
cpa_absent(const struct cpa_reading *r)
{
	assert(r->told_count > 0);
	return false;
}

void
cpa_noted(
	struct cpa_reading *r, const struct xml_node *at, const char *fmt, ...)
{
	char text[FAULT_TEXT_MAX];
	struct cpa *cpa = r->cpa;
	const char *place = cpa_place(at, r->mem);
	va_list ap;
	size_t i;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (i = 0; i < cpa->note_count; i++)
		if (strcmp(cpa->notes[i].place, place) == 0 &&
			strcmp(cpa->notes[i].text, text) == 0)
			return;
	if (cpa->note_count < NOTES_MAX)
		cpa->notes[cpa->note_count++] =
			(struct cpa_note){ place, cpa_keep(r, text) };
}

/* --- texts and parties --- */

/* Text that goes on the wire: not too long, in one line.  Digikoppeling wants
 * no blanks in most of them.
 */
bool
cpa_wire_text(struct cpa_reading *r, const struct xml_node *at,
	const char *name, const char *text, const char *none, const char **out)
{
	if (text == NULL || *text == '\0')
		return cpa_absent(r);
	if (strlen(text) > CPA_TEXT_MAX || strpbrk(text, none) != NULL)
		return cpa_wrong(r, at, "%s is too long or has blanks", name);
	*out = cpa_keep(r, text);
	return true;
}

static bool
party_has(const struct xml_node *party, const char *oin)
{
	const struct xml_node *id = xml_child(party, CPA_NS, "PartyId");

	while (id != NULL && !look_same_oin(xml_text(id), oin))
		id = xml_again(id);
	return id != NULL;
}

/* All ids of a party, by which it may be named in a message. */
static bool
ids_read(struct cpa_reading *r, const struct xml_node *party,
	struct cpa_party **ids_out, size_t *count_out)
{
	const struct xml_node *node = xml_child(party, CPA_NS, "PartyId");
	struct cpa_party *ids = arena_alloc(r->mem, IDS_MAX * sizeof(*ids));
	size_t count = 0;
	const char *type;
	bool good = true;

	for (; node != NULL; node = xml_again(node)) {
		struct cpa_party id = { .role = NULL };

		if (count == IDS_MAX)
			return cpa_wrong(
				r, node, "more than %d of them", IDS_MAX);
		type = xml_attr(node, CPA_NS, "type");
		id.id_type = type == NULL ? "" : cpa_keep(r, type);
		if (cpa_wire_text(r, node, "PartyId", xml_text(node),
			    CPA_BLANKS, &id.id))
			ids[count++] = id;
		else
			good = false;
	}
	*ids_out = ids;
	*count_out = count;
	return good && (count > 0 || cpa_absent(r));
}

/* By which we name it: the one that is the OIN, else the first. */
static struct cpa_party
id_of(const struct cpa_party *ids, size_t count, const char *oin)
{
	static const char type[] = ":oin";
	size_t i, len;

	for (i = 0; i < count; i++) {
		len = strlen(ids[i].id_type);
		if (oin != NULL ? look_same_oin(ids[i].id, oin)
				: len >= strlen(type) &&
					  strcmp(ids[i].id_type + len -
							  strlen(type),
						  type) == 0)
			return ids[i];
	}
	return count > 0 ? ids[0] : (struct cpa_party){ .id = NULL };
}

static bool
parties_read(struct cpa_reading *r)
{
	const struct xml_node *one = xml_child(r->root, CPA_NS, "PartyInfo");
	const struct xml_node *two = one == NULL ? NULL : xml_again(one);
	struct cpa *cpa = r->cpa;
	const char *name;
	bool first, good;

	if (two == NULL || xml_again(two) != NULL)
		return cpa_absent(r);
	first = party_has(one, r->oin);
	if (first == party_has(two, r->oin))
		return cpa_wrong(r, r->root,
			first ? "both parties have OIN %s"
			      : "none of the parties has OIN %s",
			r->oin);
	r->ours = first ? one : two;
	r->theirs = first ? two : one;
	good = ids_read(r, r->ours, &cpa->our_ids, &cpa->our_id_count);
	good = ids_read(r, r->theirs, &cpa->their_ids, &cpa->their_id_count) &&
	       good;
	cpa->ours = id_of(cpa->our_ids, cpa->our_id_count, r->oin);
	cpa->theirs = id_of(cpa->their_ids, cpa->their_id_count, NULL);
	name = xml_attr(r->ours, CPA_NS, "partyName");
	cpa->our_name = name == NULL ? "" : cpa_keep(r, name);
	name = xml_attr(r->theirs, CPA_NS, "partyName");
	cpa->their_name = name == NULL ? "" : cpa_keep(r, name);
	return good;
}

/* --- the whole --- */

static int64_t
limit_of(const struct xml_node *node, const char *local)
{
	int64_t n = strtol(cpa_attr(node, local), NULL, 10);

	return n > 0 ? n : 0;
}

static void
head_read(struct cpa_reading *r)
{
	const struct xml_node *root = r->root;
	const struct xml_node *status = xml_child(root, CPA_NS, "Status");
	const struct xml_node *start = xml_child(root, CPA_NS, "Start");
	const struct xml_node *end = xml_child(root, CPA_NS, "End");
	const struct xml_node *limits =
		xml_child(root, CPA_NS, "ConversationConstraints");
	const struct xml_node *signature = xml_child(root, CPA_NS, "Signature");
	struct cpa *cpa = r->cpa;

	(void)cpa_wire_text(r, root, "cpaid", xml_attr(root, CPA_NS, "cpaid"),
		CPA_BLANKS, &cpa->id);
	cpa->version = cpa_keep(r, cpa_attr(root, "version"));
	cpa->status = cpa_keep(r, cpa_attr(status, "value"));
	if (strcmp(cpa->status, "proposed") == 0)
		(void)cpa_wrong(r, status, "it is proposed, not agreed");
	if (clock_parse(xml_text(start), &cpa->start_ms) &&
		clock_parse(xml_text(end), &cpa->end_ms)) {
		if (cpa->start_ms >= cpa->end_ms)
			(void)cpa_wrong(r, end, "it ends before it starts");
	} else {
		(void)cpa_absent(r);
	}
	if (signature != NULL)
		cpa_noted(r, signature,
			"the signature of the CPA itself is not checked");
	cpa->invocations_max = limit_of(limits, "invocationLimit");
	cpa->conversations_max = limit_of(limits, "concurrentConversations");
}

static void
root_read(struct cpa_reading *r, const char *const *use)
{
	struct cpa *cpa = r->cpa;
	bool good;

	cpa->notes = arena_alloc(r->mem, NOTES_MAX * sizeof(*cpa->notes));
	cpa_structure(r);
	r->structural = r->told_count;
	head_read(r);
	if (!parties_read(r))
		return;
	cpa_certificates_read(r);
	good = cpa_signals_read(r, true);
	good = cpa_signals_read(r, false) && good;
	if (good) {
		cpa->our_signal_url =
			cpa_signal_url(cpa, "Acknowledgment", true);
		cpa->our_host = cpa_signal(cpa, "Acknowledgment", true)->host;
		cpa->their_signal_url =
			cpa_signal_url(cpa, "Acknowledgment", false);
		cpa->their_signals_sync =
			cpa_signal(cpa, "Acknowledgment", false)->sync;
	}
	cpa_actions_read(r, use);
	cpa_certificates_sort(r);
}

static enum verdict
tree_of(const char *text, size_t len, struct xml_tree **tree_out,
	struct fault *why)
{
	enum verdict v;

	if (len > CPA_BYTES_MAX)
		return fault_set(why, V_BROKEN, CODE_CPA,
			"larger than %zu bytes", CPA_BYTES_MAX);
	v = xml_tree_parse(text, len, tree_out, why);
	if (v == V_OK && !xml_is(xml_root(*tree_out), CPA_NS,
				 "CollaborationProtocolAgreement")) {
		xml_tree_free(*tree_out);
		v = fault_set(why, V_BROKEN, CODE_CPA,
			"it is no CollaborationProtocolAgreement");
	}
	if (v != V_OK)
		why->code = CODE_CPA;
	return v;
}

enum verdict
cpa_check(const char *text, size_t len, const char *oin, const char *const *use,
	bool plain_http, cpa_tell_fn *tell_fn, void *self, struct arena *mem,
	struct cpa *cpa_out, struct fault *why)
{
	struct cpa_reading r = { .oin = oin,
		.plain_http = plain_http,
		.mem = mem,
		.cpa = cpa_out,
		.tell = tell_fn,
		.self = self,
		.why = why };
	struct xml_tree *tree = NULL;
	enum verdict v;

	assert(oin != NULL && *oin != '\0');
	*cpa_out = (struct cpa){ .id = NULL };
	v = tree_of(text, len, &tree, why);
	if (v != V_OK) {
		if (tell_fn != NULL)
			tell_fn(self, why);
		return v;
	}
	r.root = xml_root(tree);
	r.told = mem_new(CPA_MISTAKES_MAX * sizeof(*r.told));
	root_read(&r, use);
	free(r.told);
	xml_tree_free(tree);
	return r.told_count == 0 ? V_OK : V_BROKEN;
}

enum verdict
cpa_read(const char *text, size_t len, const char *oin, const char *const *use,
	bool plain_http, struct arena *mem, struct cpa *cpa_out,
	struct fault *why)
{
	struct cpa cpa;
	enum verdict v;

	v = cpa_check(
		text, len, oin, use, plain_http, NULL, NULL, mem, &cpa, why);
	if (v == V_OK)
		*cpa_out = cpa;
	return v;
}

enum verdict
cpa_parties(const char *text, size_t len, struct arena *mem,
	const char *ids_out[2], struct fault *why)
{
	const struct xml_node *one, *two, *id;
	struct xml_tree *tree = NULL;
	enum verdict v;

	v = tree_of(text, len, &tree, why);
	if (v != V_OK)
		return v;
	one = xml_child(xml_root(tree), CPA_NS, "PartyInfo");
	two = one == NULL ? NULL : xml_again(one);
	if (two == NULL || *xml_text(xml_child(one, CPA_NS, "PartyId")) == 0 ||
		*xml_text(xml_child(two, CPA_NS, "PartyId")) == 0) {
		v = fault_set(why, V_BROKEN, CODE_CPA,
			"there are not two parties with an id");
	} else {
		id = xml_child(one, CPA_NS, "PartyId");
		ids_out[0] =
			arena_text(mem, xml_text(id), strlen(xml_text(id)));
		id = xml_child(two, CPA_NS, "PartyId");
		ids_out[1] =
			arena_text(mem, xml_text(id), strlen(xml_text(id)));
	}
	xml_tree_free(tree);
	return v;
}

/* --- asking --- */

const struct cpa_action *
cpa_find(const struct cpa *cpa, const char *action, bool we_send)
{
	size_t i;

	for (i = 0; i < cpa->action_count; i++)
		if (cpa->actions[i].we_send == we_send &&
			strcmp(cpa->actions[i].name, action) == 0)
			return &cpa->actions[i];
	return NULL;
}

int64_t
cpa_keep_ms(const struct cpa *cpa)
{
	int64_t most_ms = 0;
	size_t i;

	for (i = 0; i < cpa->action_count; i++)
		if (cpa->actions[i].keep_ms > most_ms)
			most_ms = cpa->actions[i].keep_ms;
	return most_ms;
}

const struct cpa_signal *
cpa_signal(const struct cpa *cpa, const char *name, bool to_us)
{
	const struct cpa_signal *all =
		to_us ? cpa->our_signals : cpa->their_signals;
	size_t count = to_us ? cpa->our_signal_count : cpa->their_signal_count;
	size_t i;

	for (i = 1; i < count; i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	return &all[0];
}

const char *
cpa_signal_url(const struct cpa *cpa, const char *name, bool to_us)
{
	return cpa_signal(cpa, name, to_us)->url;
}

const struct certificate_der *
cpa_certificates(const struct cpa *cpa, enum cpa_shows which, size_t *count_out)
{
	assert(which < CPA_SHOWS);
	*count_out = cpa->shown_count[which];
	return cpa->shown[which];
}
