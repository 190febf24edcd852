/* mobbjob/main.c - the operator's tool: mobbjob(1)
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/version.h"
#include "batch/advice.h"
#include "mobbjob/command.h"
#include "mobbjob/person.h"

/* In the order of the help: look, decide, look up. */
static const struct command *const commands[] = {
	&command_list,
	&command_needs,
	&command_show,
	&command_letters,
	&command_why,
	&command_find,
	&command_rejects,
	&command_lots,
	&command_events,
	&command_report,
	&command_forecast,
	&command_sample,
	&command_release,
	&command_hold,
	&command_limit,
	&command_cancel,
	&command_resolve,
	&command_address,
	&command_money,
	&command_print,
	&command_posted,
	&command_lpr,
	&command_submit,
	&command_retention,
	&command_subscriptions,
	&command_endpoint,
	&command_chaintest,
	&command_cert,
	&command_check,
	&command_formats,
	&command_explain,
	&command_database,
	&command_person,
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

int
tell_fault(const struct fault *why)
{
	const struct advice *advice = advice_find((int)why->code);

	fflush(stdout);
	fprintf(stderr, "mobbjob: MOBB-%04d: %s%s%s\n", (int)why->code,
		why->place, why->place[0] == '\0' ? "" : ": ", why->text);
	if (advice == NULL)
		return EXIT_FAILURE;
	fprintf(stderr, "  what to do: %s\n", advice->todo);
	return advice->exit;
}

static void
help(FILE *to)
{
	char left[64];
	size_t i;

	fputs("usage: mobbjob [-f FILE] [COMMAND [ARGUMENT ...]] [OPTION "
	      "...]\n\n",
		to);
	for (i = 0; i < COMMANDS; i++) {
		snprintf(left, sizeof(left), "%s %s", commands[i]->name,
			commands[i]->args);
		fprintf(to, "  %-32s %s\n", left, commands[i]->help);
	}
	fputs("\n"
	      "  -f FILE          the jobs file ($MOBB_JOBS, else "
	      "/etc/mobb/jobs.yaml)\n"
	      "  --json           one JSON object a line\n"
	      "  --plain          a tab between fields, for scripts\n"
	      "  --all            also what is finished\n"
	      "  --reason TEXT    why; recorded with your name\n"
	      "  --date DAY       YYYY-MM-DD, with posted and subscriptions; "
	      "there also\n"
	      "                   with THH:MM\n"
	      "  --type TYPE      with subscriptions: of one BerichtType only\n"
	      "  --stream NAME    of the jobs file, with a file\n"
	      "  --format NAME    a layout, or the file of its definition, "
	      "with "
	      "check\n"
	      "  --oin OIN        with check: whose side of a CPA is ours\n"
	      "  --records        with check: a line for every record\n"
	      "  --without-documents  with check: as if the PDFs were "
	      "there\n"
	      "  --edition N      2 or more, with submit: letters that were "
	      "sent, once more\n"
	      "  -o FILE          with report: write it there; with sample "
	      "a new folder\n"
	      "  -n N             with sample, lpr and find: how many letters\n"
	      "  --seed N         with sample and lpr: other random letters\n"
	      "  --refs FILE      letters by their reference, one a line\n"
	      "  --as WHAT        with resolve: delivered, paper, resend, "
	      "withdrawn;\n"
	      "                   with print proof: good, bad, anew\n"
	      "  --lot N          with resolve: the letters of one lot\n"
	      "  --year Y         with money: of which year\n"
	      "  --bsn            with find: ask for a citizen number\n"
	      "  --wait TIME      with endpoint check: 60s, up to 10min; with "
	      "chaintest\n"
	      "                   up to 24h\n"
	      "  --accounts FILE  with chaintest: the test accounts\n"
	      "  --listener-down TIME  with chaintest: 503 for so long in one "
	      "case\n"
	      "  --letters N      with release, cancel, resolve: how many "
	      "you mean\n"
	      "  --state STATE    many jobs: in this state, as held\n"
	      "  --jobs N         many jobs: how many you mean\n"
	      "  --by WHAT        with list: sums by stream or sender\n"
	      "  --withdraw       with release: you do not agree any more\n"
	      "  --may RIGHT      look, operate or release, with person\n"
	      "  --sender NAME    of the jobs file, with person and "
	      "subscriptions\n"
	      "  --html           with report: a page with pictures\n"
	      "  --close          with report: say that the job is complete\n"
	      "  --since TIME     many jobs: received since today, yesterday "
	      "or "
	      "a date; with\n"
	      "                   report: what needs a person, and what "
	      "ran since\n"
	      "                   yesterday, a date, or a date with "
	      "THH:MM; else silent\n"
	      "  --always         with report --since: also when all is "
	      "well\n"
	      "  --set FIELD=TEXT with address: correct a field of it; - reads "
	      "them from\n"
	      "                   standard input\n"
	      "  --line TEXT      with address: its lines, one after the "
	      "other; - likewise\n"
	      "  --until TIME     with limit: 06:00, or a whole moment\n"
	      "  --off            with limit: as the jobs file says again\n"
	      "  --raise          with limit: above what the jobs file says\n"
	      "  --dry-run        say what would be done, change nothing\n"
	      "  --version        print the version\n"
	      "\n"
	      "JOB is any part of a job's id that fits one; LETTER is its id, "
	      "JOB/RECORD or\n"
	      "its reference.  Without a command: what is unfinished, and "
	      "what needs a person.\n",
		to);
}

static const struct command *
find(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* The value of an option, in the same argument or in the next one. */
static const char *
value_of(char **argv, int *i, const char *name, struct fault *why)
{
	size_t len = strlen(name);

	if (argv[*i][len] == '=')
		return argv[*i] + len + 1;
	if (argv[*i + 1] == NULL) {
		fault_set(why, V_BROKEN, CODE_USAGE, "%s wants a value", name);
		return NULL;
	}
	return argv[++*i];
}

static bool
is_option(const char *arg, const char *name)
{
	size_t len = strlen(name);

	return strncmp(arg, name, len) == 0 &&
	       (arg[len] == '\0' || arg[len] == '=');
}

/* An option that may come again; V_END: it is another one. */
static enum verdict
again(char **argv, int *i, const char *name,
	const char *values[OPTION_LINES_MAX], size_t *count, struct fault *why)
{
	if (!is_option(argv[*i], name))
		return V_END;
	if (*count == OPTION_LINES_MAX)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"%s is given more than %d times", name,
			OPTION_LINES_MAX);
	values[*count] = value_of(argv, i, name, why);
	return values[(*count)++] == NULL ? V_BROKEN : V_OK;
}

static bool
flag(const char *arg, struct options *options)
{
	if (strcmp(arg, "--json") == 0)
		return options->json = true;
	if (strcmp(arg, "--plain") == 0)
		return options->plain = true;
	if (strcmp(arg, "--all") == 0)
		return options->all = true;
	if (strcmp(arg, "--dry-run") == 0)
		return options->dry_run = true;
	if (strcmp(arg, "--records") == 0)
		return options->records = true;
	if (strcmp(arg, "--withdraw") == 0)
		return options->withdraw = true;
	if (strcmp(arg, "--raise") == 0)
		return options->raise = true;
	if (strcmp(arg, "--off") == 0)
		return options->off = true;
	if (strcmp(arg, "--bsn") == 0)
		return options->bsn = true;
	if (strcmp(arg, "--html") == 0)
		return options->html = true;
	if (strcmp(arg, "--close") == 0)
		return options->close = true;
	if (strcmp(arg, "--always") == 0)
		return options->always = true;
	if (strcmp(arg, "--without-documents") == 0)
		return options->no_documents = true;
	return false;
}

/* One argument that begins with '-'. */
static enum verdict
option(char **argv, int *i, struct options *options, struct fault *why)
{
	const struct {
		const char *name;
		const char **value;
	} valued[] = {
		{ "-f", &options->jobs_file },
		{ "--reason", &options->reason },
		{ "--date", &options->date },
		{ "--stream", &options->stream },
		{ "--edition", &options->edition },
		{ "-o", &options->out },
		{ "--format", &options->format },
		{ "--oin", &options->oin },
		{ "--wait", &options->wait },
		{ "--as", &options->as },
		{ "--refs", &options->refs },
		{ "-n", &options->n },
		{ "--seed", &options->seed },
		{ "--letters", &options->letters },
		{ "--type", &options->type },
		{ "--sender", &options->sender },
		{ "--endpoint", &options->endpoint },
		{ "--lot", &options->lot },
		{ "--year", &options->year },
		{ "--accounts", &options->accounts },
		{ "--may", &options->may },
		{ "--until", &options->until },
		{ "--since", &options->since },
		{ "--state", &options->state },
		{ "--jobs", &options->jobs },
		{ "--by", &options->by },
		{ "--listener-down", &options->listener_down },
	};
	enum verdict v;
	size_t k;

	if (flag(argv[*i], options))
		return V_OK;
	for (k = 0; k < sizeof(valued) / sizeof(valued[0]); k++)
		if (is_option(argv[*i], valued[k].name)) {
			*valued[k].value =
				value_of(argv, i, valued[k].name, why);
			return *valued[k].value == NULL ? V_BROKEN : V_OK;
		}
	v = again(argv, i, "--set", options->set, &options->set_count, why);
	if (v == V_END)
		v = again(argv, i, "--line", options->line,
			&options->line_count, why);
	if (v != V_END)
		return v;
	return fault_set(
		why, V_BROKEN, CODE_USAGE, "unknown option %.60s", argv[*i]);
}

/* Options may stand before, between and after the words. */
static enum verdict
read_args(char **argv, struct call *call, const char **name, struct fault *why)
{
	bool only_words = false;
	enum verdict v;
	int i;

	for (i = 1; argv[i] != NULL; i++) {
		if (!only_words && strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (!only_words && argv[i][0] == '-' &&
			   argv[i][1] != '\0') {
			v = option(argv, &i, &call->options, why);
			if (v != V_OK)
				return v;
		} else if (*name == NULL) {
			*name = argv[i];
		} else if (call->arg_count == COMMAND_ARGS_MAX) {
			return fault_set(why, V_BROKEN, CODE_USAGE,
				"too many arguments");
		} else {
			call->args[call->arg_count++] = argv[i];
		}
	}
	return V_OK;
}

static enum verdict
check_usage(const struct command *command, const struct call *call,
	struct fault *why)
{
	enum verdict v = V_OK;

	if (call->arg_count < command->args_min ||
		call->arg_count > command->args_max)
		v = fault_set(why, V_BROKEN, CODE_USAGE, "usage: mobbjob %s %s",
			command->name, command->args);
	else if (!command->changes && call->options.dry_run)
		v = fault_set(why, V_BROKEN, CODE_USAGE,
			"%s changes nothing: no --dry-run", command->name);
	else if (call->options.json && call->options.plain)
		v = fault_set(why, V_BROKEN, CODE_USAGE,
			"--json or --plain, not both");
	return v;
}

static enum verdict
run(const struct command *command, struct call *call, struct fault *why)
{
	enum verdict v = check_usage(command, call, why);

	if (v != V_OK)
		return v;
	call->command = command;
	call->person = person_of_system(&call->mem);
	if (command->need != NEED_NOTHING)
		v = site_open(call->options.jobs_file, &call->site, why);
	if (v == V_OK && command->need == NEED_STORE)
		v = person_store(call, why);
	if (v == V_OK)
		v = command->run(call, why);
	return v;
}

/* Help and version come before everything else. */
static bool
asked_for_help(char **argv)
{
	int i;

	for (i = 1; argv[i] != NULL; i++) {
		if (strcmp(argv[i], "--help") == 0 ||
			strcmp(argv[i], "-h") == 0) {
			help(stdout);
			return true;
		}
		if (strcmp(argv[i], "--version") == 0) {
			puts("mobbjob " MOBB_VERSION);
			return true;
		}
	}
	return false;
}

int
main(int argc, char **argv)
{
	struct call call = {
		.args = { "", "", "" }, .site = SITE_EMPTY, .mem = ARENA_EMPTY
	};
	const struct command *command = &command_list;
	struct fault why = FAULT_NONE;
	const char *name = NULL;
	enum verdict v;

	(void)argc;
	if (asked_for_help(argv))
		return EXIT_DONE;
	call.options.jobs_file = getenv("MOBB_JOBS");
	if (call.options.jobs_file == NULL || *call.options.jobs_file == '\0')
		call.options.jobs_file = "/etc/mobb/jobs.yaml";
	v = read_args(argv, &call, &name, &why);
	if (v == V_OK && name != NULL) {
		command = find(name);
		if (command == NULL)
			v = fault_set(&why, V_BROKEN, CODE_USAGE,
				"no command %.40s", name);
	}
	if (v == V_OK)
		v = run(command, &call, &why);
	if (v != V_OK)
		call.exit = tell_fault(&why);
	site_close(&call.site);
	arena_done(&call.mem);
	/* A full disk behind a pipe must not look like success. */
	if (fflush(stdout) != 0 && call.exit == EXIT_DONE)
		call.exit = EXIT_FAILURE;
	return call.exit;
}
