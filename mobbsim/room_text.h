/* mobbsim/room_text.h - the two settings files of a room, as text
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_ROOM_TEXT_H
#define MOBBSIM_ROOM_TEXT_H

#include "base/buf.h"
#include "mobbsim/room.h"

void room_text_jobs(const struct room_ports *ports, int senders,
	const char *formats, struct buf *out);
void room_text_sim(const struct room_ports *ports, int senders,
	const char *schemas, struct buf *out);

#endif
