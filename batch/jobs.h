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

#include "base/arena.h"
#include "base/fault.h"
#include "batch/address.h"
#include "batch/receipt.h"
#include "batch/window.h"

struct jobs_listen {
	/* "127.0.0.1:18443"; "unix:/run/mobb/ebms.sock", behind a front proxy;
	 * "systemd": the socket that systemd opened for us
	 */
	char *at;
	char *path;		 /* "/ebms" */
	char *certificate, *key; /* NULL behind a front proxy */
	char *trust; /* roots of client certificates, also behind a proxy */
	/* The header in which the front proxy passes the client's certificate;
	 * its presence means "behind a front proxy".  NULL: TLS is ours.
	 */
	char *header;
	bool strict;	  /* what breaks only the channel's rules is refused */
	int64_t max_body; /* bytes, default 24 MB */
};

#define JOBS_WUS_MAX 100000000 /* everybody */
#define JOBS_ENDPOINTS_MAX 32  /* each has a process of its own */

/* Revocation lists: where they come from and what they decide. */
struct jobs_crl {
	char *check;	/* off | use | require */
	char *folder;	/* last good lists; files may be put there by hand;
			 * set unless off */
	char **sources; /* URLs, http or https */
	size_t source_count;
	char *proxy;   /* as of an endpoint */
	int64_t every; /* between two fetches, ms */

	enum jobs_crl_check {
		JOBS_CRL_OFF,
		JOBS_CRL_USE,	 /* a revoked certificate is refused; without
				  * a valid list it goes on, with a warning */
		JOBS_CRL_REQUIRE /* without a valid list nobody is trusted */
	} check_is;
};

#define JOBS_CPA_BEFORE_MAX 16
#define JOBS_LPR_MAX 1000 /* one lot: more is no limited run */

struct jobs_sender {
	char *name, *oin, *cpa, *certificate, *key;
	/* CPAs before this one: nothing new leaves under them, what is under
	 * way does
	 */
	char **cpa_before;
	size_t cpa_before_count;
	/* of CPA and certificate; NULL only where nothing but a simulator is
	 * used
	 */
	char *environment;
	int64_t lpr;   /* letters of a limited production run; -1: not given */
	char *account; /* whom the printer bills; NULL: not said */
	int64_t letters; /* an hour, on top of the endpoint's; 0: no limit */
	int64_t keep;	 /* ms after its end a job is kept; 0: always */
	/* Of text letters on paper: some lines, NULL: the name; and one line
	 * above the address, NULL: none.
	 */
	char *letterhead, *return_address;
};

/* When something may begin: hours, and dates on which nothing does. */
struct jobs_when {
	char **window; /* "mon-fri 07:00-22:00"; none: at any hour */
	size_t window_count;
	char **blackout; /* 2026-12-24, 2026-12-24..2027-01-02, holidays */
	size_t blackout_count;

	/* filled by jobs_parse(), with the dates of all (jobs->blackout) */
	struct window is;
};

/* Whose certificate an endpoint may show. */
enum jobs_peer {
	JOBS_PEER_OIN,	 /* chain, host name, and the party's OIN: default */
	JOBS_PEER_CHAIN, /* chain and host name */
	JOBS_PEER_EXACT	 /* and the very certificate of the CPA */
};

/* How an answer of the AbonnementService is read.  Elements and attributes are
 * known by their local names; "@name" is an attribute.  Texts are set by
 * jobs_parse() or jobs_answer_fill(), never NULL.
 */
struct jobs_answer {
	char *root;	  /* AbonnementAntwoord: the outermost element */
	char *request_id; /* VerzoekId, or "@name" of the root; "": it has none,
			   * and is known by the message it answers */
	char *sender;	  /* OIN, or "@name" of the root; "": it has none */
	char *entry;	  /* Abonnement: one number and its answer */
	char *bsn;	  /* BSN: in the entry, or "@name", or the entry itself
			   * when it has the name of `entry` */
	/* Geabonneerd: in the entry, or "@name"; "": that the number is there
	 * means yes; "..": the element around the entry is named as `yes` or
	 * `no` says
	 */
	char *subscribed;
	char *yes, *no; /* "true 1", "false 0": words */
	char *unlisted; /* unknown | no: asked about, not in the answer */
	bool unlisted_no;
};

