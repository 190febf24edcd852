/* base/json.c - see base/json.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/json.h"

static json_t *
inner(struct json *json)
{
	assert(json != NULL);
	return (json_t *)(void *)json;
}

static struct json *
outer(json_t *value)
{
	if (value == NULL)
		abort(); /* no memory: base/arena.h says why we end */
	return (struct json *)(void *)value;
}

static void
put(struct json *object, const char *key, json_t *value)
{
	/* Fails without memory, or when value is NULL for the same reason. */
	if (json_object_set_new(inner(object), key, value) != 0)
		abort();
}

struct json *
json_new_object(void)
{
	return outer(json_object());
}

struct json *
json_new_array(void)
{
	return outer(json_array());
}

void
json_add_text(struct json *object, const char *key, const char *value)
{
	json_t *text = json_string(value);

	/* Text that is not UTF-8 cannot be shown; it must not end us. */
	put(object, key, text == NULL ? json_string("?") : text);
}

void
json_add_int(struct json *object, const char *key, int64_t value)
{
	put(object, key, json_integer(value));
}

void
json_add_bool(struct json *object, const char *key, bool value)
{
	put(object, key, value ? json_true() : json_false());
}

void
json_add_null(struct json *object, const char *key)
{
	put(object, key, json_null());
}

void
json_add(struct json *object, const char *key, struct json *taken)
{
	put(object, key, inner(taken));
}

void
json_append(struct json *array, struct json *taken)
{
	if (json_array_append_new(inner(array), inner(taken)) != 0)
		abort();
}

void
json_write(struct json *taken, FILE *to)
{
	(void)json_dumpf(inner(taken), to, JSON_COMPACT);
	(void)fputc('\n', to);
	json_decref(inner(taken));
}
