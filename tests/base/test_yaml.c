/* tests/base/test_yaml.c - every mistake has its place */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/yaml.h"

struct item {
	char *name;
	int64_t rate;
};

struct file {
	char *title;
	int64_t size, wait_ms, speed, price;
	bool on;
	int64_t part_ppm;
	struct item inner;
	struct item *items;
	size_t item_count;
	char **words;
	size_t word_count;
};

static const struct yaml_key item_keys[] = {
	{ "name", YAML_TEXT, offsetof(struct item, name), .required = true },
	{ "rate", YAML_RATE, offsetof(struct item, rate), .absent = 7 },
	{ 0 },
};

static const struct yaml_key keys[] = {
	{ "title", YAML_TEXT, offsetof(struct file, title), .absent = 0 },
	{ "size", YAML_AMOUNT, offsetof(struct file, size), .absent = 5 },
	{ "wait", YAML_TIME, offsetof(struct file, wait_ms), .absent = 9 },
	{ "part", YAML_SHARE, offsetof(struct file, part_ppm), .absent = -1 },
	{ "speed", YAML_SPEED, offsetof(struct file, speed), .absent = 0 },
	{ "price", YAML_EURO, offsetof(struct file, price), .absent = -1 },
	{ "on", YAML_BOOL, offsetof(struct file, on), .absent = 1 },
	{ "inner", YAML_MAP, offsetof(struct file, inner), .inner = item_keys },
	{ "items", YAML_LIST, offsetof(struct file, items),
		offsetof(struct file, item_count), sizeof(struct item),
		item_keys, false, 0 },
	{ "words", YAML_TEXTS, offsetof(struct file, words),
		offsetof(struct file, word_count), 0, NULL, false, 0 },
	{ 0 },
};

static enum verdict
load(const char *text, struct file *file, struct fault *why)
{
	return yaml_load(
		"f", text, strlen(text), keys, file, sizeof(*file), why);
}

static void
test_yaml__values_with_units(void **state)
{
	struct file f;
	struct fault why;

	(void)state;
	assert_int_equal(load("title: a b\nsize: 24MB\nwait: 15min\n"
			      "speed: 50MB/s\non: false\n"
			      "inner: { name: x, rate: 60000/h }\n"
			      "items:\n  - { name: y, rate: 20/s }\n"
			      "  - { name: z }\nwords: [p, \"q r\"]\n",
				 &f, &why),
		V_OK);
	assert_string_equal(f.title, "a b");
	assert_int_equal(f.size, 24000000);
	assert_int_equal(f.wait_ms, 900000);
	assert_int_equal(f.speed, 50000000);
	assert_false(f.on);
	assert_int_equal(f.inner.rate, 60000);
	assert_int_equal(f.item_count, 2);
	assert_int_equal(f.items[0].rate, 72000);
	assert_int_equal(f.items[1].rate, 7);
	assert_int_equal(f.word_count, 2);
	assert_string_equal(f.words[1], "q r");
	yaml_done(keys, &f);
	yaml_done(keys, &f); /* twice does no harm */
}

static void
test_yaml__shares_are_percentages(void **state)
{
	static const struct {
		const char *text;
		int64_t ppm; /* -1: refused */
	} cases[] = {
		{ "35%", 350000 },
		{ "0.5%", 5000 },
		{ "100%", 1000000 },
		{ "0%", 0 },
		{ "12.3456%", 123456 },
		{ "12.34567%", -1 },
		{ "100.1%", -1 },
		{ "101%", -1 },
		{ "35", -1 },
		{ "5.%", -1 },
		{ "-5%", -1 },
		{ ".5%", -1 },
		{ "5%%", -1 },
	};
	struct fault why;
	struct file f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[80];
		enum verdict v;

		snprintf(text, sizeof(text), "title: x\npart: %s\n",
			cases[i].text);
		v = load(text, &f, &why);
		if ((v == V_OK) != (cases[i].ppm >= 0) ||
			(v == V_OK && f.part_ppm != cases[i].ppm))
			fail_msg("%s", cases[i].text);
		yaml_done(keys, &f);
	}
	assert_int_equal(load("title: x\n", &f, &why), V_OK);
	assert_int_equal(f.part_ppm, -1);
	yaml_done(keys, &f);
}

static void
test_yaml__euros_are_exact(void **state)
{
	static const struct {
		const char *text;
		int64_t price; /* -1: none */
	} cases[] = {
		{ "0.47", 4700 },
		{ "2", 20000 },
		{ "0.0025", 25 },
		{ "1.5", 15000 },
		{ "100000000000", 1000000000000000 },
		{ "0,47", -1 },
		{ ".47", -1 },
		{ "0.", -1 },
		{ "0.47123", -1 },
		{ "-1", -1 },
		{ "0.4x", -1 },
		{ "0.47 euro", -1 },
		{ "9999999999999999999", -1 },
	};
	char text[60];
	struct file f;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "price: \"%s\"\n", cases[i].text);
		if (load(text, &f, &why) !=
			(cases[i].price < 0 ? V_BROKEN : V_OK))
			fail_msg("%s", text);
		if (cases[i].price >= 0)
			assert_int_equal(f.price, cases[i].price);
		yaml_done(keys, &f);
	}
}