struct jobs_endpoint {
	char *name;
	char *environment; /* simulator | preproduction | production */
	char *wus;	   /* URL */
	char *trust;
	int64_t letters;   /* per hour */
	int64_t bytes;	   /* per second, 0 unlimited */
	int64_t in_flight; /* lots offered and not yet acknowledged */
	int64_t lane_age;  /* ms: what waits so long rises a lane */
	int64_t lot_letters, lot_bytes; /* at most 1000 and 100 MB */
	/* "http://proxy:3128" for CONNECT, without a password; NULL none */
	char *proxy;
	char *proxy_auth; /* file with USER:PASSWORD; NULL none */
	char *peer;	  /* chain+oin | chain | exact-cpa */
	char **gateways;  /* OINs that may stand for the party, both ways */
	size_t gateway_count;
	bool plain_http; /* http: addresses; only at a simulator */
	struct jobs_answer answer;
	int64_t result_within; /* after its acknowledgment, ms; then a person */
	/* Who is not in the register is asked about by WUS when it is at most
	 * wus_max numbers, and wus_daily a day are not used up.
	 */
	int64_t wus_max, wus_daily;
	int64_t answer_within; /* ms: a bulk question; then a person is told */
	struct jobs_when when; /* lots begin */

	enum jobs_peer peer_is;
};

#define JOBS_PROOF_MAX 50 /* letters of a proof */

/* One way of printing and posting; all of a bundle is of one product. */
struct jobs_product {
	char *name;
	char *code;	/* what the supplier calls it; NULL: the name */
	char *post;	/* class and speed: "24h"; NULL: not said */
	char *envelope; /* "C5-left"; NULL: not said */
	/* Letters of more sheets go into the large one; 0: none does. */
	int64_t envelope_sheets;
	char *envelope_large;
	char *sides;	/* duplex | simplex; NULL: that of the printer */
	char *colour;	/* mono | colour */
	char **inserts; /* what goes in besides, as the supplier calls it */
	size_t insert_count;

	/* filled by jobs_parse() */
	bool simplex, in_colour;
};

/* Of the envelope: where the address shows, from the left and top edge of the
 * page; "20mm", NULL: the usual one.
 */
struct jobs_window {
	char *left, *top, *width, *height;
};

struct jobs_printer {
	char *name;
	char *receipts;	 /* none | ack | posted: which are awaited */
	int64_t letters; /* a day of the calendar; 0: no limit */
	int64_t bundle_letters, bundle_bytes;
	char *bundle;		       /* zip | merged */
	struct jobs_product *products; /* the first is the usual one */
	size_t product_count;
	char *contact;	 /* of ours, for the printer; NULL: not said */
	char *returned;	 /* return | destroy | report; NULL: return */
	bool test;	 /* nothing of it is for citizens */
	char *folder;	 /* of TEST bundles, in the spool; NULL: print/test */
	int64_t proof;	 /* letters of a proof before a run; 0: none */
	bool proof_wait; /* the run waits until a person approved of it */
	int64_t posted_within; /* working days after it was handed over */
	struct jobs_when when; /* bundles are handed over */
	char *cutoff;	 /* "16:00": the run of a day closes; NULL: no hour */
	char *days;	 /* on which runs close and it prints; NULL mon-fri */
	char *post_days; /* on which post is delivered; NULL tue-sat */
	int64_t print_days; /* working days from the cut-off to the post */
	int64_t transit;    /* working days from the post to the doormat */
	char *ack_by; /* "06:00", of the next working day; NULL the same */
	char *sides;  /* duplex | simplex */
	int64_t line_chars; /* of an address */
	int64_t lines;
	char *charset; /* latin | latin1 | ascii | unicode */
	int64_t letter_price, sheet_price; /* hundredths of a cent; -1: not
					    * said */

	/* Of text letters, which are set here. */
	struct jobs_window window;
	char *barcode_margin; /* of the printer's barcode, at the left edge */
	bool letter_code;     /* the letter's id stands at the foot */
	int64_t letter_pages; /* more than this waits for a person */

	/* filled by jobs_parse() */
	int window_left, window_top, window_width, window_height; /* 0.1 mm */
	int margin;						  /* 0.1 mm */
	bool simplex, merged;
	struct address_rules address;
	bool awaits_ack, awaits_posted;
	int64_t ack_by_ms;	  /* after midnight */
	int cutoff_is;		  /* minutes after midnight; -1: none */
	unsigned week, post_week; /* enum calendar_days */
};

