/* spool/opened.c - a claim's parts, opened: out of a job's folder, or anywhere
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "spool/room.h"

static void
close_parts(struct claim *claim)
{
	int i;

	for (i = 0; i < claim->part_count; i++)
		(void)close(claim->parts[i].fd);
	free(claim->parts);
	claim->parts = NULL;
	claim->part_count = 0;
}

/* O_NONBLOCK: a fifo somebody dropped must not hold us up. */
static int
open_file(int dir, const char *name, int follow)
{
	return openat(dir, name, O_RDONLY | follow | O_NONBLOCK | O_CLOEXEC);
}

/* Too little of something of ours, which passes by itself? */
static bool
is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM ||
	       error == EINTR || error == EAGAIN;
}

enum verdict
room_can_read(int in, const char *name, struct fault *why)
{
	int fd = open_file(in, name, O_NOFOLLOW);

	if (fd != -1) {
		(void)close(fd);
		return V_OK;
	}
	if (errno == ENOENT || errno == ELOOP || errno == ENXIO)
		return V_OK;
	return fault_errno(why, is_shortage(errno) ? V_LATER : V_SKIP,
		CODE_SPOOL, "the file cannot be read");
}

static enum verdict
open_part(int dir, const char *name, int follow, int *fd_out, int64_t *bytes,
	struct fault *why)
{
	int fd = open_file(dir, name, follow);
	struct stat st;

	if (fd == -1 && errno != ELOOP && errno != ENXIO)
		return fault_errno(why, errno == ENOENT ? V_BROKEN : V_LATER,
			CODE_SPOOL, "the file cannot be read");
	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		if (fd != -1)
			(void)close(fd);
		return fault_set(why, V_SKIP, CODE_NOT_FILE,
			"not a plain file but a link, folder or fifo");
	}
	*fd_out = fd;
	*bytes = st.st_size;
	return V_OK;
}

/* `names` of them in claim->dir; what is open when one fails stays so. */
static enum verdict
open_all(const struct room_parts *names, struct claim *claim, struct fault *why)
{
	enum verdict v = V_OK;
	struct stat st;
	int i;

	claim->parts = mem_zero((size_t)names->count, sizeof(*claim->parts));
	for (i = 0; i < names->count; i++) {
		struct claim_part *part = &claim->parts[i];

		/* Taken away while we moved the set. */
		if (names->count > 1 &&
			fstatat(claim->dir, names->names[i], &st,
				AT_SYMLINK_NOFOLLOW) == -1 &&
			errno == ENOENT)
			return fault_set(why, V_SKIP, CODE_GROWING,
				"part %d of the set was taken away again",
				i + 1);
		v = open_part(claim->dir, names->names[i], O_NOFOLLOW,
			&part->fd, &part->bytes, why);
		if (v != V_OK)
			return v;
		memcpy(part->name, names->names[i], sizeof(part->name));
		claim->part_count++;
		claim->bytes += part->bytes;
	}
	return V_OK;
}

/* Those that were seen beside a part and are not here now. */
static enum verdict
find_sidecars(int dir, const struct room_claim *c,
	const struct room_parts *names, struct fault *why)
{
	char side[SPOOL_NAME_MAX + 16];
	struct stat st;
	size_t i;
	int part;

	for (part = 0; part < names->count; part++)
		for (i = 0; room_sidecars[i] != NULL; i++) {
			if (!(c->sidecars[part] & 1u << i))
				continue;
			snprintf(side, sizeof(side), "%s%s", names->names[part],
				room_sidecars[i]);
			if (fstatat(dir, side, &st, AT_SYMLINK_NOFOLLOW) ==
					-1 &&
				errno == ENOENT)
				return fault_set(why, V_SKIP, CODE_SIDECAR,
					"NAME%s lay beside the file and was "
					"not there any more when it was taken",
					room_sidecars[i]);
		}
	return V_OK;
}

enum verdict
room_open(const struct room_claim *c, struct claim *claim, struct fault *why)
{
	struct room_parts names = { 0 };
	enum verdict v;

	assert(claim->dir > 2 && claim->part_count == 0);
	if (c->refused[0] != '\0')
		return fault_set(why, V_SKIP, CODE_NAME,
			"file name '%.200s' has characters we refuse, or more "
			"than %d of them",
			c->refused, SPOOL_NAME_MAX);
	v = room_parts_read(claim->dir, &names, why);
	if (v == V_OK && c->set && room_set_judge(&names, why) != V_OK)
		v = V_SKIP;
	if (v == V_OK)
		v = open_all(&names, claim, why);
	if (v == V_OK)
		v = find_sidecars(claim->dir, c, &names, why);
	if (v == V_OK)
		v = room_sidecars_read(claim->dir, claim, why);
	if (v != V_OK)
		close_parts(claim);
	room_parts_done(&names);
	return v;
}

enum verdict
spool_look(const char *path, struct claim *claim_out, struct fault *why)
{
	struct claim claim = CLAIM_NONE;
	char *for_dir = mem_text(path), *for_name = mem_text(path);
	const char *name = basename(for_name);
	enum verdict v;
	int dir = -1;

	claim.parts = mem_zero(1, sizeof(*claim.parts));
	v = open_part(AT_FDCWD, path, 0, &claim.parts[0].fd,
		&claim.parts[0].bytes, why);
	if (v == V_OK) {
		claim.part_count = 1;
		claim.bytes = claim.parts[0].bytes;
		snprintf(claim.name, sizeof(claim.name), "%.*s", SPOOL_NAME_MAX,
			name);
		memcpy(claim.parts[0].name, claim.name, sizeof(claim.name));
		v = file_dir(AT_FDCWD, dirname(for_dir), &dir, why);
	}
	if (v == V_OK)
		v = room_sidecars_read(dir, &claim, why);
	if (dir != -1)
		(void)close(dir);
	free(for_dir);
	free(for_name);
	if (v != V_OK) {
		fault_at(why, "%s", path);
		claim_close(&claim);
		return V_BROKEN;
	}
	*claim_out = claim;
	return V_OK;
}

void
claim_close(struct claim *claim)
{
	room_digest_stop(claim);
	close_parts(claim);
	if (claim->dir > 2)
		(void)close(claim->dir);
	claim->dir = -1;
}
