/* tests/base/test_command.c - an operator's command: good, bad, and all else
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE /* mkdtemp, setenv */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/command.h"

static char folder[] = "/tmp/mobb-command-XXXXXX";
static char script[60], marker[60];

/* Write `body` as a script, and run it on the bytes "letter". */
static enum verdict
run_with(const char *body, const char *words, struct command *command,
	struct command_said *said, struct fault *why)
{
	char text[200];
	enum verdict v;
	FILE *f = fopen(script, "w");
	int fd;

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", body);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(script, 0700), 0);
	snprintf(text, sizeof(text), "%s%s", script, words);
	command->text = text;
	command->code = CODE_CONFIG_VALUE;
	assert_int_equal(command_file("letter", 6, &fd, why), V_OK);
	v = command_run(command, fd, said, why);
	(void)close(fd);
	command->text = NULL;
	if (v != V_OK)
		assert_int_equal(why->code, CODE_CONFIG_VALUE);
	return v;
}

static enum verdict
run(const char *body, const char *words, struct command_said *said,
	struct fault *why)
{
	struct command command = { .wait_ms = 10000 };

	return run_with(body, words, &command, said, why);
}

static void
test_command__good_and_not_good(void **state)
{
	struct command_said said = { 0 };
	struct fault why = FAULT_NONE;

	(void)state;
	assert_int_equal(run("echo fine; echo more", "", &said, &why), V_OK);
	assert_true(said.good);
	assert_string_equal(said.line, "fine");
	assert_int_equal(
		run("echo 'rule 6.2 broken' >&2; exit 1", "", &said, &why),
		V_OK);
	assert_false(said.good);
	assert_string_equal(said.line, "rule 6.2 broken");
	assert_int_equal(run("exit 1", "", &said, &why), V_OK);
	assert_false(said.good);
	assert_string_equal(said.line, "");
}

/* The document as standard input, or by name; words as they were written. */
static void
test_command__what_it_is_given(void **state)
{
	struct command_said said;
	struct fault why = FAULT_NONE;

	(void)state;
	assert_int_equal(
		run("cat; echo \" $# $1 $2\"", " --flavour  2a ", &said, &why),
		V_OK);
	assert_string_equal(said.line, "letter 2 --flavour 2a");
	assert_int_equal(
		run("cat; cat \"$2\"; echo \" $2\"", " -x {}", &said, &why),
		V_OK);
	assert_string_equal(said.line, "letter /dev/fd/3");
	/* No shell: nothing is expanded. */
	assert_int_equal(run("echo \"$1 $2\"", " $HOME *", &said, &why), V_OK);
	assert_string_equal(said.line, "$HOME *");
}

static void
test_command__it_inherits_nothing(void **state)
{
	struct command_said said;
	struct fault why = FAULT_NONE;
	int secret = open("/dev/null", O_RDONLY), kept;

	(void)state;
	/* A descriptor that somebody forgot to close on exec. */
	kept = fcntl(secret, F_DUPFD, 77);
	assert_int_equal(kept, 77);
	assert_int_equal(setenv("MOBB_SECRET", "x", 1), 0);
	assert_int_equal(
		run("env | grep -v -e ^PWD= -e ^_= | sort | tr '\\n' ' '", "",
			&said, &why),
		V_OK);
	assert_string_equal(
		said.line, "LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin ");
	assert_int_equal(
		run("test -e /proc/$$/fd/77 && echo seen", "", &said, &why),
		V_OK);
	assert_false(said.good);
	assert_string_equal(said.line, "");
	assert_int_equal(run("ulimit -c; test $(ps -o pgid= -p $$) = $$", "",
				 &said, &why),
		V_OK);
	assert_true(said.good);
	assert_string_equal(said.line, "0");
	(void)close(secret);
	(void)close(kept);
}

static void
test_command__what_it_says_is_made_harmless(void **state)
{
	static const struct {
		const char *body, *line;
	} cases[] = {
		{ "echo 'page 12 of 1234567'", "page 12 of 1234567" },
		{ "echo 'bsn 999990019 is'", "bsn # is" },
		{ "echo 99999001", "#" },
		{ "echo 12345678901234567890x1", "#x1" },
		{ "printf 'a\\033[31mb\\tc\\r\\n'", "a?[31mb c" },
		{ "printf '\\n\\nsecond\\nthird'", "second" },
		{ "printf 'caf\\303\\251'", "caf??" },
	};
	struct command_said said;
	struct fault why = FAULT_NONE;
	char body[700];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(run(cases[i].body, "", &said, &why), V_OK);
		assert_string_equal(said.line, cases[i].line);
	}
	/* Wherever the line is cut, no piece of a number is left. */
	for (i = 140; i < 165; i++) {
		snprintf(body, sizeof(body),
			"printf '%%0%zud' 0 | tr 0 x; "
			"echo 999990019",
			i);
		assert_int_equal(run(body, "", &said, &why), V_OK);
		assert_true(strlen(said.line) < COMMAND_LINE_MAX);
		assert_null(strstr(said.line, "9"));
	}
}

