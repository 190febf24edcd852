/* spool/spool.h - the folders a batch file lives in
 *
 * Front door of spool/: no other header of this folder is included elsewhere.
 *
 *	in/STREAM/NAME		dropped here by rename, whole, in one step; of a
 *				stream with several senders in/STREAM/SENDER/NAME
 *	work/JOBID/NAME		ours; exactly one process won the rename
 *	work/JOBID/content	documents that have no place in the file
 *	done/JOBID/NAME		every letter has its end
 *	bad/JOBID/NAME		refused; NAME.reason says why
 *	out/STREAM/		reports to the supplier; out/STREAM/SENDER/ likewise
 *	print/out/		bundles for the printer
 *	print/in/		receipts of the printer; applied: done/, bad/
 *	sent/			what was offered and printed (the journal)
 *
 * A file is in exactly one folder at any moment, also after a power cut: each
 * step is one rename followed by fsync of both folders.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/uuid.h"
#include "batch/attachment.h"
#include "batch/letter.h"

#define SPOOL_NAME_MAX 120    /* bytes of a file name */
#define SPOOL_DROPPED_MAX 256 /* of one as dropped, and the closing NUL */
#define SPOOL_STREAM_MAX 81   /* "STREAM", or "STREAM/SENDER" */
#define SPOOL_JOBID_MAX 16    /* "20260215-k3f7" and the closing NUL */

struct spool;

/* Open the spool at `path`, making folders that are missing (in/STREAM and
 * out/STREAM for every stream given).  Here and everywhere below a stream is
 * "STREAM", or "STREAM/SENDER" of one with several senders.
 */
enum verdict spool_open(const char *path, const char *const *streams,
	size_t stream_count, struct spool **spool_out, struct fault *why);
/* The same, only to look (spool_waits()): nothing is made, removed or watched.
 */
enum verdict spool_look_open(
	const char *path, struct spool **spool_out, struct fault *why);
void spool_close(struct spool *spool);	 /* accepts NULL */
int spool_fd(const struct spool *spool); /* lent; the spool's folder */

/* --- watch: which file is complete? --- */

#define SPOOL_WAIT_MS INT64_C(14400000) /* 4 h, where set_ms says nothing */

struct spool_rule {
	const char *stream;
	bool sidecar;	  /* only with NAME.ready or another sidecar */
	int64_t quiet_ms; /* > 0: unchanged for so long */
	bool parts;	  /* NAME_1, NAME_2_laatste: a set, taken as one */
	int64_t set_ms;	  /* how long what is not complete may wait since its
			   * last change; 0: SPOOL_WAIT_MS */
	bool unpacks;	  /* documents are inline, or pages of one PDF, and so
			   * may be written once more: for the need of disk */
	/* Not NULL: its senders, whose folders lie in it, ended by NULL.  Then
	 * a folder is never a batch file.
	 */
	const char *const *senders;
};

/* Would a file of this name be taken in?  Letters, digits, dots, dashes and
 * underscores, and no ending that means something else.
 */
bool spool_name_ok(const char *name);

/* The next complete file in in/STREAM, in order of names.  Of a set, once all
 * of it is there and complete, the name of its last part; of one that can
 * never be whole, or has waited too long, the last that is there: claiming it
 * refuses it.  One that cannot be read comes after all others: claiming it
 * says why.
 *
 * V_OK    name_out is set; as dropped, odd or too long, so never print it
 * V_END   nothing complete at the moment
 */
enum verdict spool_next(struct spool *spool, const struct spool_rule *rule,
	int64_t now_ms, char name_out[SPOOL_DROPPED_MAX], struct fault *why);

/* What lies in in/STREAM and cannot be taken yet, in order of names: it still
 * grows, lacks its sidecar or a part (CODE_GROWING), contradicts itself
 * (CODE_PARTS), there is too little disk for it (CODE_DISK_FULL), or we may not
 * read it (CODE_SPOOL).  Of a stream with several senders also a folder that is
 * of none of them (CODE_SENDER_FOLDER): it is left alone.
 */
struct spool_wait {
	const char *name; /* can be printed: odd characters are %xx */
	enum code code;
	const char *text; /* one sentence, as in a fault */
	bool late;	  /* longer than the rule's set_ms, or not to be read:
			   * a person should see to it */
	int64_t changed_ms;
	int64_t bytes;	       /* what is there */
	int64_t missing_bytes; /* of disk; 0 it is not the disk */
};

