/* channels/ebms_check.c - a message against its agreement; see channels/ebms.h
 *
 * The rules and their order are those of the table in spec ebms2.md 10.1, so
 * that our answers agree with those of other products.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "channels/ebms.h"
#include "channels/look.h"
#include "channels/mime.h"

#define SKEW_MS ((int64_t)300000) /* between two clocks */
#define HREF_MAX 200		  /* of a reference, in an error */
#define HEADER "//Header/MessageHeader"

static bool
error_is(struct ebms_error *out, const char *code, const char *location,
	const char *text)
{
	*out = (struct ebms_error){ code, location, text };
	return false;
}

static bool
inconsistent(struct ebms_error *out, const char *location)
{
	return error_is(out, "Inconsistent", location, "Wrong value.");
}

static bool
version_good(const char *version)
{
	return version != NULL && strcmp(version, "2.0") == 0;
}

/* Without a type the text must be a URI: a scheme and a colon. */
static bool
typed(const char *text, const char *type)
{
	static const char scheme[] = "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
	size_t len = strspn(text, scheme);

	return *type != '\0' || (len > 0 && text[len] == ':');
}

static bool
all_typed(const struct ebms_party *parties, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!typed(parties[i].id, parties[i].type))
			return false;
	return true;
}

/* A type and a value that is one string, "TYPE:VALUE", is the same pair: other
 * handlers compare them so (spec 8, 22.2), and the CPA may have it either way.
 */
static bool
same_pair(const char *text, const char *type, const char *wanted,
	const char *wanted_type)
{
	size_t len;

	if (strcmp(type, wanted_type) == 0)
		return strcmp(text, wanted) == 0;
	if (*type == '\0')
		len = strlen(wanted_type);
	else if (*wanted_type == '\0')
		return same_pair(wanted, wanted_type, text, type);
	else
		return false;
	return strncmp(text, wanted_type, len) == 0 && text[len] == ':' &&
	       strcmp(text + len + 1, wanted) == 0;
}

static bool
same_service(const struct cpa_action *a, const struct ebms_message *m)
{
	return same_pair(
		m->service, m->service_type, a->service, a->service_type);
}

/* Are all of them ids of this side? */
static bool
all_of(const struct ebms_party *parties, size_t count,
	const struct cpa_party *ids, size_t id_count)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < id_count; k++)
			if (same_pair(parties[i].id, parties[i].type, ids[k].id,
				    ids[k].id_type))
				break;
		if (k == id_count)
			return false;
	}
	return count > 0;
}

bool
ebms_from_them(const struct cpa *cpa, const struct ebms_message *m)
{
	return all_of(
		m->from, m->from_count, cpa->their_ids, cpa->their_id_count);
}

const struct cpa_action *
ebms_action(const struct cpa *cpa, const struct ebms_message *m)
{
	const struct cpa_action *a;
	size_t i;

	for (i = 0; i < cpa->action_count; i++) {
		a = &cpa->actions[i];
		if (!a->we_send && strcmp(a->name, m->action) == 0 &&
			same_service(a, m))
			return a;
	}
	return NULL;
}

/* The same action may be there for several roles. */
static const struct cpa_action *
action_of_roles(const struct cpa *cpa, const struct ebms_message *m)
{
	const struct cpa_action *a = ebms_action(cpa, m);
	const struct cpa_action *end = cpa->actions + cpa->action_count;

	for (; a != NULL && a < end; a++)
		if (!a->we_send && strcmp(a->name, m->action) == 0 &&
			same_service(a, m) &&
			strcmp(a->from.role, m->from_role) == 0 &&
			strcmp(a->to.role, m->to_role) == 0)
			return a;
	return NULL;
}

bool
ebms_check_signal(const struct cpa *cpa, const struct ebms_message *m,
	struct ebms_error *error_out)
{
	if (!version_good(m->version))
		return inconsistent(error_out, HEADER "/@version");
	if (!all_typed(m->from, m->from_count) || !ebms_from_them(cpa, m))
		return inconsistent(error_out, HEADER "/From/PartyId");
	if (!all_typed(m->to, m->to_count) ||
		!all_of(m->to, m->to_count, cpa->our_ids, cpa->our_id_count))
		return inconsistent(error_out, HEADER "/To/PartyId");
	return true;
}

/* Rows 11 to 18. */
static bool
check_header(const struct cpa *cpa, const struct ebms_message *m,
	int64_t now_ms, const struct cpa_action **action_out,
	struct ebms_error *out)
{
	if (m->sent_ms + SKEW_MS < cpa->start_ms ||
		m->sent_ms - SKEW_MS > cpa->end_ms + cpa->late_ms)
		return error_is(
			out, "Inconsistent", HEADER "/@cpaid", "Invalid CPA.");
	if (!ebms_check_signal(cpa, m, out))
		return false;
	if (*m->from_role == '\0')
		return inconsistent(out, HEADER "/From/Role");
	if (*m->to_role == '\0')
		return inconsistent(out, HEADER "/To/Role");
	if (!typed(m->service, m->service_type))
		return inconsistent(out, HEADER "/Service");
	*action_out = action_of_roles(cpa, m);
	if (*action_out == NULL)
		return error_is(out, "ValueNotRecognized", HEADER "/Action",
			"Value not found.");
	if (m->expires_ms != 0 && m->expires_ms + SKEW_MS < now_ms)
		return error_is(out, "TimeToLiveExpired",
			HEADER "/MessageData/TimeToLive",
			"Message arrived too late.");
	return true;
}

