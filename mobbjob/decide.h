/* mobbjob/decide.h - what commands that change something have in common
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_DECIDE_H
#define MOBBJOB_DECIDE_H

#include "mobbjob/command.h"

#define REASON_BYTES_MAX 400

/* The reason given, or asked for when a person sits at a terminal.
 * V_BROKEN, CODE_USAGE: none.
 */
enum verdict decide_reason(
	struct call *call, const char **reason_out, struct fault *why);

/* The same, but "" when none was given and nobody has to: persons are off. */
enum verdict decide_reason_if(
	struct call *call, const char **reason_out, struct fault *why);

/* A person says how many letters are meant, by --letters or at a terminal.
 * V_BROKEN: CODE_USAGE, none; V_SKIP, CODE_TYPED: another number.
 */
enum verdict decide_letters(
	struct call *call, int64_t letters, struct fault *why);

/* Tell what was done, or with --dry-run what would be. */
__attribute__((format(printf, 2, 3))) void decide_tell(
	const struct call *call, const char *fmt, ...);

#endif
