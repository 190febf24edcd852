/* batch/advice.h - what each fault means and what to do, in two languages
 *
 * The fourth part of an error.  One row per enum code; a test fails when one
 * is missing.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_ADVICE_H
#define BATCH_ADVICE_H

#include <stddef.h>

#include "base/code.h"

struct advice {
	enum code code;
	char outcome;	   /* B refused, R rejected, P paper, M a person,
			    * W warning, H held, - an error of the system */
	const char *title; /* English, a few words */
	const char *titel; /* the same in Dutch */
	const char *what;  /* what it means, English, one or two sentences */
	const char *todo;  /* what to do, English */
	const char *doen;  /* what to do, Dutch */
	int exit;	   /* exit code of a program that stops on it */
};

/* NULL when there is no such code. */
const struct advice *advice_find(int code);
const struct advice *advice_all(size_t *count_out);

#endif
