/* mobbjob/check_tell.c - see mobbjob/check_tell.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>

#include "batch/advice.h"
#include "mobbjob/check_tell.h"
#include "mobbjob/show.h"

static void
say(struct call *call, const char *kind, const char *what, const char *text)
{
	struct json *o;

	if (!call->options.json) {
		printf("%s\t%s\t%s\n", kind == NULL ? "ok" : kind, what,
			show_clean(text, &call->mem));
		return;
	}
	o = json_new_object();
	json_add_text(o, "schema", "mobb.check/1");
	json_add_bool(o, "ok", true);
	if (kind != NULL)
		json_add_text(o, "kind", kind);
	json_add_text(o, "what", what);
	json_add_text(o, "text", text);
	json_write(o, stdout);
}

void
check_good(struct call *call, const char *what, const char *text)
{
	say(call, NULL, what, text);
}

void
check_note(
	struct call *call, const char *kind, const char *what, const char *text)
{
	say(call, kind, what, text);
}

static void
bad_json(struct call *call, const struct fault *found)
{
	struct json *o;

	if (!call->options.json)
		return;
	o = json_new_object();
	json_add_text(o, "schema", "mobb.check/1");
	json_add_bool(o, "ok", false);
	json_add_text(o, "what", found->place);
	json_add_text(o, "code", show_code((int)found->code, &call->mem));
	json_add_text(o, "text", found->text);
	json_write(o, stdout);
}

void
check_bad(struct call *call, const char *path, const struct fault *found)
{
	struct fault told = *found;
	int exit;

	if (told.place[0] == '\0')
		fault_at(&told, "%s", path);
	bad_json(call, &told);
	exit = tell_fault(&told);
	if (call->exit == EXIT_DONE)
		call->exit = exit;
}

void
mistakes_init(struct mistakes *m, struct arena *mem)
{
	m->all = arena_alloc(mem, MISTAKES_MAX * sizeof(*m->all));
	m->count = 0;
}

void
mistakes_add(void *self, const struct fault *mistake)
{
	struct mistakes *m = self;

	if (m->count < MISTAKES_MAX)
		m->all[m->count++] = *mistake;
}

/* Is it the first with its code? */
static bool
first_of_code(const struct mistakes *m, int at)
{
	int i;

	for (i = 0; i < at; i++)
		if (m->all[i].code == m->all[at].code)
			return false;
	return true;
}

void
mistakes_tell(struct call *call, const struct mistakes *m, const char *path,
	bool counted)
{
	const struct advice *advice;
	int i;

	for (i = 0; i < m->count; i++)
		bad_json(call, &m->all[i]);
	fflush(stdout);
	for (i = 0; i < m->count; i++)
		fprintf(stderr, "mobbjob: MOBB-%04d: %s: %s\n",
			(int)m->all[i].code, m->all[i].place, m->all[i].text);
	if (counted)
		fprintf(stderr, "mobbjob: %s: %s%d %s\n", path,
			m->count == MISTAKES_MAX ? "at least " : "", m->count,
			m->count == 1 ? "mistake" : "mistakes");
	for (i = 0; i < m->count; i++) {
		advice = advice_find((int)m->all[i].code);
		if (advice != NULL && first_of_code(m, i))
			fprintf(stderr, "  what to do: %s\n", advice->todo);
	}
}