/* What Logius asks in a year, excluding VAT.  Prices in hundredths of a cent. */
struct jobs_tariff {
	int64_t year;
	int64_t letter, login;
	int64_t free; /* letters and logins of an organisation, together */
};

/* How it is found out who has a box: first the register of answers; and for
 * whom it decides nothing?
 */
enum jobs_ask {
	JOBS_ASK_AUTO,	  /* WUS for few, else in bulk: default */
	JOBS_ASK_WUS,	  /* WUS, however many */
	JOBS_ASK_BULK,	  /* the AbonnementService */
	JOBS_ASK_REGISTER /* nobody: lists are imported */
};

/* Whose lots leave first; numbers as enum offer_lane has them. */
enum jobs_lane {
	JOBS_URGENT = 1,
	JOBS_NORMAL = 2, /* default */
	JOBS_BULK = 3
};

/* What becomes of a letter whose PDF the box may not take. */
enum jobs_pdf {
	JOBS_PDF_WARN,
	JOBS_PDF_PAPER,
	JOBS_PDF_REJECT
};

/* A stream of one sender.  A stanza with `senders` becomes one entry for each
 * of them, all with the same name.
 */
/* What becomes of a letter that would come too late for its date. */
enum jobs_guard {
	JOBS_GUARD_WARN,  /* a person is told: default */
	JOBS_GUARD_BLOCK, /* the job is held for a person */
	JOBS_GUARD_OFF
};

struct jobs_stream {
	char *name, *title;
	char *sender;	/* of an entry never NULL */
	char **senders; /* instead of `sender`: several; "all" alone: all of the
			 * endpoint's environment */
	size_t senders_count;
	char *endpoint, *printer;
	char *format;	/* "woz-biljet/1" */
	char *type;	/* BerichtType, at most 8 characters */
	char *complete; /* "rename", "sidecar", "quiet 30s" */
	char *lane;	/* urgent | normal | bulk */
	char *release;	/* automatic | person | two-persons */
	/* more letters than this wait for a person; 0: no limit */
	int64_t release_letters;
	int64_t resend; /* pause before the first resend, ms; then twice it */
	int64_t resend_max; /* the longest pause, ms; at least `resend` */
	int64_t resends;    /* how many times TechnischProbleem is resent */
	struct receipt_choice *codes; /* its own acts for VerwerkingsCodes */
	size_t code_count;
	/* Of the newest so many results of the stream at most this share (ppm)
	 * may be declined.
	 */
	int64_t decline_window, decline_limit;
	/* Share of paper of a job, ppm (-1: that of the last run), and how many
	 * percentage points it may be off.
	 */
	int64_t expect_paper, paper_points;
	int64_t hold_within;	       /* a held job, ms; then it is told */
	int64_t rejects, reject_share; /* a count, ppm; -1: as the layout has */
	int64_t wait;		       /* for what makes a file complete, ms */
	char *look;	    /* claim | structure: how far PDFs are looked at */
	char *look_command; /* external look; NULL: none */
	char *not_pdfa;	    /* warn | paper | reject */
	char *box_only;	    /* hold | return: the letter that is for the box
			     * only, and has none */
	bool count_check;   /* hold when the count is far from the last */
	int64_t lpr;	    /* letters before Logius released production */
	char *ask;	    /* auto | wus | bulk | register */
	int64_t wus_max;    /* -1: that of the endpoint */
	int64_t keep;	    /* -1: that of its sender */
	char *product;	    /* of its printer; NULL: the first */
	char *language;	    /* of its letters; NULL: nl */
	/* Where letters come back that could not be delivered. */
	char **return_address;
	size_t return_line_count;
	int64_t proof;	       /* as of its printer; -1: that of the printer */
	struct jobs_when when; /* its lots begin */
	char *dagtekening;     /* warn | block | off; NULL: warn */

	/* filled by jobs_parse() */
	bool many;  /* its senders have folders of their own */
	bool again; /* not the first entry of its name */
	/* Where its files are dropped in in/, and its reports written in out/:
	 * "woz", or "woz/delft" when `many`.
	 */
	char *folder;
	const struct jobs_sender *sender_is;
	const struct jobs_endpoint *endpoint_is;
	const struct jobs_printer *printer_is;
	const struct jobs_product *product_is; /* NULL: the printer has none */
	int64_t quiet_ms;		       /* complete: quiet; else 0 */
	bool sidecar;			       /* complete: sidecar */
	bool automatic;
	int persons; /* how many release a job that waits: 1 or 2 */
	bool structure;
	enum jobs_pdf pdf;
	bool box_only_back; /* it goes back to the supplier by itself */
	enum jobs_ask ask_is;
	enum jobs_guard guard_is;
	enum jobs_lane lane_is;
};

