/* mobbsim/trouble.h - a fault on command: one line of the language
 *
 *	WHEN ON WHAT [VALUE] [body] [taken]
 *
 *	nth 2 request cut 5000
 *	every 3 ack late 2s
 *	chance 20% result double
 *	from 0s to 6s server certificate expired
 *
 * ON is the kind of event that is counted; WHAT a fault of the table.  Pure:
 * lines in, structs out and back.  (A struct fault is why something failed;
 * what the other side does wrong on purpose is a trouble.)
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_TROUBLE_H
#define MOBBSIM_TROUBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

#define TROUBLE_WORD_MAX 48

enum trouble_on {
	ON_SERVER = 0, /* somebody connects */
	ON_REQUEST,    /* a delivery is posted, new or again */
	ON_REPLY,      /* a signal is posted: what is said about a result */
	ON_WUS,	       /* a question about subscriptions */
	ON_ACK,	       /* an Acknowledgment is given */
	ON_RESULT,     /* a result is pushed, each for the first time */
	ON_ANSWER,     /* a bulk question about subscriptions is answered */
	TROUBLE_ONS,
};

enum trouble_kind {
	/* of the connection */
	T_CERTIFICATE = 0,
	T_REFUSE,
	T_PLAIN,
	T_STALL,
	T_AWAY,
	/* of a POST to the other side */
	T_CUT,
	T_RESET,
	T_SILENT,
	T_SLOW_READ,
	T_SLOW_ANSWER,
	T_ANSWER_CUT,
	T_STATUS,
	T_BUSY,
	T_SOAP_FAULT,
	T_HTML,
	T_TRUNCATED,
	T_HUGE,
	T_CHUNKED,
	T_TYPE,
	T_HEADERS,
	T_DIE,
	/* of a delivery */
	T_ERROR,
	T_WARNING,
	T_CODE,
	/* of an Acknowledgment or a result */
	T_LATE,
	T_LOST,
	T_DOUBLE,
	T_DOUBLE_NEW,
	T_SWAP,
	T_SLOW,
	T_OTHER_WAY,
	T_FOREIGN_ID,
	T_WRONG_CPA,
	T_WRONG_PARTIES,
	T_NO_ACTOR,
	T_NEXT_MSH,
	T_NO_ROLE,
	T_MULTIPART,
	T_BLOCK,
	T_MUST_UNDERSTAND,
	T_BEFORE_ACK,
	T_EARLY,
	T_COUNTERS,
	T_STRANGER,
	T_TWICE,
	T_UNKNOWN_CODE,
	T_OTHER_CODES,
	T_SPLIT,
	T_FAILURES_ONLY,
	T_NO_REF,
	/* of an answer about subscriptions */
	T_HALF,
	T_CONTRADICT,
	T_NOT_BOOLEAN,
	T_APPLICATION_FAULT,
	T_EMPTY,
	T_ALL_NO,
	T_ALL_YES,
	T_YES_FOR_NO,
	T_DOUBLED,
	T_OTHER_SENDER,
	T_OTHER_QUESTION,
	T_OTHER_NAMES,
	T_OLD,
	T_NOT_PACKED,
	T_PACKED_CUT,
	T_NEVER,
	TROUBLE_KINDS,
};

enum trouble_when {
	WHEN_NTH = 0,
	WHEN_EVERY,
	WHEN_CHANCE, /* percent */
	WHEN_FROM,   /* .. to, since the plan began */
};

/* What follows the name of a fault. */
enum trouble_value {
	VALUE_NONE = 0,
	VALUE_BYTES, /* 5000; -1 from the end; end: at the last byte */
	VALUE_TIME,  /* 500ms, 2s */
	VALUE_STATUS,
	VALUE_COUNT,
	VALUE_WORD, /* of a list */
	VALUE_TYPE, /* of content */
};

struct trouble {
	enum trouble_when when;
	int64_t n, from_ms, to_ms;
	enum trouble_on on;
	enum trouble_kind kind;
	int64_t number; /* of bytes, milliseconds, things; a status */
	bool at_end;	/* cut end */
	char word[TROUBLE_WORD_MAX];
	bool body;  /* a status with something in it */
	bool taken; /* the message is processed all the same */
};

/* One fault of the table. */
struct trouble_sort {
	const char *name;
	unsigned on; /* 1 << ON_.. */
	enum trouble_value value;
	const char *const *words; /* VALUE_WORD: ends with NULL */
	bool counted;		  /* VALUE_WORD, then a number, default 1 */
	bool may_take;		  /* `taken` is allowed */
	int64_t least, most;	  /* of the number */
	const char *about;	  /* for people */
};

const struct trouble_sort *trouble_sort(enum trouble_kind kind);
const char *trouble_on_word(enum trouble_on on);
/* False when there is no such name. */
bool trouble_on_find(const char *word, enum trouble_on *on_out);
bool trouble_kind_find(
	const char *word, enum trouble_on on, enum trouble_kind *kind_out);

/* Can the message be taken all the same? */
bool trouble_may_take(const struct trouble *trouble);

/* One line, without comment; it is cut in place.  V_BROKEN with
 * CODE_CONFIG_VALUE.
 */
enum verdict trouble_parse(
	char *line, struct trouble *trouble_out, struct fault *why);
/* The line again, with its end. */
void trouble_print(const struct trouble *trouble, struct buf *out);

/* "500ms", "2s", "1min"; false when it is no time. */
bool trouble_time(const char *text, int64_t *ms_out);
/* The next word of a line, NULL at its end. */
char *trouble_next(char **line);

#endif
