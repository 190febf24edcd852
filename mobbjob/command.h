/* mobbjob/command.h - one command, one file, one struct
 *
 * main.c has the table and reads the options; a command gets a call, writes to
 * standard output and returns a verdict.  What is not V_OK is told on standard
 * error with code, place, why and what to do, and gives the exit code.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_COMMAND_H
#define MOBBJOB_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "mobbjob/site.h"

#define EXIT_DONE 0
#define EXIT_USAGE 2
#define COMMAND_ARGS_MAX 3
#define OPTION_LINES_MAX 12 /* of an option that may come again */

struct options {
	const char *jobs_file;
	bool json, plain, dry_run, all;
	bool bsn;		      /* with find */
	bool records, no_documents;   /* with check */
	const char *reason;	      /* NULL: not given */
	const char *date;	      /* NULL: not given */
	const char *out;	      /* file to write, NULL: not given */
	const char *stream, *edition; /* the same */
	const char *format;	      /* the same */
	const char *oin;	      /* whose side of a CPA; the same */
	const char *wait;	      /* the same */
	const char *as;		      /* what a letter becomes; the same */
	const char *refs;	      /* file of references; the same */
	const char *n, *seed;	      /* numbers; the same */
	const char *letters;	      /* how many a person means; the same */
	const char *type;	      /* BerichtType; the same */
	const char *sender, *endpoint, *lot, *year; /* the same */
	const char *accounts;			    /* file; the same */
	const char *may;			    /* a right; the same */
	bool withdraw;				    /* with release */
	const char *until;			    /* a time; the same */
	bool raise, off;			    /* with limit */
	const char *listener_down;		    /* a time; the same */
	const char *state, *jobs;		    /* of many; the same */
	const char *by;				    /* with list; the same */
	const char *set[OPTION_LINES_MAX];	    /* FIELD=TEXT */
	const char *line[OPTION_LINES_MAX];	    /* of an address */
	size_t set_count, line_count;
	bool html, close, always; /* with report */
	const char *since;	  /* a moment */
};

struct call {
	struct options options;
	const char *args[COMMAND_ARGS_MAX]; /* "" where not given */
	size_t arg_count;
	const struct command *command;
	struct site site; /* open when the command needs it */
	struct arena mem; /* for the whole call */
	/* Who asks: the person of the database session, with `persons: off`
	 * the user of the operating system
	 */
	const char *person;
	int exit; /* set by a command that is done, but not well */
};

enum command_need {
	NEED_NOTHING,
	NEED_JOBS,  /* the jobs file */
	NEED_STORE, /* and the database */
};

struct command {
	const char *name;
	const char *args; /* as shown in the help */
	const char *help; /* one line */
	size_t args_min, args_max;
	enum command_need need;
	bool changes; /* takes --dry-run and --reason */
	/* The right it takes; 0: to look, to act when it changes something */
	enum person_may may;
	bool by_owner; /* of the database, not by a person */
	/* With these words and options it changes nothing after all; NULL: it
	 * does.
	 */
	bool (*looks)(const struct call *call);
	enum verdict (*run)(struct call *call, struct fault *why);
};

extern const struct command command_needs, command_retention;
extern const struct command command_list, command_show, command_letters,
	command_why, command_rejects, command_lots, command_events,
	command_report, command_release, command_print, command_posted,
	command_submit, command_check, command_formats, command_explain,
	command_database, command_endpoint, command_cert, command_hold,
	command_lpr, command_sample, command_forecast, command_subscriptions,
	command_person, command_find, command_chaintest, command_money;
extern const struct command command_cancel, command_resolve, command_address,
	command_limit;

/* Tell a fault on standard error, all four parts; returns its exit code. */
int tell_fault(const struct fault *why);

#endif
