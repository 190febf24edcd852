/* channels/ebms_ping.c - "are you there?"; see channels/channel.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/uuid.h"
#include "channels/channel.h"
#include "channels/ebms.h"

const char *
ebms_ping(const struct cpa *cpa, int64_t now_ms, struct ebms_ids *ids_out,
	struct buf *out)
{
	struct uuid conversation = uuid_random();
	struct ebms_ids ids = { .created_ms = now_ms };
	struct ebms_head head = {
		.from = { cpa->ours.id, cpa->ours.id_type },
		.to = { cpa->theirs.id, cpa->theirs.id_type },
		.cpa_id = cpa->id,
		.conversation_id = ids.conversation_id,
		.service = EBMS_SERVICE,
		.action = "Ping",
		.message_id = ids.message_id,
		.created_ms = now_ms,
	};

	_Static_assert(sizeof(ids.conversation_id) >= UUID_TEXT_MAX, "it fits");
	uuid_text(&conversation, ids.conversation_id);
	ebms_message_id(cpa->our_host, ids.message_id);
	/* Where signals to us are answered in the connection, so is this. */
	if (cpa_signal(cpa, "Pong", true)->sync)
		ebms_write_business(&head, true, false, NULL, out);
	else
		ebms_write_plain(&head, out);
	assert(!out->full);
	*ids_out = ids;
	return cpa_signal_url(cpa, "Ping", false);
}
