/* base/verdict.h - what the caller does next
 *
 * A function that can fail returns a verdict.  A verdict names the next step,
 * never the cause; the cause is a struct fault.  Switch over a verdict without
 * a default, so that the compiler reports a forgotten case.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_VERDICT_H
#define BASE_VERDICT_H

enum verdict {
	V_OK = 0,  /* done; every *_out is set */
	V_END,	   /* nothing left to give; no *_out is set */
	V_SKIP,	   /* this item is bad, its neighbours are fine */
	V_LATER,   /* the item is fine, the moment is not: try again */
	V_NEVER,   /* the other side refused the item for good */
	V_UNKNOWN, /* it may have happened: repeat it under the same id */
	V_BROKEN,  /* give up this file, connection or channel */
};

#endif
