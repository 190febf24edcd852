/* mobbsim/printer.h - a print supplier to rehearse against
 *
 * The other side of print/out and print/in: takes the bundles that have a
 * .ready, checks them by what print.md and the manifest promise, prints each
 * letter as a line of DIR/sim/printed.csv, and writes receipts.  It shares no
 * code with our own print channel.
 *
 *	DIR/sim/printed.csv	   at;bundle;seq;letter_id;reference;pages;
 *				   sheets: what came out of the machine
 *	DIR/sim/printer-errors.csv at;bundle;error: why something did not
 *	DIR/sim/printer/	   receipts as they were written
 *	DIR/sim/returned.csv	   letters that came back
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_PRINTER_H
#define MOBBSIM_PRINTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"

#define PRINTER_NAME_MAX 120

enum printer_fault { /* bits */
	PRINTER_LOST_ACK = 1,
	PRINTER_WRONG_COUNT = 2,
	PRINTER_BAD_LINE = 4,
	PRINTER_UNKNOWN_ID = 8,
	PRINTER_WRONG_BUNDLE = 16,
	PRINTER_DOUBLED = 32,
	PRINTER_WRONG_PAGES = 64,
	PRINTER_TRUNCATED = 128,
	PRINTER_NACK = 256,
};

struct printer_plan {
	const char *dir;
	unsigned faults;
	bool ack, posted; /* what is done in this pass */
	bool again;	  /* write receipts that were written before */
	int64_t rejected; /* so many letters of each bundle are refused */
	int64_t retour;	  /* so many letters come back */
	int64_t now_ms;
};

/* One word of faults, "bad-line"; 0: there is none of that name. */
unsigned printer_fault_find(const char *word);
void printer_faults_list(void); /* on standard output, what each does */

/* One pass over print/out.  *errors_out: bundles that were not as promised. */
enum verdict printer_run(const struct printer_plan *plan, int64_t *errors_out,
	struct fault *why);

/* --- a bundle, looked at (mobbsim/printer_bundle.c) --- */

struct printer_letter {
	char id[37];
	const char *reference;
	int64_t pages, sheets;
};

struct printer_bundle {
	char name[PRINTER_NAME_MAX]; /* without .zip */
	char sha256[65];
	struct printer_letter *letters;
	int64_t count;
};

/* Read `name`.zip below `out`.  V_SKIP: it is not what it should be, and why
 * says what.
 */
enum verdict printer_bundle_read(int out, const char *name, struct arena *mem,
	struct printer_bundle *bundle_out, struct fault *why);

#endif
