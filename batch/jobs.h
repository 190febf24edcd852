/* batch/jobs.h - the jobs file: what an installation is told
 *
 * The struct mirrors the YAML (jobs.example); jobs_parse() loads it, checks
 * that every name it refers to exists, and fills defaults.  Paths stay as
 * written; the programs resolve them against the folder of the jobs file.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_JOBS_H
#define BATCH_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

struct jobs_listen {
	char *at;   /* "127.0.0.1:18443" */
	char *path; /* "/ebms" */
	char *certificate, *key, *trust;
	int64_t max_body; /* bytes, default 24 MB */
};

struct jobs_sender {
	char *name, *oin, *cpa, *certificate, *key;
};

struct jobs_endpoint {
	char *name;
	char *environment; /* simulator | preproduction | production */
	char *wus;	   /* URL */
	char *trust;
	int64_t letters;   /* per hour */
	int64_t bytes;	   /* per second, 0 unlimited */
	int64_t in_flight; /* lots offered and not yet acknowledged */
	int64_t lot_letters, lot_bytes; /* at most 1000 and 100 MB */
};

struct jobs_printer {
	char *name;
	char *receipts; /* none */
	int64_t bundle_letters, bundle_bytes;
};

/* What becomes of a letter whose PDF the box may not take. */
enum jobs_pdf {
	JOBS_PDF_WARN,
	JOBS_PDF_PAPER,
	JOBS_PDF_REJECT
};

struct jobs_stream {
	char *name, *title;
	char *sender, *endpoint, *printer;
	char *format;	    /* "woz-biljet/1" */
	char *type;	    /* BerichtType, at most 8 characters */
	char *complete;	    /* "rename", "sidecar", "quiet 30s" */
	char *release;	    /* automatic | person */
	int64_t resend;	    /* pause before a resend, ms */
	int64_t resends;    /* how many times TechnischProbleem is resent */
	int64_t wait;	    /* for what makes a file complete, ms */
	char *look;	    /* claim | structure: how far PDFs are looked at */
	char *look_command; /* external look; NULL: none */
	char *not_pdfa;	    /* warn | paper | reject */
	bool count_check;   /* hold when the count is far from the last */

	/* filled by jobs_parse() */
	const struct jobs_sender *sender_is;
	const struct jobs_endpoint *endpoint_is;
	const struct jobs_printer *printer_is;
	int64_t quiet_ms; /* complete: quiet; else 0 */
	bool sidecar;	  /* complete: sidecar */
	bool automatic;
	bool structure;
	enum jobs_pdf pdf;
};

struct jobs {
	char *database; /* "private" or a libpq connection string */
	char *spool;
	char *site_key; /* file of 32 bytes or 64 hex digits */
	char *formats;	/* folder of definitions */
	struct jobs_listen listen;
	struct jobs_sender *senders;
	size_t sender_count;
	struct jobs_endpoint *endpoints;
	size_t endpoint_count;
	struct jobs_printer *printers;
	size_t printer_count;
	struct jobs_stream *streams;
	size_t stream_count;
};

/* V_BROKEN with CODE_CONFIG.. and "name:line:column" as place.  Free with
 * jobs_free(), also after a failure (a zeroed struct is fine).
 */
enum verdict jobs_parse(const char *name, const char *text, size_t len,
	struct jobs *jobs_out, struct fault *why);
void jobs_free(struct jobs *jobs);

const struct jobs_stream *jobs_stream(
	const struct jobs *jobs, const char *name); /* NULL: none */
const struct jobs_endpoint *jobs_endpoint(
	const struct jobs *jobs, const char *name);
const struct jobs_sender *jobs_sender(
	const struct jobs *jobs, const char *name);

#endif
