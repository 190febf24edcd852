/* channels/cpa_action.c - the actions of an agreement; see channels/cpa.h
 *
 * An action has a binding on each side, tied together by id.  Which bindings
 * can be used is found out quietly first; then those that are in use and have
 * nothing that can be used are read once more, aloud.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "channels/cpa.h"

#define ACTIONS_MAX 200 /* CanSend and CanReceive of ours */
#define REASONS_MAX 300

/* A CanSend or CanReceive of ours. */
struct can {
	struct cpa_side ours;
	const struct xml_node *node;
	const char *name;
	bool we_send, usable;
	struct cpa_action action;
};

static bool
same_service(const struct cpa_side *a, const struct cpa_side *b)
{
	return strcmp(xml_text(a->service), xml_text(b->service)) == 0 &&
	       strcmp(cpa_attr(a->service, "type"),
		       cpa_attr(b->service, "type")) == 0 &&
	       strcmp(cpa_attr(a->binding, "action"),
		       cpa_attr(b->binding, "action")) == 0;
}

/* The binding at the other side: by id, else by service and action. */
static bool
other_side(const struct cpa_reading *r, const struct can *can, const char *id,
	struct cpa_side *out)
{
	const char *kind = can->we_send ? "CanReceive" : "CanSend";
	const struct xml_node *service, *node;
	struct cpa_side side = { .party = r->theirs };

	side.role = xml_child(r->theirs, CPA_NS, "CollaborationRole");
	for (; side.role != NULL; side.role = xml_again(side.role)) {
		service = xml_child(side.role, CPA_NS, "ServiceBinding");
		side.service = xml_child(service, CPA_NS, "Service");
		node = xml_child(service, CPA_NS, kind);
		for (; node != NULL; node = xml_again(node)) {
			side.binding = xml_child(
				node, CPA_NS, "ThisPartyActionBinding");
			if (*id != '\0' ? !cpa_attr_is(side.binding, "id", id)
					: !same_service(&can->ours, &side))
				continue;
			*out = side;
			return true;
		}
	}
	return false;
}

static bool
partner_find(struct cpa_reading *r, const struct can *can, struct cpa_side *out)
{
	const struct xml_node *other =
		xml_child(can->node, CPA_NS, "OtherPartyActionBinding");

	if (!other_side(r, can, xml_text(other), out))
		return cpa_wrong(r, other != NULL ? other : can->ours.binding,
			"the other party has no %s of it",
			can->we_send ? "CanReceive" : "CanSend");
	if (!same_service(&can->ours, out))
		return cpa_wrong(r, other != NULL ? other : can->ours.binding,
			"its action or Service is not that of line %ld",
			xml_line(out->binding));
	return true;
}

static bool
role_read(struct cpa_reading *r, const struct cpa_side *side, const char **out)
{
	const struct xml_node *role = xml_child(side->role, CPA_NS, "Role");

	return cpa_wire_text(r, role != NULL ? role : side->role, "name",
		xml_attr(role, CPA_NS, "name"), CPA_LINE_ENDS, out);
}

static bool
action_read(
	struct cpa_reading *r, const struct can *can, struct cpa_action *out)
{
	const struct cpa_side *from = &can->ours, *to = &can->ours;
	const struct cpa *cpa = r->cpa;
	struct cpa_side theirs;
	bool good;

	*out = (struct cpa_action){ .we_send = can->we_send,
		.from = can->we_send ? cpa->ours : cpa->theirs,
		.to = can->we_send ? cpa->theirs : cpa->ours,
		.line = xml_line(can->ours.binding) };
	out->service_type = cpa_keep(r, cpa_attr(can->ours.service, "type"));
	good = cpa_wire_text(r, can->ours.binding, "action", can->name,
		CPA_BLANKS, &out->name);
	good = cpa_wire_text(r, can->ours.service, "Service",
		       xml_text(can->ours.service), CPA_BLANKS,
		       &out->service) &&
	       good;
	if (!partner_find(r, can, &theirs))
		return false;
	if (can->we_send)
		to = &theirs;
	else
		from = &theirs;
	good = role_read(r, from, &out->from.role) && good;
	good = role_read(r, to, &out->to.role) && good;
	good = cpa_sending(r, from, out) && good;
	return cpa_receiving(r, to, out) && good;
}

