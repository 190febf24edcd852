/* spool/member.h - the documents of a job's containers, found by name
 *
 * In memory are 12 bytes for finding a member and 20 for who owns which
 * content; what it is lies in a file without a name.  Names are not kept: a
 * member is found by 128 bits of a keyed digest of part and name.  The key is
 * random for each table, so nobody can choose names that collide.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef SPOOL_MEMBER_H
#define SPOOL_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

#define MEMBER_KEY 16
#define MEMBER_SEED 16

/* What the look at a member found. */
enum member_look {
	MEMBER_PDF = 0,
	MEMBER_EMPTY,
	MEMBER_TOO_LARGE, /* not looked at */
	MEMBER_NO_PDF,
	MEMBER_ENCRYPTED,
};

struct member {
	uint8_t key[MEMBER_KEY]; /* the table's */
	uint8_t sha256[32];
	int64_t offset, bytes;
	int32_t pages;
	uint16_t part;	 /* file of a set */
	uint8_t box;	 /* number of a remark, 0: none */
	uint8_t paper;	 /* likewise */
	uint8_t look;	 /* enum member_look */
	uint8_t method;	 /* 0 stored, 8 deflate */
	bool in_content; /* the offset is one in work/JOBID/content */
	bool shared;	 /* a leaflet that many letters may name */
};

struct member_slot;

struct member_table {
	uint8_t seed[MEMBER_SEED];
	int dir, file; /* -1: none */
	size_t count;
	struct member_slot *slots; /* open addressing by key */
	size_t slot_count;
	uint8_t *used; /* a bit each: named by a record */
	size_t used_count;
};

/* `dir` (lent): where the file is made; -1 elsewhere (spool/scratch.h). */
void member_table_init(struct member_table *table, int dir);
void member_table_done(struct member_table *table);

/* Room for `more` members. */
void member_reserve(struct member_table *table, size_t more);

/* A new name: its index, and a member that is all zero but key and part.
 * V_SKIP: the name was there.
 */
enum verdict member_add(struct member_table *table, int part, const char *name,
	size_t *index_out, struct member *member_out, struct fault *why);
/* What it turned out to be; any thread, also while others are added. */
enum verdict member_put(const struct member_table *table, size_t index,
	const struct member *member, struct fault *why);

/* V_END: there is none. */
enum verdict member_find(const struct member_table *table, int part,
	const char *name, size_t *index_out, struct member *member_out,
	struct fault *why);

/* A record names it; was it the first? */
bool member_use(struct member_table *table, size_t index);

/* Content (by digest) -> owner (see owner_id()). */
struct owner_table {
	uint64_t seed[2];
	struct owner *slots;
	size_t count, slot_count;
};

void owner_table_init(struct owner_table *table);
void owner_table_done(struct owner_table *table);
void owner_reserve(struct owner_table *table, size_t more);

/* Whoever has this text as key; never 0. */
uint64_t owner_id(const struct owner_table *table, const void *key, size_t len);

/* False when another owner has it. */
bool owner_take(
	struct owner_table *table, const uint8_t sha256[32], uint64_t owner);

#endif
