/* mobbd/belt.h - letters on their way from the reader to the books
 *
 * The reader of a batch file runs in a thread of its own; what it finds goes
 * by belt, in order and in trays of some hundred, to the thread that talks
 * with the database.  The belt holds a few trays and no more, whatever the
 * size of the file: who is faster waits.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_BELT_H
#define MOBBD_BELT_H

#include "formats/format.h"

#define BELT_TRAY_ITEMS 256

struct belt_item {
	bool rejected, has_letter; /* rejected: with or without its letter */
	struct letter letter;
	struct rejection rejection; /* also a warning */
};

struct belt_tray {
	struct arena mem;
	size_t count, bytes;
	struct belt_item items[BELT_TRAY_ITEMS];
};

struct belt;

struct belt *belt_new(void);
void belt_free(struct belt *belt); /* both sides are done */

/* The reader's side.  V_LATER: the other side has given up, so stop. */
enum verdict belt_letter(
	struct belt *belt, const struct letter *letter, struct fault *why);
enum verdict belt_reject(struct belt *belt, const struct letter *letter,
	const struct rejection *rejection, struct fault *why);
void belt_end(struct belt *belt); /* nothing comes any more */

/* The other side.  NULL: it ended.  A tray is lent until the next call; its
 * arena may be used for what belongs to it.
 */
struct belt_tray *belt_take(struct belt *belt);
void belt_stop(struct belt *belt); /* it does not want more */

#endif
