/* mobbd/reason.c - see mobbd/reason.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "mobbd/reason.h"
#include "batch/advice.h"

void
reason_text(const char *job, const char *file, const struct fault *why,
	struct buf *out)
{
	const struct advice *a = advice_find((int)why->code);

	buf_format(out,
		"MOBB-%04d %s\n\n"
		"Bestand / file:   %s\n"
		"Taak / job:       %s\n"
		"Plaats / place:   %s\n"
		"Reden / reason:   %s\n",
		(int)why->code, a == NULL ? "" : a->titel, file, job,
		why->place[0] == '\0' ? file : why->place, why->text);
	if (a == NULL)
		return;
	buf_format(out,
		"\nNederlands\n  Dit bestand is geweigerd; er is niets van "
		"verzonden.\n  Wat te doen: %s\n"
		"\nEnglish\n  This file was refused; nothing of it was sent.\n"
		"  %s\n  What to do: %s\n",
		a->doen, a->what, a->todo);
}