/* At most SPOOL_WAITS_MAX of them, in `mem`.  V_BROKEN: cannot be read. */
#define SPOOL_WAITS_MAX 1000
enum verdict spool_waits(struct spool *spool, const struct spool_rule *rule,
	int64_t now_ms, struct arena *mem, struct spool_wait **waits_out,
	size_t *count_out, struct fault *why);

/* A descriptor that becomes readable when something happened in in/ (inotify),
 * or -1 when there is none: then only the rescan finds files.  Call
 * spool_watched() after it was readable.
 */
int spool_watch_fd(struct spool *spool);
void spool_watched(struct spool *spool);

/* --- claim --- */

#define SPOOL_PARTS_MAX 999 /* files of one set */

struct claim_part {
	int fd;	       /* open for reading; the claim owns it */
	int64_t bytes; /* size when claimed */
	char name[SPOOL_NAME_MAX + 1];
	char promised_sha256[65]; /* by its sidecar; "" when it did not */
};

struct claim {
	struct claim_part *parts; /* one, or all of a set in order */
	int part_count;		  /* 0: nothing could be opened */
	int dir;		  /* of work/JOBID, owned; below 3 is none */
	int64_t bytes;		  /* of all parts */
	char job[SPOOL_JOBID_MAX];
	char stream[SPOOL_STREAM_MAX + 1];
	char name[SPOOL_NAME_MAX + 1]; /* of a set that of its last part */
	/* what a sidecar promised for all parts; -1 when it did not */
	int64_t promised_letters;
	int64_t promised_cents; /* amount=33914002.17 */
	uint8_t sha256[32];	/* filled by spool_digest(): all parts' bytes */
	struct digest_run *run; /* by spool_digest_begin(); NULL none */
};

#define CLAIM_NONE                                                             \
	((struct claim){                                                       \
		.dir = -1, .promised_letters = -1, .promised_cents = -1 })

/* Make in/STREAM/NAME ours, with its sidecars, as a new job id.
 *
 * V_OK      *claim_out holds the open file; end it with claim_close()
 * V_LATER   another process was first; or too little disk for it
 *	     (CODE_DISK_FULL), or it cannot be read (CODE_SPOOL): nothing was
 *	     moved.  Could it be read until it was, it lies in work/.
 * V_SKIP    ours, but no plain file (CODE_NOT_FILE) or a name we refuse
 *	     (CODE_NAME) or a sidecar that makes no sense or was lost on the way
 *	     (CODE_SIDECAR): the claim is filled without fd; refuse it with
 *	     spool_refuse()
 * V_BROKEN  the spool itself cannot be used
 */
enum verdict spool_claim(struct spool *spool, const char *stream,
	const char *name, int64_t now_ms, struct claim *claim_out,
	struct fault *why);

/* The same under a stream's rule.  With rule->parts all files of the set that
 * `name` belongs to become one job.  Besides:
 *
 * V_LATER   the set is not whole and may still become so (CODE_GROWING)
 * V_SKIP    it waited too long for a part (CODE_GROWING), or no part can make
 *	     it right (CODE_PARTS): all that is there is ours, to be refused
 */
enum verdict spool_claim_by(struct spool *spool, const struct spool_rule *rule,
	const char *name, int64_t now_ms, struct claim *claim_out,
	struct fault *why);

/* Open again what lies in work/JOBID (after a crash, or to send it).  V_LATER:
 * it cannot be read now.
 */
enum verdict spool_claimed(struct spool *spool, const char *job,
	struct claim *claim_out, struct fault *why);

/* Jobs that lie in work/: V_OK with the next id after `job` (start with ""),
 * V_END after the last.  In order of id.
 */
enum verdict spool_working(struct spool *spool, const char *after,
	char job_out[SPOOL_JOBID_MAX], struct fault *why);

/* SHA-256 of all parts in order into claim->sha256, from their descriptors.
 * V_SKIP with CODE_SIDECAR: a part is not what its sidecar promised.
 */
enum verdict spool_digest(struct claim *claim, struct fault *why);

/* The same in two halves: a thread reads while the caller does something else
 * with the claim's descriptors (by offset: they have one position).  Each
 * begin has one wait, or claim_close(), which gives it up.
 */
