/* base/log.h - one line to standard error; for the programs only
 *
 * "2026-11-25T02:00:00+01:00 intake: text".  The text never holds a citizen
 * number, name or letter text.  A fault is logged with code, place and why;
 * the advice is added by the program that knows the table.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/fault.h"

/* Who speaks, on every line: a role's name; lent, usually a literal. */
void log_name(const char *name);

__attribute__((format(printf, 1, 2))) void log_line(const char *fmt, ...);

/* "MOBB-0116 woz.zip: DOCTYPE is not allowed" */
void log_fault(const struct fault *why);

#endif