/* An acknowledgment that nobody here can give is an error in any case. */
static bool
check_next_msh(const struct ebms_message *m, struct ebms_error *out)
{
	const char *actor = m->ack_requested.actor;

	return actor == NULL || strcmp(actor, EBMS_NEXT_MSH) != 0 ||
	       error_is(out, "NotSupported", "//Header/AckRequested/@actor",
		       "NextMSH not supported.");
}

static bool
check_ack(const struct cpa_action *action, const struct ebms_message *m,
	struct ebms_error *out)
{
	const struct ebms_block *ack = &m->ack_requested;

	if (!check_next_msh(m, out))
		return false;
	if (!action->ack_free && ack->there != action->ack_requested)
		return inconsistent(out, "//Header/AckRequested");
	if (!ack->there)
		return true;
	if (!version_good(ack->version))
		return inconsistent(out, "//Header/AckRequested/@version");
	if (ack->actor != NULL && strcmp(ack->actor, EBMS_TO_PARTY) != 0)
		return inconsistent(out, "//Header/AckRequested/@actor");
	if (m->ack_signed)
		return inconsistent(out, "//Header/AckRequested/@signed");
	return true;
}

static bool
check_sync(const struct cpa_action *action, const struct ebms_message *m,
	struct ebms_error *out)
{
	const struct ebms_block *sync = &m->sync_reply;

	if (sync->there != action->sync_reply)
		return inconsistent(out, "//Header/SyncReply");
	if (!sync->there)
		return true;
	if (!version_good(sync->version))
		return inconsistent(out, "//Header/SyncReply/@version");
	if (sync->actor == NULL || strcmp(sync->actor, EBMS_SOAP_NEXT) != 0)
		return inconsistent(out, "//Header/SyncReply/@actor");
	return true;
}

/* Rows 19 to 21: what the sender's channel asks for. */
static bool
check_channel(const struct cpa_action *action, const struct ebms_message *m,
	struct ebms_error *out)
{
	if (!action->duplicate_free &&
		m->duplicate_elimination != action->duplicate_elimination)
		return inconsistent(out, HEADER "/DuplicateElimination");
	return check_ack(action, m, out) && check_sync(action, m, out);
}

bool
ebms_check(const struct cpa *cpa, const struct ebms_message *m, int64_t now_ms,
	bool lenient, const char **noted_out, struct ebms_error *error_out)
{
	const struct cpa_action *action;

	*noted_out = NULL;
	if (!check_header(cpa, m, now_ms, &action, error_out))
		return false;
	if (m->sent_ms - SKEW_MS > cpa->end_ms)
		*noted_out = HEADER "/@cpaid";
	if (!check_channel(action, m, error_out)) {
		if (!lenient || !check_next_msh(m, error_out))
			return false;
		*noted_out = error_out->location;
	}
	if (m->order)
		return error_is(error_out, "NotSupported",
			"//Header/MessageOrder", "MessageOrder not supported.");
	if (m->signature)
		return error_is(error_out, "SecurityFailure",
			"//Header/Signature", "Signature not agreed.");
	return true;
}

/* A reference as we repeat it: not too long, and no half characters. */
static const char *
href_text(const char *href, struct arena *mem)
{
	size_t n = strnlen(href, HREF_MAX);

	while (n > 0 && ((unsigned char)href[n] & 0xc0) == 0x80)
		n--;
	return arena_text(mem, href, n);
}

static bool
mime_problem(struct ebms_error *out, const char *location, const char *text)
{
	return error_is(out, "MimeProblem", location, text);
}

bool
ebms_check_manifest(const struct ebms_message *m, const struct mime_part *parts,
	size_t count, struct arena *mem, const struct mime_part **payload_out,
	struct ebms_error *error_out)
{
	const struct mime_part *part;
	const char *href;
	size_t i;

	*payload_out = NULL;
	if (m->manifest.there && !version_good(m->manifest.version))
		return inconsistent(error_out, "//Body/Manifest/@version");
	for (i = 0; i < m->reference_count; i++) {
		href = href_text(m->references[i], mem);
		if (strncasecmp(href, "cid:", 4) != 0)
			return mime_problem(error_out,
				arena_format(mem,
					"//Body/Manifest/Reference"
					"[@href='%s']",
					href),
				"URI cannot be resolved.");
		part = mime_find(parts, count, m->references[i] + 4, mem);
		if (part == NULL)
			return mime_problem(
				error_out, href, "MIME part not found.");
		if (part->encoded)
			return mime_problem(error_out, href,
				"Content-Transfer-Encoding cannot be undone.");
		if (*payload_out == NULL)
			*payload_out = part;
	}
	return true;
}
