/* spool/member.h - the documents of a job's containers, found by name
 *
 * 64 bytes a member and 6 for finding it; 20 more for who owns which content:
 * a document belongs to one letter key, whatever its name.  Names are not
 * kept: a member is found by 96 bits of a keyed digest of part and name.
 * The key is random for each table, so nobody can choose names that collide.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef SPOOL_MEMBER_H
#define SPOOL_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMBER_KEY 12
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
	uint8_t key[MEMBER_KEY];
	uint8_t sha256[32];
	uint32_t bytes;	     /* at most the largest document we look at */
	uint32_t offset_low; /* see member_place() */
	uint16_t offset_high;
	uint16_t pages;
	uint16_t part;	     /* file of a set */
	uint8_t box;	     /* remark of spool/look.h, 0: none */
	uint8_t paper;	     /* likewise */
	uint8_t look;	     /* enum member_look */
	uint8_t method;	     /* 0 stored, 8 deflate */
	bool in_content : 1; /* the offset is one in work/JOBID/content */
	bool shared : 1;     /* a leaflet that many letters may name */
	bool used : 1;	     /* named by a record */
};

_Static_assert(sizeof(struct member) <= 64, "it is multiplied by 250,000");

struct member_table {
	uint8_t seed[MEMBER_SEED];
	struct member *members;
	size_t count, size;
	uint32_t *slots; /* index + 1, open addressing by key */
	size_t slot_count;
};

void member_table_init(struct member_table *table);
void member_table_done(struct member_table *table);

/* Room for `more` members: they do not move while so many are added. */
void member_reserve(struct member_table *table, size_t more);

/* A new member, all zero but key and part; NULL when the name was there. */
struct member *member_add(
	struct member_table *table, int part, const char *name);
struct member *member_find(const struct member_table *table, int part,
	const char *name); /* NULL: none */

#define MEMBER_OFFSET_MAX ((INT64_C(1) << 48) - 1)
void member_place(struct member *member, int64_t offset);
int64_t member_offset(const struct member *member);

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