static void
test_command__one_that_fails_judges_nothing(void **state)
{
	struct command_said said = { .good = true, .line = "before" };
	struct fault why = FAULT_NONE;

	(void)state;
	assert_int_equal(
		run("echo no licence; exit 2", "", &said, &why), V_BROKEN);
	assert_string_equal(why.text, "the command ended with 2: no licence");
	assert_int_equal(run("exit 127", "", &said, &why), V_BROKEN);
	assert_string_equal(
		why.text, "the command ended with 127: it said nothing");
	assert_int_equal(run("kill -SEGV $$", "", &said, &why), V_BROKEN);
	assert_string_equal(why.text, "the command was ended by signal 11");
	assert_string_equal(said.line, "before");
}

static void
test_command__one_that_hangs_is_killed_with_all_it_started(void **state)
{
	struct command command = { .wait_ms = 500 };
	struct fault why = FAULT_NONE;
	struct command_said said;
	int64_t start_ms = clock_tick_ms();
	char body[300];

	(void)state;
	snprintf(body, sizeof(body),
		"trap '' TERM INT HUP; (sleep 2; touch %s) & sleep 60", marker);
	assert_int_equal(run_with(body, "", &command, &said, &why), V_BROKEN);
	assert_string_equal(
		why.text, "the command was not ready in time and was killed");
	assert_true(clock_tick_ms() - start_ms < 1900);
	/* It closes what it says with, and hangs all the same. */
	assert_int_equal(
		run_with("exec >&- 2>&-; sleep 60", "", &command, &said, &why),
		V_BROKEN);
	assert_string_equal(
		why.text, "the command was not ready in time and was killed");
	/* It is done, but left somebody behind who holds the pipe. */
	snprintf(body, sizeof(body), "(sleep 2; touch %s) & echo done", marker);
	start_ms = clock_tick_ms();
	command.wait_ms = 10000;
	assert_int_equal(run_with(body, "", &command, &said, &why), V_OK);
	assert_true(said.good);
	assert_string_equal(said.line, "done");
	assert_true(clock_tick_ms() - start_ms < 1900);
	clock_sleep_ms(2500);
	assert_int_equal(access(marker, F_OK), -1);
}

static void
test_command__one_that_floods_is_killed(void **state)
{
	struct command command = { .wait_ms = 10000,
		.output_bytes_max = 100000 };
	struct fault why = FAULT_NONE;
	struct command_said said;

	(void)state;
	assert_int_equal(run_with("yes", "", &command, &said, &why), V_BROKEN);
	assert_string_equal(
		why.text, "the command said too much and was killed");
	assert_int_equal(
		run_with("head -c 100000 /dev/zero", "", &command, &said, &why),
		V_OK);
	assert_int_equal(
		run_with("head -c 100001 /dev/zero", "", &command, &said, &why),
		V_BROKEN);
}

static void
test_command__memory_has_a_limit(void **state)
{
	struct command command = { .wait_ms = 10000,
		.memory_bytes_max = 100000000 };
	struct fault why = FAULT_NONE;
	struct command_said said;

	(void)state;
	assert_int_equal(
		run_with("ulimit -v", "", &command, &said, &why), V_OK);
	assert_string_equal(said.line, "97656");
}

static void
test_command__commands_that_cannot_be_run(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "the command is empty" },
		{ " \t ", "the command is empty" },
		{ "no-such-command-here",
			"the command is not there or may not be run" },
		{ "/etc/passwd x",
			"the command is not there or may not be run" },
		{ "true 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 "
		  "8 "
		  "9 0 1 2",
			"the command has too many words" },
	};
	struct command command = { .code = CODE_CONFIG_VALUE };
	char text[COMMAND_TEXT_MAX + 2];
	struct command_said said;
	size_t i;
	int fd;

	(void)state;
	fd = open("/dev/null", O_RDONLY);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault why = FAULT_NONE;

		command.text = cases[i].text;
		assert_int_equal(command_parse(&command, &why), V_BROKEN);
		assert_string_equal(why.text, cases[i].why);
		assert_int_equal(why.code, CODE_CONFIG_VALUE);
		assert_int_equal(
			command_run(&command, fd, &said, &why), V_BROKEN);
	}
	for (i = COMMAND_TEXT_MAX - 1; i <= COMMAND_TEXT_MAX; i++) {
		struct fault why = FAULT_NONE;

		memset(text, ' ', sizeof(text));
		memcpy(text, "true", 4);
		text[i] = '\0';
		command.text = text;
		assert_int_equal(command_parse(&command, &why),
			i < COMMAND_TEXT_MAX ? V_OK : V_BROKEN);
	}
	command.text = "true";
	assert_int_equal(command_parse(&command, &(struct fault){ 0 }), V_OK);
	(void)close(fd);
}

static int
open_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(script, sizeof(script), "%s/script", folder);
	snprintf(marker, sizeof(marker), "%s/marker", folder);
	return 0;
}

static int
close_folder(void **state)
{
	(void)state;
	(void)unlink(script);
	(void)unlink(marker);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command__good_and_not_good),
		cmocka_unit_test(test_command__what_it_is_given),
		cmocka_unit_test(test_command__it_inherits_nothing),
		cmocka_unit_test(test_command__what_it_says_is_made_harmless),
		cmocka_unit_test(test_command__one_that_fails_judges_nothing),
		cmocka_unit_test(
			test_command__one_that_hangs_is_killed_with_all_it_started),
		cmocka_unit_test(test_command__one_that_floods_is_killed),
		cmocka_unit_test(test_command__memory_has_a_limit),
		cmocka_unit_test(test_command__commands_that_cannot_be_run),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_folder, close_folder);
}
