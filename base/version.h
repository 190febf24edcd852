/* base/version.h - what this is, in one place
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define MOBB_VERSION "0.1.0"

#endif
