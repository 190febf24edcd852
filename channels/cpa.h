/* channels/cpa.h - reading an agreement, step by step
 *
 * Private to channels/.  cpa_structure.c: is every element and attribute where
 * the schema wants it, and does every reference lead somewhere?  cpa.c: the
 * head and the parties.  cpa_channel.c: what a delivery channel says.
 * cpa_action.c: which actions can be used, and why others cannot.
 *
 * Mistakes do not stop the reading: each is told, and what depends on it stays
 * empty.  A structural mistake is told by the first step only; the others meet
 * it again as something that is not there, and say nothing.
 *
 * Sources: cpp-cpa-2_0.xsd; spec ebms2.md section 14.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_CPA_H
#define CHANNELS_CPA_H

#include "base/buf.h"
#include "base/xml.h"
#include "channels/look.h"

#define CPA_NS                                                                 \
	"http://www.oasis-open.org/committees/ebxml-cppa/schema/"              \
	"cpp-cpa-2_0.xsd"
#define CPA_DSIG "http://www.w3.org/2000/09/xmldsig#"

#define CPA_TEXT_MAX 255 /* what ebms-core keeps of an id, role, action */

/* Reading under way. */
struct cpa_reading {
	const struct xml_node *root, *ours, *theirs;
	const char *oin; /* ours */
	bool plain_http;
	struct arena *mem;
	struct cpa *cpa; /* what was read so far */

	cpa_tell_fn *tell; /* may be NULL */
	void *self;
	struct fault *why;  /* gets the first mistake */
	struct fault *told; /* CPA_MISTAKES_MAX of them */
	size_t told_count;
	size_t structural;   /* how many of them cpa_structure() told */
	bool quiet;	     /* nobody uses it: the reasons are kept only */
	const char *action;  /* that is being read; NULL: none */
	struct buf *reasons; /* why it cannot be used */
	const struct xml_node *reason_at; /* the first of them */
};

/* One side of an action. */
struct cpa_side {
	const struct xml_node *party, *role, *service, *binding;
};

/* --- telling (cpa.c) --- */

/* "CPA line 12, PartyInfo/DeliveryChannel[id]"; in `mem`. */
const char *cpa_place(const struct xml_node *node, struct arena *mem);
/* A mistake at the node.  Always false. */
__attribute__((format(printf, 3, 4))) bool cpa_wrong(
	struct cpa_reading *r, const struct xml_node *at, const char *fmt, ...);
/* Something we do not do.  Always false. */
bool cpa_cannot(
	struct cpa_reading *r, const struct xml_node *at, const char *what);
/* What is not there, or leads nowhere, as cpa_structure() has told.  Always
 * false.
 */
bool cpa_absent(const struct cpa_reading *r);
__attribute__((format(printf, 3, 4))) void cpa_noted(
	struct cpa_reading *r, const struct xml_node *at, const char *fmt, ...);

/* --- texts (cpa.c) --- */

#define CPA_BLANKS " \t\r\n"
#define CPA_LINE_ENDS "\t\r\n"

const char *cpa_keep(struct cpa_reading *r, const char *text);
/* An attribute of the agreement's namespace; "" when absent. */
const char *cpa_attr(const struct xml_node *node, const char *local);
/* A text that goes on the wire: not too long, without any of `none`. */
bool cpa_wire_text(struct cpa_reading *r, const struct xml_node *at,
	const char *name, const char *text, const char *none, const char **out);
bool cpa_attr_is(
	const struct xml_node *node, const char *local, const char *value);

/* --- structure (cpa_structure.c) --- */

/* Tells what differs from the schema, and references that lead nowhere, to
 * another kind of element, or to the wrong party.
 */
void cpa_structure(struct cpa_reading *r);

/* Its attribute of type ID; NULL: it has none. */
const char *cpa_id_of(const struct xml_node *node);

/* --- actions (cpa_action.c) --- */

/* Into r->cpa: those that can be used, and those that are left out. */
void cpa_actions_read(struct cpa_reading *r, const char *const *use);

/* --- channels (cpa_channel.c) --- */

/* How the sending side sends; false: a mistake, or more than we can do. */
bool cpa_sending(struct cpa_reading *r, const struct cpa_side *side,
	struct cpa_action *out);
/* Where and how the receiving side receives. */
bool cpa_receiving(struct cpa_reading *r, const struct cpa_side *side,
	struct cpa_action *out);
/* Default channel and those of single signals, of one party. */
bool cpa_signals_read(struct cpa_reading *r, bool ours);
/* The certificates of both parties. */
void cpa_certificates_read(struct cpa_reading *r);
/* Which of them are shown at which end. */
void cpa_certificates_sort(struct cpa_reading *r);

#endif