enum verdict spool_digest_begin(struct claim *claim, struct fault *why);
enum verdict spool_digest_wait(struct claim *claim, struct fault *why);

/* A claim without a job, to look at a file where it lies (mobbjob check); its
 * dir is none.  Sidecars beside it count.  V_BROKEN when it cannot be opened
 * or its sidecars make no sense.
 */
enum verdict spool_look(
	const char *path, struct claim *claim_out, struct fault *why);

void claim_close(struct claim *claim);

/* --- the end of a file --- */

/* work/JOBID -> bad/JOBID with NAME.reason (durable, reason first), or
 * work/JOBID -> done/JOBID.  Done already: V_OK (a crash came between).
 */
enum verdict spool_refuse(struct spool *spool, const char *job,
	const char *name, const char *reason_text, struct fault *why);
enum verdict spool_done(
	struct spool *spool, const char *job, struct fault *why);

/* Its time is over: done/JOBID or bad/JOBID is removed with all in it, and its
 * bundles and proofs from all folders in print/ but print/in/, with what lies
 * beside them.  What is not there any more is V_OK.  V_LATER: it cannot be removed now.
 */
enum verdict spool_forget_job(
	struct spool *spool, const char *job, struct fault *why);
enum verdict spool_forget_print(
	struct spool *spool, const char *job, struct fault *why);

/* --- outgoing: files for the supplier --- */

/* One file for out/STREAM/, seen there only when it is whole: written under a
 * hidden name, synced, renamed over the one before.  One writer a name.
 */
#define SPOOL_OUT_NAME_MAX 200 /* a batch file's name, and more behind it */

struct spool_out;

/* V_BROKEN also for a name with anything but letters, digits, . - and _. */
enum verdict spool_out_begin(struct spool *spool, const char *stream,
	const char *name, struct spool_out **out_out, struct fault *why);
enum verdict spool_out_add(struct spool_out *out, const void *bytes, size_t len,
	struct fault *why);
/* Lent, at its end, for a writer of its own (archive_create()). */
int spool_out_fd(const struct spool_out *out);
/* Either ends it; a failed end leaves the file before as it was. */
enum verdict spool_out_end(struct spool_out *out, struct fault *why);
void spool_out_cancel(struct spool_out *out); /* accepts NULL */

/* --- print/in: receipts of the printer (spool/printed.c) --- */

/* The name after `after` ("" for the first), in order; hidden and unfinished
 * ones (.part, .tmp, .filepart) are passed over.  V_END: no more.  As dropped,
 * so never print it: spool_printed_name().
 */
enum verdict spool_printed_next(struct spool *spool, const char *after,
	char name_out[SPOOL_DROPPED_MAX], struct fault *why);
/* The same name where it can be shown, else one that stands for it. */
const char *spool_printed_name(const char *name);
/* All of it into `text`, whose max is the limit.
 * V_LATER  its last line has no end, and it is less than a minute old
 * V_END	  gone meanwhile
 * V_SKIP   it cannot be read: CODE_NAME, CODE_NOT_FILE, CODE_LIMIT, CODE_IO
 */
enum verdict spool_printed_read(struct spool *spool, const char *name,
	int64_t now_ms, struct buf *text, struct fault *why);
/* Applied: to print/in/done, or with a reason to print/in/bad, where
 * NAME.reason says it.  Another file of the name stays: this becomes NAME.2.
 * `sha256` of what was read, NULL: it could not be.  V_LATER CODE_GROWING:
 * another one lies there since, which is to be read first.
 */
enum verdict spool_printed_end(struct spool *spool, const char *name,
	const uint8_t sha256[32], const char *reason, struct fault *why);

/* --- source: a claimed file as a stream with named members --- */

struct source;

/* What becomes of a letter whose PDF the box may not take: MOBB-0223. */
enum source_pdf {
	SOURCE_PDF_WARN, /* sent as it is, with a remark */
	SOURCE_PDF_PAPER,
	SOURCE_PDF_REJECT
};

struct source_rules {
	bool plain, gzip, zip, tar; /* containers allowed; what it is its first
				     * bytes say, never its name alone */
	const char *payload; /* "*.xml": the member that holds the records */
	const char *pages;   /* "*.pdf": the one PDF that is cut; or NULL */
	const char *const *shared; /* members that many letters may name */
	int shared_count;
	bool unused_warns; /* a document nobody names: told, not refused */
	struct archive_limits limits;
	int64_t bytes_max; /* of the payload */

