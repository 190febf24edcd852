/* spool/need.c - how much disk working on a file will take
 *
 * An estimate, made before the file is ours, from its size and first bytes:
 * what is unpacked into work/JOBID/content, documents that are copied once
 * more into print bundles, and 5 % with something to spare.  Who lies about
 * his sizes only makes his own file wait.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/gzip.h"
#include "spool/room.h"

#define SPARE INT64_C(64000000) /* bytes; for all parts together */
#define SPARE_PART 20		/* and 1/20 of the size */
#define HEAD_BYTES 512		/* of a file; of a tar its first header */
#define TAR_MAGIC 257
#define GZIP_HEAD 10
#define GZIP_HAS_CRC 0x02
#define GZIP_HAS_EXTRA 0x04
#define GZIP_HAS_NAME 0x08
#define GZIP_HAS_COMMENT 0x10

enum wrapping {
	WRAPPING_NONE,
	WRAPPING_ZIP,
	WRAPPING_TAR,
	WRAPPING_GZIP,
	WRAPPING_TAR_GZIP, /* or another packed tar */
};

static bool
is_tar(const uint8_t *head, size_t len)
{
	return len >= TAR_MAGIC + 5 &&
	       memcmp(head + TAR_MAGIC, "ustar", 5) == 0;
}

/* Where the packed bytes begin behind a gzip header; 0: not in the head. */
static size_t
gzip_body(const uint8_t *head, size_t len)
{
	size_t at = GZIP_HEAD;
	int strings;

	if (len < GZIP_HEAD + 2)
		return 0;
	if (head[3] & GZIP_HAS_EXTRA)
		at += 2 + ((size_t)head[10] | (size_t)head[11] << 8);
	strings = ((head[3] & GZIP_HAS_NAME) != 0) +
		  ((head[3] & GZIP_HAS_COMMENT) != 0);
	for (; strings > 0 && at < len; strings--) {
		while (at < len && head[at] != '\0')
			at++;
		at++;
	}
	if (head[3] & GZIP_HAS_CRC)
		at += 2;
	return at < len ? at : 0;
}

static bool
holds_tar(int fd, const uint8_t *head, size_t len)
{
	uint8_t inside[HEAD_BYTES];
	size_t at = gzip_body(head, len), have = 0, got = 1;
	struct gzip *gzip = NULL;
	struct fault ignored;
	enum verdict v;

	if (at == 0)
		return false;
	v = gzip_open(fd, (int64_t)at, 8, -1, &gzip, &ignored);
	while (v == V_OK && got > 0 && have < sizeof(inside)) {
		v = gzip_read(gzip, inside + have, sizeof(inside) - have, &got,
			&ignored);
		have += v == V_OK ? got : 0;
	}
	gzip_close(gzip);
	return is_tar(inside, have);
}

static enum wrapping
wrapping_of(int fd, int64_t bytes, int64_t *unpacked_out)
{
	uint8_t head[HEAD_BYTES], tail[4];
	struct fault ignored;
	size_t len = 0, got = 0;

	*unpacked_out = bytes;
	if (file_read_at(fd, head, sizeof(head), 0, &len, &ignored) != V_OK ||
		len < 6)
		return WRAPPING_NONE;
	if (memcmp(head, "PK\3\4", 4) == 0)
		return WRAPPING_ZIP;
	if (is_tar(head, len))
		return WRAPPING_TAR;
	if (memcmp(head,
		    "\xfd"
		    "7zXZ",
		    5) == 0 ||
		memcmp(head, "\x5d\0\0", 3) == 0)
		return WRAPPING_TAR_GZIP;
	if (memcmp(head, "\x1f\x8b\x08", 3) != 0)
		return WRAPPING_NONE;
	/* The unpacked size stands last, without what is above 4 GiB. */
	if (file_read_at(fd, tail, sizeof(tail), bytes - 4, &got, &ignored) ==
			V_OK &&
		got == sizeof(tail))
		*unpacked_out = (int64_t)tail[0] | (int64_t)tail[1] << 8 |
				(int64_t)tail[2] << 16 | (int64_t)tail[3] << 24;
	while (*unpacked_out < bytes)
		*unpacked_out += INT64_C(1) << 32;
	return holds_tar(fd, head, len) ? WRAPPING_TAR_GZIP : WRAPPING_GZIP;
}

int64_t
room_need(int in, const char *name, const struct spool_rule *rule)
{
	int64_t bytes, unpacked, content = 0, paper = 0;
	int fd = openat(
		in, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd == -1)
		return 0;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return 0;
	}
	bytes = st.st_size;
	switch (wrapping_of(fd, bytes, &unpacked)) {
	case WRAPPING_NONE: /* inline stays where it is; four characters of
			     * base64 are three bytes on paper */
		paper = rule->unpacks ? bytes / 4 * 3 : 0;
		break;
	case WRAPPING_ZIP: /* members stay where they are */
		content = rule->unpacks ? bytes : 0;
		paper = bytes;
		break;
	case WRAPPING_TAR:
		content = paper = bytes;
		break;
	case WRAPPING_GZIP:
		content = paper = rule->unpacks ? unpacked / 4 * 3 : 0;
		break;
	case WRAPPING_TAR_GZIP: /* PDFs shrink by a quarter at most */
		content = paper =
			bytes / 10 * 13 > unpacked ? bytes / 10 * 13 : unpacked;
		break;
	}
	(void)close(fd);
	return bytes / SPARE_PART + content + paper;
}

int64_t
room_lacks(int in, int64_t need)
{
	int64_t room = file_room(in);

	assert(need >= 0);
	return room < 0 || room >= need + SPARE ? 0 : need + SPARE - room;
}
