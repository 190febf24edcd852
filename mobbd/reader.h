/* mobbd/reader.h - one received batch file, read and split whole
 *
 * Two threads besides those of spool/: one parses and checks, this one finds
 * the documents, makes ids and talks with the database.  A file is split in
 * one transaction or not at all.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_READER_H
#define MOBBD_READER_H

#include "mobbd/role.h"

/* V_OK: split.  V_BROKEN: the file is refused, or a fault of ours (by its
 * code).  Else: try later, from the start.
 */
enum verdict reader_split(struct role_run *run,
	const struct jobs_stream *stream, struct claim *claim, int edition,
	struct fault *why);

/* A failing database or disk is not the file's fault. */
bool reader_not_the_file(enum code code);

/* What the container must be, by the definition and the jobs file. */
void reader_rules(const struct definition *definition,
	const struct jobs_stream *stream, struct source_rules *out);

/* What the file is compared with, today. */
struct format_context reader_context(const struct jobs_stream *stream);

#endif
