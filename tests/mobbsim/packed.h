/* tests/mobbsim/packed.h - a batch file in a ZIP, read by the house's reader
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_MOBBSIM_PACKED_H
#define TESTS_MOBBSIM_PACKED_H

#include "base/archive.h"
#include "base/digest.h"
#include "base/pdf.h"
#include "tests/mobbsim/run.h"

#define PACKED_MEMBERS_MAX 1000
#define PACKED_TEXT_MAX ((size_t)8000000)

struct packed_member {
	char name[ARCHIVE_NAME_MAX + 1], sha256[DIGEST_HEX_MAX];
	struct pdf_look look;
	bool pdf;
	int64_t bytes;
};

struct packed {
	struct packed_member members[PACKED_MEMBERS_MAX];
	size_t count;
	struct buf payload; /* the records */
};

/* Read the whole ZIP: a digest and a look of each document. */
static inline void
packed_read(const struct run *r, const char *name, const char *payload,
	struct packed *file)
{
	const struct archive_limits limits = { INT64_C(1000000000), 1000,
		PACKED_MEMBERS_MAX };
	struct buf data = BUF_MAX(PACKED_TEXT_MAX);
	struct fault why = FAULT_NONE;
	struct archive_in *in = NULL;
	struct archive_member m;
	char path[PATH_MAX];
	uint8_t sum[DIGEST_BYTES];
	enum verdict v;
	size_t got;
	int fd;

	file->count = 0;
	file->payload = BUF_MAX(PACKED_TEXT_MAX);
	run_path(r, name, path);
	fd = open(path, O_RDONLY);
	assert_int_not_equal(fd, -1);
	assert_int_equal(archive_open(fd, &limits, &in, &why), V_OK);
	while ((v = archive_next(in, &m, &why)) == V_OK) {
		struct packed_member *to = &file->members[file->count];

		buf_reset(&data);
		do {
			char *room = buf_room(&data, 65536);

			assert_non_null(room);
			assert_int_equal(
				archive_read(in, room, 65536, &got, &why),
				V_OK);
			buf_used(&data, got);
		} while (got > 0);
		if (strcmp(m.name, payload) == 0) {
			buf_add(&file->payload, data.bytes, data.len);
			continue;
		}
		assert_true(file->count < PACKED_MEMBERS_MAX);
		memcpy(to->name, m.name, sizeof(m.name));
		digest_of(data.bytes, data.len, sum);
		digest_hex(sum, sizeof(sum), to->sha256);
		to->bytes = (int64_t)data.len;
		to->pdf =
			pdf_look(data.bytes, data.len, &to->look, &why) == V_OK;
		file->count++;
	}
	assert_int_equal(v, V_END);
	archive_close(in);
	(void)close(fd);
	buf_done(&data);
}

static inline const struct packed_member *
packed_find(const struct packed *file, const char *name)
{
	size_t i;

	for (i = 0; i < file->count; i++)
		if (strcmp(file->members[i].name, name) == 0)
			return &file->members[i];
	return NULL;
}

#endif
