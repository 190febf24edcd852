/* base/command.h - running an operator's command on one file
 *
 * For what a site wants to judge by a program of its own, such as a PDF/A
 * checker.  No shell: the words are split at blanks, the first is a path or a
 * name in /usr/local/bin, /usr/bin or /bin.  The file is standard input; where
 * the command has a word {}, that becomes /dev/fd/3, which is the file.  The
 * command runs in a process group of its own with limits, an environment of
 * PATH and LANG, and no other descriptor of ours; it dies with us.
 *
 * Exit status 0 means good, 1 not good; all else is a failure of the command.
 * Waits, and may be called by several threads at once.  SIGCHLD must not be
 * ignored, nor may another thread wait for just any child.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

#define COMMAND_WORDS_MAX 32
#define COMMAND_TEXT_MAX 1000 /* of the command as written */
#define COMMAND_LINE_MAX 160
#define COMMAND_WAIT_MS 60000
#define COMMAND_OUTPUT_MAX 1000000

struct command {
	const char *text;	  /* as the operator wrote it */
	int64_t wait_ms;	  /* then it is killed; 0: COMMAND_WAIT_MS */
	size_t output_bytes_max;  /* 0: COMMAND_OUTPUT_MAX */
	int64_t memory_bytes_max; /* address space; 0: no limit */
	enum code code;		  /* of the fault when the command fails */
};

struct command_said {
	bool good;
	/* First line of what it said, standard error included: printable
	 * ASCII, rows of 8 digits or more made unreadable.
	 */
	char line[COMMAND_LINE_MAX];
};

/* Can this command be run at all?  For a check of the configuration. */
enum verdict command_parse(const struct command *command, struct fault *why);

/* `fd` (lent) is a regular file or from command_file(); it is read from its
 * start under a descriptor of its own.  V_BROKEN: the command is missing,
 * says too much, takes too long, ends otherwise (with `code`); V_LATER: no
 * process could be had.
 */
enum verdict command_run(const struct command *command, int fd,
	struct command_said *said_out, struct fault *why);

/* Bytes as a file without a name; the caller closes it. */
enum verdict command_file(
	const void *bytes, size_t len, int *fd_out, struct fault *why);

#endif