	/* PDF look: `claim` always; more when asked */
	bool structure;
	const char *command; /* external: run for each, NULL none */
	enum source_pdf not_pdfa;
	int64_t pages_max; /* 0 any */
	bool a4;
	bool no_documents; /* they are neither looked at nor wanted */
};

/* Judge the containers of all parts once: every member is read, its digest
 * taken, looked at as a PDF.  What has no place of its own (in what is packed
 * whole, pages cut from one PDF) goes to work/JOBID/content.  A claim without
 * a folder is only checked: nothing is written.  V_BROKEN: the file is refused.
 */
enum verdict source_open(const struct claim *claim,
	const struct source_rules *rules, struct source **source_out,
	struct fault *why);
void source_close(struct source *source); /* accepts NULL */

/* Bytes of the present payload: of part 0 from its start, after source_part()
 * of that part.  The same part again starts again.
 */
enum verdict source_part(struct source *source, int part, struct fault *why);
enum verdict source_read(void *source, void *bytes, size_t len, size_t *len_out,
	struct fault *why);

/* Find the letter's documents, count them as used, fill letter->attachments
 * (in `mem`) and letter->paper.  Inline ones stay where they are when the
 * payload is not packed, else they are appended to work/JOBID/content.
 *
 * V_OK      all found and sound
 * V_SKIP    the record is rejected: CODE_DOCUMENT (missing, empty, no PDF,
 *	     other hash, named and inline at once), CODE_DOCUMENT_BOX
 *	     (encrypted)
 * V_BROKEN  the file is refused: CODE_DOCUMENT_TWICE: another record with
 *	     another key or citizen has it already, by name or by digest.  The
 *	     same key and citizen again is a doubled record: V_OK here, the
 *	     store rejects it.
 * V_LATER   disk full
 */
enum verdict source_documents(struct source *source, struct letter *letter,
	struct arena *mem, struct fault *why);

/* The record was rejected for another reason, and may be incomplete: its
 * documents count as used and stay its own.  One whose citizen could not be
 * read shares them with no other letter.
 */
void source_forget(struct source *source, const struct letter *letter);

/* After the last record: V_BROKEN with CODE_DOCUMENT_UNUSED when a document
 * was named by no record.  Makes the content file durable.
 */
enum verdict source_end(struct source *source, struct fault *why);

int64_t source_members(const struct source *source);
/* After source_end(): documents nobody named, when that is only told. */
int64_t source_unused(const struct source *source);

/* Remarks about the documents of the letter just taken (MOBB-0223, -0224): the
 * reason, or NULL.  Valid until the next call of source_documents().
 */
const char *source_remark(const struct source *source, enum code *code_out);

/* --- content: documents on their way out --- */

/* Read documents of one job; ends with spool_content_close(). */
enum verdict spool_content_open(struct spool *spool, const char *job,
	struct content *content_out, struct fault *why);
void spool_content_close(struct content *content);

/* --- journal: what left, beside the database --- */

/* A database restored to an earlier moment forgets what left; the journal does
 * not.  One file per lot (box/BATCHID.ids) and per bundle (print/NAME.ids),
 * one letter id a line, durable before the first byte leaves.
 */
enum journal_kind {
	JOURNAL_BOX,
	JOURNAL_PRINT
};

enum verdict spool_journal_add(struct spool *spool, enum journal_kind kind,
	const char *name, const struct uuid *ids, size_t count,
	struct fault *why);

/* The bundle is whole and the printer may take it, durable before he may; with
 * its digest.  Asked when the database did not hear of it: V_SKIP: not yet.
 */
enum verdict spool_handed_add(struct spool *spool, const char *name,
	const uint8_t sha256[32], struct fault *why);
enum verdict spool_handed(struct spool *spool, const char *name,
	uint8_t sha256_out[32], struct fault *why);

struct journal; /* the ids of one kind, sorted, in memory */
enum verdict spool_journal_load(struct spool *spool, enum journal_kind kind,
	const char *not_this_name, struct journal **journal_out,
	struct fault *why);
/* The name of the lot or bundle that holds it, NULL when none does. */
const char *journal_find(const struct journal *journal, const struct uuid *id);
void journal_free(struct journal *journal); /* accepts NULL */

#endif
