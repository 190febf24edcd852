/* spool/member.h - the documents of one container, found by name
 *
 * About 120 bytes a member: a name, where it lies, what it is.  And who owns
 * which content: a document belongs to one letter key, whatever its name.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef SPOOL_MEMBER_H
#define SPOOL_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* What the look at a member found. */
enum member_look {
	MEMBER_PDF = 0,
	MEMBER_EMPTY,
	MEMBER_TOO_LARGE, /* not looked at */
	MEMBER_NO_PDF,
	MEMBER_ENCRYPTED,
};

struct member {
	const char *name;
	int64_t offset, bytes;
	int32_t pages;
	uint8_t method;
	uint8_t look; /* enum member_look */
	bool used;    /* named by a record */
	uint8_t sha256[32];
};

struct member_table {
	struct arena names;
	struct member *members;
	size_t count, size;
	uint32_t *slots; /* index + 1, open addressing by name */
	size_t slot_count;
};

#define MEMBER_TABLE_EMPTY ((struct member_table){ 0 })

/* Names are unique (base/archive.h); the name is copied. */
void member_add(struct member_table *table, const struct member *member);
struct member *member_find(
	const struct member_table *table, const char *name); /* NULL: none */
void member_table_done(struct member_table *table);

/* Content (by digest) -> owner (a digest of the letter key). */
struct owner_table {
	struct owner *slots;
	size_t count, slot_count;
};

#define OWNER_TABLE_EMPTY ((struct owner_table){ 0 })

/* False when another owner has it. */
bool owner_take(struct owner_table *table, const uint8_t sha256[32],
	const uint8_t owner[32]);
void owner_table_done(struct owner_table *table);

#endif
