/* mobbd/chain_in.h - what comes back about a chain test
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_CHAIN_IN_H
#define MOBBD_CHAIN_IN_H

#include <stdbool.h>

#include "mobbd/role.h"

/* Apply a message to the case it is about.  *ours_out false: it is about none,
 * and nothing was done; then it is looked at as any other.
 */
enum verdict chain_in(struct role_run *run, const struct inbound *in,
	bool *ours_out, struct fault *why);

#endif
