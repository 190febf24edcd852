/* formats/format.c - a job's payloads, each to the reader of its kind
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>

#include "formats/record.h"

struct format {
	struct reading *reading;
	/* the present payload */
	format_read_fn *read;
	void *read_self;
	int64_t bytes;
};

struct format *
format_begin(const struct definition *definition,
	const struct format_context *context, const struct format_sink *sink)
{
	struct format *format = mem_zero(1, sizeof(*format));

	format->reading = reading_new(definition, context, sink);
	return format;
}

/* Its size is known only when it was read. */
static enum verdict
counted(void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct format *format = self;
	enum verdict v;

	v = format->read(format->read_self, bytes, len, len_out, why);
	if (v == V_OK)
		format->bytes += (int64_t)*len_out;
	return v;
}

enum verdict
format_part(struct format *format, format_read_fn *read, void *read_self,
	struct fault *why)
{
	struct reading *r = format->reading;
	enum verdict v = V_BROKEN;

	format->read = read;
	format->read_self = read_self;
	format->bytes = 0;
	reading_part(r);
	switch (reading_definition(r)->kind) {
	case FORMAT_XML:
		v = xml_read(r, counted, format, why);
		break;
	case FORMAT_DELIMITED:
		v = delimited_read(r, counted, format, why);
		break;
	case FORMAT_FIXED:
		v = fixed_read(r, counted, format, why);
		break;
	}
	if (v == V_OK)
		v = reading_part_end(r, format->bytes, why);
	assert(v != V_END);
	return v;
}

void
format_end(struct format *format, struct format_counts *counts_out)
{
	if (format == NULL)
		return;
	if (counts_out != NULL)
		*counts_out = *reading_counts(format->reading);
	reading_free(format->reading);
	free(format);
}