static void
leave_out(struct cpa_reading *r, const struct can *can, const char *text,
	const struct xml_node *at)
{
	struct cpa *cpa = r->cpa;

	cpa->left_out[cpa->left_out_count++] = (struct cpa_left_out){
		.name = cpa_keep(r, can->name),
		.service = cpa_keep(r, xml_text(can->ours.service)),
		.we_send = can->we_send,
		.place = cpa_place(at != NULL ? at : can->ours.binding, r->mem),
		.reason = cpa_keep(r, text),
	};
}

/* Quietly: can it be used, and if not, why? */
static void
can_try(struct cpa_reading *r, struct can *can)
{
	struct buf reasons = BUF_MAX(REASONS_MAX);

	r->quiet = true;
	r->reasons = &reasons;
	r->reason_at = NULL;
	can->usable = action_read(r, can, &can->action);
	r->quiet = false;
	r->reasons = NULL;
	if (can->usable)
		r->cpa->actions[r->cpa->action_count++] = can->action;
	else
		leave_out(r, can,
			reasons.len > 0 ? reasons.bytes
					: "it is not built as it should be",
			r->reason_at);
	buf_done(&reasons);
}

/* Answers in the answer: one business message nested in another. */
static void
nested_leave(struct cpa_reading *r, const struct can *can)
{
	const struct xml_node *node = xml_first(can->node);

	for (; node != NULL; node = xml_next(node))
		if (xml_is(node, CPA_NS, "CanSend") ||
			xml_is(node, CPA_NS, "CanReceive"))
			cpa_noted(r, node,
				"not used: a business message as the answer "
				"to another");
}

static size_t
cans_find(struct cpa_reading *r, struct can cans[ACTIONS_MAX])
{
	const struct xml_node *role, *service, *node;
	size_t count = 0;

	role = xml_child(r->ours, CPA_NS, "CollaborationRole");
	for (; role != NULL; role = xml_again(role)) {
		service = xml_child(role, CPA_NS, "ServiceBinding");
		node = service == NULL ? NULL : xml_first(service);
		for (; node != NULL; node = xml_next(node)) {
			struct can can = { .node = node };

			can.we_send = xml_is(node, CPA_NS, "CanSend");
			if (!can.we_send && !xml_is(node, CPA_NS, "CanReceive"))
				continue;
			if (count == ACTIONS_MAX) {
				(void)cpa_wrong(r, node, "more than %d actions",
					ACTIONS_MAX);
				return count;
			}
			can.ours = (struct cpa_side){ r->ours, role,
				xml_child(service, CPA_NS, "Service"),
				xml_child(node, CPA_NS,
					"ThisPartyActionBinding") };
			can.name = xml_attr(can.ours.binding, CPA_NS, "action");
			if (can.name != NULL)
				cans[count++] = can;
			else
				(void)cpa_absent(r);
		}
	}
	return count;
}

/* An action in use needs one good binding in each direction it has. */
static void
use_check(struct cpa_reading *r, const struct can *cans, size_t count,
	const char *name)
{
	const struct can *can, *first;
	struct cpa_action ignored;
	size_t good, there = 0;
	int way;

	r->action = name;
	for (way = 0; way < 2; way++) {
		first = NULL;
		good = 0;
		for (can = cans; can < cans + count; can++) {
			if (can->we_send != (way == 0) ||
				strcmp(can->name, name) != 0)
				continue;
			there++;
			good += can->usable;
			if (first == NULL && can->usable)
				first = can;
		}
		if (good > 1)
			cpa_noted(r, first->ours.binding,
				"%zu bindings of %.80s can be used: this first "
				"one is",
				good, name);
		for (can = cans; good == 0 && can < cans + count; can++)
			if (can->we_send == (way == 0) &&
				strcmp(can->name, name) == 0)
				(void)action_read(r, can, &ignored);
	}
	r->action = NULL;
	if (there == 0)
		(void)cpa_wrong(r, r->ours, "there is no action %.80s", name);
}

void
cpa_actions_read(struct cpa_reading *r, const char *const *use)
{
	struct can *cans = mem_new(ACTIONS_MAX * sizeof(*cans));
	size_t count = cans_find(r, cans), i;
	struct cpa *cpa = r->cpa;

	cpa->actions = arena_alloc(r->mem, ACTIONS_MAX * sizeof(*cpa->actions));
	cpa->left_out =
		arena_alloc(r->mem, ACTIONS_MAX * sizeof(*cpa->left_out));
	for (i = 0; i < count; i++) {
		can_try(r, &cans[i]);
		nested_leave(r, &cans[i]);
	}
	for (; use != NULL && *use != NULL; use++)
		use_check(r, cans, count, *use);
	free(cans);
}
