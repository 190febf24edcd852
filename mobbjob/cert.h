/* mobbjob/cert.h - certificates that will not do for long
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_CERT_H
#define MOBBJOB_CERT_H

#include "mobbjob/command.h"

/* One line for people when a certificate of the jobs file has under 30 days, in
 * the memory of the call; NULL: none has.  What cannot be read is passed over.
 */
const char *cert_line(struct call *call);

#endif