struct jobs {
	char *database; /* "private" or a libpq connection string */
	char *spool;
	char *site_key; /* file of 32 bytes or 64 hex digits */
	char *formats;	/* folder of definitions */
	char *persons;	/* off | on */
	/* users of the operating system that several people share */
	char **shared_logins;
	size_t shared_login_count;
	struct jobs_listen listen;
	struct jobs_crl crl;
	struct jobs_sender *senders;
	size_t sender_count;
	struct jobs_endpoint *endpoints;
	size_t endpoint_count;
	struct jobs_printer *printers;
	size_t printer_count;
	struct jobs_stream *stanzas; /* streams as written, nothing filled */
	size_t stanza_count;
	struct jobs_tariff *tariffs;
	size_t tariff_count;
	/* Dates on which nothing begins, neither box nor paper; and a file with
	 * more of them (jobs_blackout()).
	 */
	char **blackout;
	size_t blackout_count;
	char *blackout_file;

	/* filled by jobs_parse(): changes are made by persons of the database
	 * only; always so with an endpoint in production
	 */
	bool persons_on;
	/* Each sender of each stream, those of one stream together. */
	struct jobs_stream *streams;
	size_t stream_count;
};

/* V_BROKEN with CODE_CONFIG.. and "name:line:column" as place.  Free with
 * jobs_free(), also after a failure (a zeroed struct is fine).
 */
enum verdict jobs_parse(const char *name, const char *text, size_t len,
	struct jobs *jobs_out, struct fault *why);
void jobs_free(struct jobs *jobs);

/* The dates of blackout_file: one a line as in `blackout`, # begins a comment.
 * They hold for all endpoints and printers.  V_BROKEN with CODE_CONFIG_WINDOW
 * and "name:line".
 */
enum verdict jobs_blackout(struct jobs *jobs, const char *name,
	const char *text, size_t len, struct fault *why);

/* The defaults, for what is NULL; without a jobs file jobs_answer_done() frees
 * them.
 */
void jobs_answer_fill(struct jobs_answer *answer);
void jobs_answer_done(struct jobs_answer *answer);

/* How long its paper takes, for batch/dates.h; points into the printer. */
struct dates_rules;
void jobs_dates_rules(
	const struct jobs_printer *printer, struct dates_rules *rules_out);

/* The tariff of a year, else of the nearest year before it; NULL: none. */
const struct jobs_tariff *jobs_tariff(const struct jobs *jobs, int year);

/* Of the printer of this stream; the usual ones when it is not there (any
 * more).
 */
struct address_rules jobs_address_rules(
	const struct jobs *jobs, const char *stream);
/* The first entry of a stream, for what does not hang on the sender; NULL: no
 * such stream.
 */
const struct jobs_stream *jobs_stream(
	const struct jobs *jobs, const char *name);
/* That of one sender; NULL: none.  `sender` NULL: the only one of the stream,
 * NULL when it has several.
 */
const struct jobs_stream *jobs_stream_of(
	const struct jobs *jobs, const char *name, const char *sender);
/* The names of all senders of a stream, in `mem`, NULL at the end. */
const char *const *jobs_stream_senders(
	const struct jobs *jobs, const char *name, struct arena *mem);
/* That with these files: `folder` as in the struct; NULL: none. */
const struct jobs_stream *jobs_stream_at(
	const struct jobs *jobs, const char *folder);
const struct jobs_endpoint *jobs_endpoint(
	const struct jobs *jobs, const char *name);
const struct jobs_sender *jobs_sender(
	const struct jobs *jobs, const char *name);
/* May addresses in the sender's CPA be plain http?  Only where it has streams
 * and the endpoints of all of them allow it.
 */
bool jobs_plain_http(const struct jobs *jobs, const struct jobs_sender *sender);

/* Does it concern citizens?  NULL is no environment. */
bool jobs_production(const char *environment);

/* An environment for people to read: what nobody may take for a rehearsal
 * stands in capitals.
 */
const char *jobs_loud(const char *environment);

/* Is there a stream of this sender at this endpoint? */
bool jobs_uses(const struct jobs *jobs, const struct jobs_endpoint *endpoint,
	const struct jobs_sender *sender);

#endif
