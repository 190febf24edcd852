/* channels/box_result.c - reading what became of the letters; see channel.h
 *
 * Published results differ in which elements carry a namespace, so elements
 * are known by their local names only.  Whether the counters fit is judged by
 * batch/receipt.h.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xml.h"
#include "channels/channel.h"

#define RESULT_LINES_MAX 1000
#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

static const char *const counters[] = {
	"AantalBerichtenSuccesvolVerwerkt",
	"AantalBerichtenGeenActieveBoxOfGeabonneertOpLeverancier",
	"AantalBerichtenMetTechnischProbleem",
	"AantalBerichtenBerichtTypeNietCorrect",
	"AantalBerichtenPublicatieDatumNietCorrect",
	"AantalBerichtenAanmaakDatumNietCorrect",
};
_Static_assert(sizeof(counters) / sizeof(*counters) == RECEIPT_COUNTERS,
	"one name for each counter");

static enum verdict
odd(struct fault *why, const char *name, const char *text)
{
	return fault_set(why, V_SKIP, CODE_RESULT, "result: %s %s", name, text);
}

/* The one child of this name. */
static enum verdict
only(const struct xml_node *node, const char *name, const struct xml_node **out,
	struct fault *why)
{
	const struct xml_node *child;

	*out = NULL;
	for (child = xml_first(node); child != NULL; child = xml_next(child)) {
		if (!xml_is(child, NULL, name))
			continue;
		if (*out != NULL)
			return odd(why, name, "is there twice");
		*out = child;
	}
	return *out != NULL ? V_OK : odd(why, name, "is missing");
}

static enum verdict
number(const struct xml_node *node, const char *name, int64_t *out,
	struct fault *why)
{
	const struct xml_node *child;
	enum verdict v = only(node, name, &child, why);

	if (v == V_OK && !text_number(xml_text(child), INT32_MAX, out))
		v = odd(why, name, "is no number");
	return v;
}

static enum verdict
guid(const struct xml_node *node, const char *name, struct uuid *out,
	struct fault *why)
{
	const struct xml_node *child;
	enum verdict v = only(node, name, &child, why);

	if (v == V_OK && !uuid_parse(xml_text(child), out))
		v = odd(why, name, "is no GUID");
	return v;
}

/* A word that may be shown: short, letters and digits only. */
static bool
word(const char *text, char *out, size_t size)
{
	size_t len = strlen(text);

	if (len >= size || strspn(text, WORD) != len)
		return false;
	memcpy(out, text, len + 1);
	return true;
}

static enum verdict
read_information(
	const struct xml_node *node, struct receipt *out, struct fault *why)
{
	const struct xml_node *child;
	enum verdict v;
	size_t i;

	v = only(node, "BerichtLeverancierCode", &child, why);
	if (v == V_OK &&
		!word(xml_text(child), out->sender, sizeof(out->sender)))
		v = odd(why, "BerichtLeverancierCode", "is no OIN");
	if (v == V_OK)
		v = guid(node, "BatchID", &out->batch_id, why);
	if (v == V_OK)
		v = number(node, "TotaalAantalOntvangenBerichten", &out->total,
			why);
	for (i = 0; v == V_OK && i < RECEIPT_COUNTERS; i++)
		v = number(node, counters[i], &out->counters[i], why);
	return v;
}

static enum verdict
read_line(const struct xml_node *node, struct receipt_line *out,
	struct fault *why)
{
	const struct xml_node *child, *stage;
	enum verdict v;

	v = guid(node, "BerichtID", &out->letter_id, why);
	if (v == V_OK)
		v = only(node, "VerwerkingsCode", &child, why);
	if (v == V_OK &&
		(!word(xml_text(child), out->code, sizeof(out->code)) ||
			out->code[0] == '\0'))
		v = odd(why, "VerwerkingsCode", "is no word");
	if (v != V_OK)
		return v;
	for (stage = xml_first(node); stage != NULL; stage = xml_next(stage))
		if (xml_is(stage, NULL, "Stadium"))
			break;
	/* For people only: what cannot be shown is left out. */
	if (!word(xml_text(stage), out->stage, sizeof(out->stage)))
		out->stage[0] = '\0';
	return V_OK;
}

static int
by_id(const void *a, const void *b)
{
	const struct receipt_line *one = a, *two = b;

	return memcmp(&one->letter_id, &two->letter_id, sizeof(struct uuid));
}

/* A letter with two outcomes has none. */
static enum verdict
check_doubles(const struct receipt *receipt, struct fault *why)
{
	struct receipt_line *sorted;
	enum verdict v = V_OK;
	size_t i, bytes = receipt->line_count * sizeof(*sorted);

	sorted = mem_new(bytes);
	if (bytes > 0)
		memcpy(sorted, receipt->lines, bytes);
	qsort(sorted, receipt->line_count, sizeof(*sorted), by_id);
	for (i = 1; i < receipt->line_count && v == V_OK; i++)
		if (uuid_same(&sorted[i - 1].letter_id, &sorted[i].letter_id))
			v = odd(why, "BerichtID", "is listed twice");
	free(sorted);
	return v;
}

static enum verdict
read_lines(const struct xml_node *list, struct arena *mem, struct receipt *out,
	struct fault *why)
{
	const struct xml_node *node;
	enum verdict v = V_OK;
	size_t count = 0;

	for (node = xml_first(list); node != NULL; node = xml_next(node)) {
		if (!xml_is(node, NULL, "Bericht"))
			return odd(why, "Berichten", "holds something else");
		if (++count > RESULT_LINES_MAX)
			return odd(why, "Berichten", "holds too many");
	}
	out->lines = arena_alloc(mem, (count + 1) * sizeof(*out->lines));
	for (node = xml_first(list); v == V_OK && node != NULL;
		node = xml_next(node))
		v = read_line(node, &out->lines[out->line_count++], why);
	return v == V_OK ? check_doubles(out, why) : v;
}

enum verdict
box_result_read(const void *bytes, size_t len, struct arena *mem,
	struct receipt *out, struct fault *why)
{
	const struct xml_node *root, *information = NULL, *list = NULL;
	struct receipt receipt = { .line_count = 0 };
	struct xml_tree *tree = NULL;
	enum verdict v;

	v = xml_tree_parse(bytes, len, &tree, why);
	if (v != V_OK)
		return fault_set(
			why, V_SKIP, CODE_RESULT, "result: no XML we can read");
	root = xml_root(tree);
	if (!xml_is(root, NULL, "BerichtVerwerkResponse"))
		v = odd(why, "BerichtVerwerkResponse", "is not the root");
	if (v == V_OK)
		v = only(root, "BatchInformatie", &information, why);
	if (v == V_OK)
		v = only(root, "Berichten", &list, why);
	if (v == V_OK)
		v = read_information(information, &receipt, why);
	if (v == V_OK)
		v = read_lines(list, mem, &receipt, why);
	if (v == V_OK)
		*out = receipt;
	xml_tree_free(tree);
	return v;
}
