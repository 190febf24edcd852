/* base/json.h - writing JSON (jansson behind a wall)
 *
 * For mobbjob --json: build an object, print it on one line.  Reading JSON is
 * not needed anywhere.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json; /* an object or an array */

struct json *json_object(void);
struct json *json_array(void);
void json_text(struct json *object, const char *key, const char *value);
void json_int(struct json *object, const char *key, int64_t value);
void json_bool(struct json *object, const char *key, bool value);
void json_null(struct json *object, const char *key);
void json_put(struct json *object, const char *key, struct json *taken);
void json_push(struct json *array, struct json *taken);

/* One line, keys in the order they were put; then free it. */
void json_print(struct json *taken, FILE *to);

#endif
