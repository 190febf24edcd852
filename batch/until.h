/* batch/until.h - the moment at which a night ends
 *
 * Pure: the present moment is an argument.  Times are those on the wall in
 * Amsterdam (batch/calendar.h), whatever the time zone of the process is.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_UNTIL_H
#define BATCH_UNTIL_H

#include <stdint.h>

#include "base/fault.h"

/* "06:00": the next time that the wall shows it, so tomorrow when it is 06:00 or
 * later now.  "2026-12-24 06:00" or with a T between: that moment; one that is
 * past means the next 06:00.  In the night that the clock goes forward an hour
 * that is skipped is the moment of the jump; when it goes back and the hour comes
 * twice, it is the first of the two.
 * V_SKIP (CODE_CONFIG_VALUE): it is no time, or more than a year away.
 */
enum verdict until_parse(
	const char *text, int64_t now_ms, int64_t *ms_out, struct fault *why);

#endif