static void
test_yaml__absent_keys_have_their_default(void **state)
{
	struct file f;
	struct fault why;

	(void)state;
	assert_int_equal(load("title: x\n", &f, &why), V_OK);
	assert_int_equal(f.size, 5);
	assert_int_equal(f.wait_ms, 9);
	assert_true(f.on);
	yaml_done(keys, &f);
}

static void
test_yaml__mistakes_have_line_and_column(void **state)
{
	static const struct {
		const char *sentence, *text, *place;
		enum code code;
	} cases[] = {
		{ "unknown key", "title: x\nsise: 1\n", "f:2:1",
			CODE_CONFIG_KEY },
		{ "unknown key inside", "items:\n  - { name: a, rat: 1/h }\n",
			"f:2:16", CODE_CONFIG_KEY },
		{ "key twice", "title: x\nsize: 1\ntitle: y\n", "f:3:1",
			CODE_CONFIG_DOUBLE },
		{ "missing key", "items:\n  - { rate: 1/h }\n", "f:2:5",
			CODE_CONFIG_VALUE },
		{ "no number", "size: many\n", "f:1:7", CODE_CONFIG_VALUE },
		{ "wrong unit", "wait: 5MB\n", "f:1:7", CODE_CONFIG_VALUE },
		{ "too large", "size: 99999999999999999999\n", "f:1:7",
			CODE_CONFIG_VALUE },
		{ "negative", "size: -1\n", "f:1:7", CODE_CONFIG_VALUE },
		{ "list wanted", "items: x\n", "f:1:8", CODE_CONFIG_VALUE },
		{ "text wanted", "title: [a]\n", "f:1:8", CODE_CONFIG_VALUE },
		{ "no YAML", "title: [\n", "f:2:1", CODE_CONFIG },
		{ "alias", "title: &a x\nwords: [*a]\n", "f:2:9", CODE_CONFIG },
		{ "two documents", "title: x\n---\ntitle: y\n", "f:2:1",
			CODE_CONFIG },
		{ "empty", "", "f:1:1", CODE_CONFIG },
		{ "no map", "- a\n", "f:1:1", CODE_CONFIG_VALUE },
	};
	struct file f;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# %s\n", cases[i].sentence);
		assert_int_equal(load(cases[i].text, &f, &why), V_BROKEN);
		assert_int_equal(why.code, cases[i].code);
		assert_string_equal(why.place, cases[i].place);
	}
}

static void
test_yaml__guesses_what_was_meant(void **state)
{
	struct file f;
	struct fault why;

	(void)state;
	assert_int_equal(load("titel: x\n", &f, &why), V_BROKEN);
	assert_non_null(strstr(why.text, "did you mean 'title'?"));
	assert_int_equal(load("zzzzzzzz: x\n", &f, &why), V_BROKEN);
	assert_null(strstr(why.text, "did you mean"));
}

/* --- all mistakes at once --- */

struct told {
	int count;
	char places[60][20];
	enum code codes[60];
};

static void
on_mistake(void *self, const struct fault *mistake)
{
	struct told *t = self;

	assert_true(t->count < 60);
	snprintf(t->places[t->count], 20, "%s", mistake->place);
	t->codes[t->count++] = mistake->code;
}

static enum verdict
check(const char *text, int max, struct file *file, struct told *told,
	struct yaml_places **places)
{
	struct yaml_mistakes m = {
		.tell = on_mistake, .self = told, .max = max
	};

	memset(told, 0, sizeof(*told));
	return yaml_check(
		"f", text, strlen(text), keys, file, sizeof(*file), &m, places);
}

static void
test_yaml__all_mistakes_are_told_in_one_pass(void **state)
{
	static const char *const places[] = { "f:2:1", "f:3:7", "f:5:1",
		"f:6:12", "f:7:20", "f:8:5" };
	static const enum code codes[] = { CODE_CONFIG_KEY, CODE_CONFIG_VALUE,
		CODE_CONFIG_DOUBLE, CODE_CONFIG_VALUE, CODE_CONFIG_KEY,
		CODE_CONFIG_VALUE };
	struct yaml_places *where = NULL;
	struct told told;
	struct file f;
	int i;

	(void)state;
	assert_int_equal(check("title: x\nsise: 1\nsize: many\non: false\n"
			       "title: y\nwords: [a, [b], c]\n"
			       "items: [{ name: a, rat: 1/h },\n"
			       "    { rate: 2/h }]\n",
				 50, &f, &told, &where),
		V_SKIP);
	assert_int_equal(told.count, 6);
	for (i = 0; i < 6; i++) {
		assert_string_equal(told.places[i], places[i]);
		assert_int_equal(told.codes[i], codes[i]);
	}
	/* What was right is there, so that more can be said about it. */
	assert_string_equal(f.title, "x");
	assert_int_equal(f.size, 5);
	assert_false(f.on);
	assert_int_equal(f.word_count, 3);
	assert_null(f.words[1]);
	assert_string_equal(f.words[2], "c");
	assert_int_equal(f.item_count, 2);
	assert_int_equal(f.items[1].rate, 2);
	yaml_done(keys, &f);
	yaml_places_free(where);
}

