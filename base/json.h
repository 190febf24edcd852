/* base/json.h - writing JSON (jansson behind a wall)
 *
 * For mobbjob --json: build an object, print it on one line.  Reading JSON is
 * not needed anywhere.  The names keep clear of jansson's own.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json; /* an object or an array */

struct json *json_new_object(void);
struct json *json_new_array(void);
void json_add_text(struct json *object, const char *key, const char *value);
void json_add_int(struct json *object, const char *key, int64_t value);
void json_add_bool(struct json *object, const char *key, bool value);
void json_add_null(struct json *object, const char *key);
void json_add(struct json *object, const char *key, struct json *taken);
void json_append(struct json *array, struct json *taken);

/* One line, keys in the order they were put; then free it. */
void json_write(struct json *taken, FILE *to);

#endif
