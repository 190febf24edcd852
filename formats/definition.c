/* formats/definition.c - a definition: loading it, and what it says
 *
 * The YAML is one line per row of the supplier's field table.  Everything it
 * names is looked up here, once: a definition that loads cannot fail later.
 * No expressions, no predicates: a bad definition is refused, never slow.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "formats/compile.h"

void
compile_bad(
	struct compile *c, const void *at, enum code code, const char *fmt, ...)
{
	char text[FAULT_TEXT_MAX];
	size_t line = 1, column = 1;
	struct fault f;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)fault_set(&f, V_BROKEN, code, "%s", text);
	(void)yaml_place(c->places, at, &line, &column);
	fault_at(&f, "%s:%zu:%zu", c->file, line, column);
	yaml_mistake(c->mistakes, &f);
}

/* In the order in which each part needs the ones before it. */
static void
compile(struct compile *c)
{
	struct definition *d = c->d;

	d->nodes =
		arena_alloc(&d->mem, DEFINITION_NODES_MAX * sizeof(*d->nodes));
	d->slots =
		arena_alloc(&d->mem, DEFINITION_NODES_MAX * sizeof(*d->slots));
	d->fields = arena_alloc(
		&d->mem, DEFINITION_FIELDS_MAX * sizeof(*d->fields));
	d->letter = -1;
	if (!compile_input(c))
		return;
	compile_records(c);
	if (d->letter == -1)
		return;
	compile_fields(c);
	compile_keys(c);
	compile_documents(c);
	compile_checks(c);
	compile_delivery(c);
	compile_letter(c);
}

enum verdict
definition_check(const char *name, const char *text, size_t len,
	void (*tell)(void *self, const struct fault *mistake), void *self,
	struct definition **definition_out, struct fault *why)
{
	struct yaml_mistakes mistakes = {
		.tell = tell, .self = self, .max = MISTAKES_MAX
	};
	struct definition *d = mem_zero(1, sizeof(*d));
	struct layout *layout = mem_zero(1, sizeof(*layout));
	struct compile *c = mem_zero(1, sizeof(*c));
	struct yaml_places *places = NULL;
	struct fault f;

	d->file = layout;
	if (len > DEFINITION_BYTES_MAX) {
		(void)fault_set(&f, V_BROKEN, CODE_FORMAT,
			"a definition has at most %d bytes",
			DEFINITION_BYTES_MAX);
		fault_at(&f, "%s:1:1", name);
		yaml_mistake(&mistakes, &f);
	} else if (layout_load(name, text, len, layout, &mistakes, &places) !=
		   V_BROKEN) {
		*c = (struct compile){ .d = d,
			.l = layout,
			.file = name,
			.places = places,
			.mistakes = &mistakes };
		digest_of(text, len, d->sha256);
		d->source = arena_text(&d->mem, text, len);
		d->source_len = len;
		compile(c);
	}
	yaml_places_free(places);
	free(c);
	if (mistakes.count > 0) {
		definition_free(d);
		*why = mistakes.first;
		return V_BROKEN;
	}
	*definition_out = d;
	return V_OK;
}

enum verdict
definition_parse(const char *name, const char *text, size_t len,
	struct definition **definition_out, struct fault *why)
{
	return definition_check(
		name, text, len, NULL, NULL, definition_out, why);
}

void
definition_free(struct definition *definition)
{
	if (definition == NULL)
		return;
	layout_done(definition->file);
	free(definition->file);
	arena_done(&definition->mem);
	free(definition);
}

const char *
definition_id(const struct definition *definition)
{
	return definition->id;
}

const char *
definition_title(const struct definition *definition)
{
	return definition->title;
}

const uint8_t *
definition_sha256(const struct definition *definition)
{
	return definition->sha256;
}

const char *
definition_source(const struct definition *definition, size_t *len_out)
{
	*len_out = definition->source_len;
	return definition->source;
}

enum format_kind
definition_kind(const struct definition *definition)
{
	return definition->kind;
}

const struct format_input *
definition_input(const struct definition *definition)
{
	return &definition->input;
}

const struct format_policy *
definition_policy(const struct definition *definition)
{
	return &definition->policy;
}

bool
definition_text(const struct definition *definition)
{
	return definition->text.count > 0;
}
