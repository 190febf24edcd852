/* mobbsim/place.c - see mobbsim/place.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "mobbsim/place.h"

#define PATH_ROOM 64 /* for what is added behind a name */
#define SET_NAME_MIN 8
#define ENDING_MAX 16

static bool
ends(const char *text, const char *ending)
{
	size_t len = strlen(text), tail = strlen(ending);

	return len > tail && strcmp(text + len - tail, ending) == 0;
}

/* The container by the ending of `path`, and where that begins. */
static bool
by_ending(const struct stream *stream, struct place *place)
{
	const struct {
		const char *ending, *more;
		enum pack_kind pack;
	} kinds[] = {
		{ ".zip", "", PACK_ZIP },
		{ ".tar.gz", "", PACK_TAR },
		{ stream->ending, "", PACK_NONE },
		{ stream->ending, ".gz", PACK_GZIP },
	};
	char ending[ENDING_MAX];
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(ending, sizeof(ending), "%s%s", kinds[i].ending,
			kinds[i].more);
		if (!ends(place->path, ending))
			continue;
		place->pack = kinds[i].pack;
		place->stem = strlen(place->path) - strlen(ending);
		return true;
	}
	return false;
}

/* The name a supplier would give it, in the folder `path` is. */
static void
add_name(const struct batch_plan *plan, const struct supply *supply,
	struct place *place)
{
	bool alone =
		plan->plain || (plan->bare && plan->stream->bare && !plan->tar);
	char name[STREAM_NAME_MAX];
	size_t len = strlen(place->path);

	plan->stream->file_name(supply, name);
	snprintf(place->path + len, sizeof(place->path) - len, "%s%s", name,
		plan->tar ? ".tar.gz"
		: alone	  ? plan->stream->ending
			  : ".zip");
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

enum verdict
place_find(const struct batch_plan *plan, const struct supply *supply,
	struct place *place_out, struct fault *why)
{
	struct place place = { .parts = (int)plan->parts };
	const char *base, *dot;
	bool known;

	if (strlen(plan->out) + STREAM_NAME_MAX + PATH_ROOM >=
		sizeof(place.path))
		return fault_set(
			why, V_BROKEN, CODE_USAGE, "file name is too long");
	if (plan->plain && plan->tar)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--plain and --tar do not go together");
	memcpy(place.path, plan->out, strlen(plan->out) + 1);
	if (ends(plan->out, "/"))
		add_name(plan, supply, &place);
	known = by_ending(plan->stream, &place);
	if (!known && !plan->plain && !plan->tar)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"--out ends in .zip, .tar.gz or %s, or add --plain",
			plan->stream->ending);
	base = base_name(place.path);
	if (!known) {
		dot = strrchr(base, '.');
		place.stem = dot == NULL ? strlen(place.path)
					 : (size_t)(dot - place.path);
	}
	if (plan->plain)
		place.pack = PACK_NONE;
	else if (plan->tar)
		place.pack = PACK_TAR;
	if (place.parts > 0 &&
		place.stem - (size_t)(base - place.path) < SET_NAME_MIN)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"the name of a set has at least %d characters before "
			"its ending",
			SET_NAME_MIN);
	place.packs_documents =
		place.pack == PACK_ZIP || place.pack == PACK_TAR;
	*place_out = place;
	return V_OK;
}

void
place_part(const struct place *place, int part, char path_out[BATCH_PATH_MAX])
{
	int n;

	assert(part >= 1 && (place->parts == 0 || part <= place->parts));
	if (place->parts == 0) {
		memcpy(path_out, place->path, sizeof(place->path));
		return;
	}
	n = snprintf(path_out, BATCH_PATH_MAX, "%.*s_%03d%s%s",
		(int)place->stem, place->path, part,
		part == place->parts ? "_laatste" : "",
		place->path + place->stem);
	assert(n > 0 && n < BATCH_PATH_MAX);
}