static void
test_yaml__no_more_mistakes_are_told_than_asked(void **state)
{
	struct yaml_places *where = NULL;
	struct told told;
	struct file f;
	char text[2000] = "words: [";
	int i;

	(void)state;
	for (i = 0; i < 51; i++)
		memcpy(text + strlen(text), "[a],", 5);
	memcpy(text + strlen(text), "]\n", 3);
	assert_int_equal(check(text, 50, &f, &told, &where), V_SKIP);
	assert_int_equal(told.count, 50);
	yaml_done(keys, &f);
	yaml_places_free(where);
}

static void
test_yaml__text_that_is_no_yaml_leaves_nothing_to_look_at(void **state)
{
	struct yaml_places *where = NULL;
	struct told told;
	struct file f;

	(void)state;
	assert_int_equal(check("title: [\n", 50, &f, &told, &where), V_BROKEN);
	assert_int_equal(told.count, 1);
	assert_null(f.title);
	yaml_done(keys, &f);
	yaml_places_free(where);
}

static void
test_yaml__every_value_knows_its_place(void **state)
{
	struct yaml_places *where = NULL;
	size_t line = 0, column = 0;
	struct told told;
	struct file f;

	(void)state;
	assert_int_equal(check("title: x\nsize: 3\n"
			       "inner: { name: n, rate: 1/h }\n"
			       "items:\n  - { name: y }\nwords: [p, q]\n",
				 50, &f, &told, &where),
		V_OK);
	assert_true(yaml_place(where, f.title, &line, &column));
	assert_int_equal(line * 100 + column, 108);
	assert_true(yaml_place(where, &f.size, &line, &column));
	assert_int_equal(line * 100 + column, 207);
	assert_true(yaml_place(where, &f.inner, &line, &column));
	assert_int_equal(line * 100 + column, 308);
	assert_true(yaml_place(where, f.inner.name, &line, &column));
	assert_int_equal(line * 100 + column, 316);
	assert_true(yaml_place(where, &f.items[0], &line, &column));
	assert_int_equal(line * 100 + column, 505);
	assert_true(yaml_place(where, f.words[1], &line, &column));
	assert_int_equal(line * 100 + column, 612);
	/* A default was nowhere. */
	assert_false(yaml_place(where, &f.wait_ms, &line, &column));
	assert_false(yaml_place(where, NULL, &line, &column));
	yaml_done(keys, &f);
	yaml_places_free(where);
	yaml_places_free(NULL);
}

static void
test_yaml__the_nearest_word_is_guessed(void **state)
{
	struct yaml_guess guess = { .word = "naam" };

	(void)state;
	yaml_guess(&guess, "adres");
	assert_null(guess.best);
	yaml_guess(&guess, "naam12");
	yaml_guess(&guess, "naam1");
	yaml_guess(&guess, "namen");
	assert_string_equal(guess.best, "naam1");
	/* Everything is near to a word of one letter. */
	guess = (struct yaml_guess){ .word = "x" };
	yaml_guess(&guess, "at");
	assert_null(guess.best);
}

static void
test_yaml__levels_inside_each_other_end(void **state)
{
	char text[3000] = "words: ";
	struct fault why;
	struct file f;

	(void)state;
	memset(text + strlen(text), '[', 1000);
	assert_int_equal(load(text, &f, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_CONFIG);
	assert_string_equal(why.place, "f:1:47");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yaml__values_with_units),
		cmocka_unit_test(test_yaml__euros_are_exact),
		cmocka_unit_test(test_yaml__shares_are_percentages),
		cmocka_unit_test(test_yaml__absent_keys_have_their_default),
		cmocka_unit_test(test_yaml__mistakes_have_line_and_column),
		cmocka_unit_test(test_yaml__guesses_what_was_meant),
		cmocka_unit_test(test_yaml__all_mistakes_are_told_in_one_pass),
		cmocka_unit_test(
			test_yaml__no_more_mistakes_are_told_than_asked),
		cmocka_unit_test(
			test_yaml__text_that_is_no_yaml_leaves_nothing_to_look_at),
		cmocka_unit_test(test_yaml__every_value_knows_its_place),
		cmocka_unit_test(test_yaml__the_nearest_word_is_guessed),
		cmocka_unit_test(test_yaml__levels_inside_each_other_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
