/* base/pdf_pages.c - a page tree, walked with limits; see base/pdf_in.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/pdf_in.h"

#define NODES_MAX 20000
#define LOOK_NODES 32 /* how often the clock is read */

static const char *const inherited_key[PDF_INHERITED] = { "/MediaBox",
	"/CropBox", "/Rotate" };

void
pdf_pages_begin(struct pdf_pages *pages, qpdf_data q, qpdf_oh root, bool boxes)
{
	*pages = (struct pdf_pages){ .q = q,
		.root = root,
		.depth = -1,
		.nodes_left = NODES_MAX,
		.boxes = boxes,
		.end_ms = clock_tick_ms() + PDF_LOOK_MS };
}

/* What `node` says itself, else what stands above it. */
static void
inherit(struct pdf_pages *p, qpdf_oh node, qpdf_oh out[PDF_INHERITED])
{
	size_t i;

	memset(out, 0, sizeof(out[0]) * PDF_INHERITED);
	if (!p->boxes)
		return;
	if (p->depth > 0)
		memcpy(out, p->stack[p->depth - 1].inherited,
			sizeof(out[0]) * PDF_INHERITED);
	for (i = 0; i < PDF_INHERITED; i++)
		if (qpdf_oh_has_key(p->q, node, inherited_key[i]))
			out[i] = qpdf_oh_get_key(p->q, node, inherited_key[i]);
}

static bool
descend(struct pdf_pages *p, qpdf_oh node)
{
	qpdf_oh kids = qpdf_oh_get_key(p->q, node, "/Kids");
	qpdf_oh inherited[PDF_INHERITED];

	if (!qpdf_oh_is_array(p->q, kids) || p->depth == PDF_TREE_DEPTH_MAX)
		return false;
	inherit(p, node, inherited);
	p->stack[p->depth].kids = kids;
	p->stack[p->depth].next = 0;
	p->stack[p->depth].count = qpdf_oh_get_array_n_items(p->q, kids);
	memcpy(p->stack[p->depth].inherited, inherited, sizeof(inherited));
	p->depth++;
	return true;
}

enum verdict
pdf_pages_next(struct pdf_pages *p, struct pdf_page *page_out)
{
	qpdf_oh node;

	for (;;) {
		if (p->depth == -1) {
			node = qpdf_oh_get_key(p->q, p->root, "/Pages");
			p->depth = 0;
		} else {
			while (p->depth > 0 &&
				p->stack[p->depth - 1].next ==
					p->stack[p->depth - 1].count)
				qpdf_oh_release(
					p->q, p->stack[--p->depth].kids);
			if (p->depth == 0)
				return pdf_sound(p->q) ? V_END : V_SKIP;
			node = qpdf_oh_get_array_item(p->q,
				p->stack[p->depth - 1].kids,
				p->stack[p->depth - 1].next++);
		}
		if (!pdf_sound(p->q) || --p->nodes_left < 0 ||
			!qpdf_oh_is_dictionary(p->q, node) ||
			(p->nodes_left % LOOK_NODES == 0 &&
				clock_tick_ms() > p->end_ms))
			return V_SKIP;
		if (!qpdf_oh_has_key(p->q, node, "/Kids"))
			break;
		if (!descend(p, node))
			return V_SKIP;
		qpdf_oh_release(p->q, node);
	}
	page_out->dict = node;
	inherit(p, node, page_out->inherited);
	return V_OK;
}

qpdf_oh
pdf_from_above(qpdf_data q, qpdf_oh page, const char *key)
{
	qpdf_oh node = page;
	int depth;

	for (depth = 0; depth <= PDF_TREE_DEPTH_MAX; depth++) {
		if (!qpdf_oh_is_dictionary(q, node))
			break;
		if (qpdf_oh_has_key(q, node, key))
			return qpdf_oh_get_key(q, node, key);
		node = qpdf_oh_get_key(q, node, "/Parent");
	}
	return 0;
}
