/* mobbsim/mobbsim.c - a Berichtenbox to rehearse against
 *
 * The program: commands, options, and what is said on standard error.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/version.h"
#include "batch/advice.h"
#include "mobbsim/batch.h"
#include "mobbsim/options.h"
#include "mobbsim/room.h"
#include "mobbsim/serve.h"

#define EXIT_USAGE 2
#define EXIT_BUG 70

static const char help[] =
	"mobbsim - a Berichtenbox to rehearse against\n"
	"\n"
	"usage: mobbsim init DIR [--ports OURS,THEIRS | --ports auto]\n"
	"       mobbsim batch [--stream STREAM] --letters N --seed S --out "
	"FILE\n"
	"               [--bad N [--faults NAMES]] [--spoil KIND]\n"
	"               [--pdf-bytes MIN-MAX | --without-documents]\n"
	"               [--date YYYYMMDD] [--sender OIN] [--number N]\n"
	"               [--parts N] [--periods monthly|weeks]\n"
	"               [--theme parkeren|paspoort] [--newline lf|crlf]\n"
	"               [--plain | --tar]\n"
	"       mobbsim serve DIR [--sink] [--once-ready-file FILE]\n"
	"       mobbsim --help | --version\n"
	"\n"
	"init   make a rehearsal room: certificates, agreement, settings\n"
	"batch  make a batch file of the stream woz, uitkering, jaaropgave,\n"
	"       index or pages; with FILE.totals and FILE.truth.csv\n"
	"serve  be the other side of the wire until SIGTERM\n"
	"\n"
	"The manual is mobbsim(1).\n";

/* The four parts of an error: code, place, why, what to do. */
static int
complain(const struct fault *why)
{
	const struct advice *advice = advice_find((int)why->code);

	fprintf(stderr, "mobbsim: MOBB-%04d ", (int)why->code);
	if (why->place[0] != '\0')
		fprintf(stderr, "%s: ", why->place);
	fprintf(stderr, "%s\n", why->text);
	if (advice != NULL)
		fprintf(stderr, "  %s\n", advice->todo);
	if (why->code == CODE_USAGE)
		return EXIT_USAGE;
	return advice == NULL ? EXIT_BUG : advice->exit;
}

static int
usage(const char *what)
{
	fprintf(stderr, "mobbsim: %s\n  see mobbsim --help\n", what);
	return EXIT_USAGE;
}

static int
run_init(int argc, char **argv)
{
	static const struct option options[] = {
		{ "ports", required_argument, NULL, 'p' },
		{ 0 },
	};
	struct room_ports ports = { ROOM_OUR_PORT, ROOM_THEIR_PORT };
	struct fault why = FAULT_NONE;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'p')
			return EXIT_USAGE;
		if (room_ports_parse(optarg, &ports, &why) != V_OK)
			return complain(&why);
	}
	if (optind + 1 != argc)
		return usage("init takes one folder");
	if (room_make(argv[optind], &ports, clock_now_ms(), &why) != V_OK)
		return complain(&why);
	printf("%s: ready; ours %d, theirs %d\n", argv[optind], ports.ours,
		ports.theirs);
	return 0;
}

static int
run_batch(int argc, char **argv)
{
	struct batch_plan plan = BATCH_PLAN;
	struct fault why = FAULT_NONE;
	char path[BATCH_PATH_MAX];
	const char *wrong;
	int c;

	while ((c = getopt_long(argc, argv, "", options_batch, NULL)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		wrong = options_take(&plan, c, optarg);
		if (wrong != NULL)
			return usage(wrong);
	}
	wrong = options_judge(&plan);
	if (wrong != NULL || optind != argc)
		return usage(
			wrong != NULL ? wrong : "batch takes options only");
	if (batch_make(&plan, path, &why) != V_OK)
		return complain(&why);
	/* Who left the name to us wants to know it. */
	if (plan.out[strlen(plan.out) - 1] == '/')
		puts(path);
	return 0;
}

static int
run_serve(int argc, char **argv)
{
	static const struct option options[] = {
		{ "sink", no_argument, NULL, 's' },
		{ "once-ready-file", required_argument, NULL, 'r' },
		{ 0 },
	};
	struct serve_plan plan = { 0 };
	struct fault why = FAULT_NONE;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			plan.sink = true;
		else if (c == 'r')
			plan.ready_file = optarg;
		else
			return EXIT_USAGE;
	}
	if (optind + 1 != argc)
		return usage("serve takes one folder");
	plan.dir = argv[optind];
	if (serve(&plan, &why) != V_OK)
		return complain(&why);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return usage("a command is needed");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("mobbsim " MOBB_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "init") == 0)
		return run_init(argc - 1, argv + 1);
	if (strcmp(argv[1], "batch") == 0)
		return run_batch(argc - 1, argv + 1);
	if (strcmp(argv[1], "serve") == 0)
		return run_serve(argc - 1, argv + 1);
	return usage("the commands are init, batch and serve");
}
