/* mobbsim/settings.c - see mobbsim/settings.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>
#include <string.h>

#include "base/yaml.h"
#include "mobbsim/settings.h"

#define MAX_BODY INT64_C(160000000)
#define RESULT_AFTER_MAX INT64_C(86400000)

#define IN(member) offsetof(struct settings, member)

static const struct yaml_key keys[] = {
	{ "listen", YAML_TEXT, IN(listen), .required = true },
	{ "oin", YAML_TEXT, IN(oin), .required = true },
	{ "cpa", YAML_TEXTS, IN(cpas), .count_offset = IN(cpa_count),
		.required = true },
	{ "certificate", YAML_TEXT, IN(certificate), .required = true },
	{ "key", YAML_TEXT, IN(key), .required = true },
	{ "client_certificate", YAML_TEXT, IN(client_certificate),
		.required = true },
	{ "client_key", YAML_TEXT, IN(client_key), .required = true },
	{ "trust", YAML_TEXT, IN(trust), .required = true },
	{ "schema", YAML_TEXT, IN(schema), .required = true },
	{ "result_after", YAML_TEXT, IN(result_after_text), .absent = 0 },
	{ "answer_after", YAML_TEXT, IN(answer_after_text), .absent = 0 },
	{ "types", YAML_TEXTS, IN(types), .count_offset = IN(type_count) },
	{ "max_body", YAML_AMOUNT, IN(max_body), .absent = MAX_BODY },
	{ 0 },
};

/* "2s", "500ms", "1min", "1h"; a plain 0 needs no unit.  Absent: 2 seconds. */
static bool
duration(const char *text, int64_t *ms_out)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {
		{ "ms", 1 },
		{ "s", 1000 },
		{ "min", 60000 },
		{ "h", 3600000 },
	};
	char *end;
	long n;
	size_t i;

	if (text == NULL)
		text = "2s";
	if (text[0] < '0' || text[0] > '9' || strlen(text) > 12)
		return false;
	n = strtol(text, &end, 10);
	if (n == 0 && *end == '\0') {
		*ms_out = 0;
		return true;
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name) != 0 ||
			n > RESULT_AFTER_MAX / units[i].ms)
			continue;
		*ms_out = n * units[i].ms;
		return true;
	}
	return false;
}

enum verdict
settings_parse(const char *name, const char *text, size_t len,
	struct settings *settings_out, struct fault *why)
{
	struct settings s = { 0 };
	enum verdict v;

	*settings_out = s;
	v = yaml_load(name, text, len, keys, &s, sizeof(s), why);
	if (v != V_OK)
		goto out;
	if (!duration(s.result_after_text, &s.result_after_ms) ||
		!duration(s.answer_after_text, &s.answer_after_ms)) {
		v = fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"result_after and answer_after are a duration up to "
			"24h, such as 2s");
		fault_at(why, "%s", name);
		goto out;
	}
	*settings_out = s;
	return V_OK;
out:
	yaml_done(keys, &s);
	return v;
}

void
settings_free(struct settings *settings)
{
	yaml_done(keys, settings);
	*settings = (struct settings){ 0 };
}
