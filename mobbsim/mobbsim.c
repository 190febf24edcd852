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
#include "base/text.h"
#include "base/version.h"
#include "batch/advice.h"
#include "mobbsim/batch.h"
#include "mobbsim/options.h"
#include "mobbsim/printer.h"
#include "mobbsim/room.h"
#include "mobbsim/serve.h"
#include "mobbsim/troubles.h"

#define SEED_MAX INT64_C(1000000000)
#define TEXT_MAX ((size_t)100000)
#define EXIT_USAGE 2
#define EXIT_BUG 70

static const char help[] =
	"mobbsim - a Berichtenbox to rehearse against\n"
	"\n"
	"usage: mobbsim init DIR [--ports OURS,THEIRS | --ports auto]\n"
	"               [--sync | --best-effort]\n"
	"               [--retries N] [--interval PT5S] [--persist P1D]\n"
	"               [--senders N]\n"
	"       mobbsim batch [--stream STREAM] --letters N --seed S --out "
	"FILE\n"
	"               [--bad N [--faults NAMES]] [--spoil KIND]\n"
	"               [--pdf-bytes MIN-MAX | --without-documents]\n"
	"               [--date YYYYMMDD] [--sender OIN] [--number N]\n"
	"               [--parts N] [--periods monthly|weeks]\n"
	"               [--theme parkeren|paspoort] [--newline lf|crlf]\n"
	"               [--plain | --tar]\n"
	"       mobbsim serve DIR [--faults FILE | --seed N] [--sink]\n"
	"               [--once-ready-file FILE]\n"
	"       mobbsim printer DIR [--only ack|posted] [--again]\n"
	"               [--fault NAME]... [--reject N] [--retour N]\n"
	"       mobbsim faults [--seed N [ON FAULT]]\n"
	"       mobbsim --help | --version\n"
	"\n"
	"init   make a rehearsal room: certificates, agreement, settings\n"
	"batch  make a batch file of the stream woz, uitkering, jaaropgave,\n"
	"       index or pages; with FILE.totals and FILE.truth.csv\n"
	"serve  be the other side of the wire until SIGTERM\n"
	"printer take the bundles in print/out, print them, write receipts\n"
	"faults what can go wrong on command; with a seed, a plan of it\n"
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

/* One option of init; NULL, or what is wrong with it. */
static const char *
take_agreement(struct room_agreement *agreement, int option, char *value)
{
	int64_t n;

	switch (option) {
	case 's':
		agreement->mode = CPA_SYNC;
		return NULL;
	case 'b':
		agreement->mode = CPA_BEST_EFFORT;
		return NULL;
	case 'r':
		if (!text_number(value, ROOM_RETRIES_MAX, &n))
			return "--retries is a number up to 100";
		agreement->retries = (int)n;
		return NULL;
	case 'i':
		agreement->interval = value;
		return cpa_duration(value, &n)
			       ? NULL
			       : "--interval is a duration, such as PT5S";
	case 'n':
		if (!text_number(value, ROOM_SENDERS_MAX, &n) || n < 1)
			return "--senders is a number from 1 to 20";
		agreement->senders = (int)n;
		return NULL;
	case 'd':
		agreement->persist = value;
		return cpa_duration(value, &n)
			       ? NULL
			       : "--persist is a duration, such as P1D";
	default:
		return "unknown option";
	}
}

static int
run_init(int argc, char **argv)
{
	static const struct option options[] = {
		{ "ports", required_argument, NULL, 'p' },
		{ "sync", no_argument, NULL, 's' },
		{ "best-effort", no_argument, NULL, 'b' },
		{ "retries", required_argument, NULL, 'r' },
		{ "interval", required_argument, NULL, 'i' },
		{ "persist", required_argument, NULL, 'd' },
		{ "senders", required_argument, NULL, 'n' },
		{ 0 },
	};
	struct room_ports ports = { ROOM_OUR_PORT, ROOM_THEIR_PORT };
	struct room_agreement agreement = ROOM_AGREEMENT;
	struct fault why = FAULT_NONE;
	const char *wrong;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		if (c == 'p') {
			if (room_ports_parse(optarg, &ports, &why) != V_OK)
				return complain(&why);
			continue;
		}
		wrong = take_agreement(&agreement, c, optarg);
		if (wrong != NULL)
			return usage(wrong);
	}
	if (optind + 1 != argc)
		return usage("init takes one folder");
	if (room_make(argv[optind], &ports, &agreement, clock_now_ms(), &why) !=
		V_OK)
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
		{ "faults", required_argument, NULL, 'f' },
		{ "seed", required_argument, NULL, 'n' },
		{ 0 },
	};
	struct serve_plan plan = { .seed = -1 };
	struct fault why = FAULT_NONE;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			plan.sink = true;
		else if (c == 'r')
			plan.ready_file = optarg;
		else if (c == 'f')
			plan.faults = optarg;
		else if (c != 'n')
			return EXIT_USAGE;
		else if (!text_number(optarg, SEED_MAX, &plan.seed))
			return usage("--seed is a whole number");
	}
	if (optind + 1 != argc)
		return usage("serve takes one folder");
	if (plan.faults != NULL && plan.seed >= 0)
		return usage("--faults or --seed, not both");
	plan.dir = argv[optind];
	if (serve(&plan, &why) != V_OK)
		return complain(&why);
	return 0;
}

/* One option of printer; NULL, or what is wrong with it. */
static const char *
take_printer(struct printer_plan *plan, int option, const char *value)
{
	unsigned fault;

	switch (option) {
	case 'o':
		plan->ack = strcmp(value, "ack") == 0;
		plan->posted = strcmp(value, "posted") == 0;
		return plan->ack || plan->posted ? NULL
						 : "--only ack or posted";
	case 'a':
		plan->again = true;
		return NULL;
	case 'f':
		fault = printer_fault_find(value);
		plan->faults |= fault;
		return fault != 0 ? NULL
				  : "no such fault; see mobbsim printer --list";
	case 'j':
		return text_number(value, SEED_MAX, &plan->rejected)
			       ? NULL
			       : "--reject is a number";
	case 'r':
		return text_number(value, SEED_MAX, &plan->retour)
			       ? NULL
			       : "--retour is a number";
	default:
		return "unknown option";
	}
}

static int
run_printer(int argc, char **argv)
{
	static const struct option options[] = {
		{ "only", required_argument, NULL, 'o' },
		{ "again", no_argument, NULL, 'a' },
		{ "fault", required_argument, NULL, 'f' },
		{ "reject", required_argument, NULL, 'j' },
		{ "retour", required_argument, NULL, 'r' },
		{ "list", no_argument, NULL, 'l' },
		{ 0 },
	};
	struct printer_plan plan = {
		.ack = true, .posted = true, .now_ms = clock_now_ms()
	};
	struct fault why = FAULT_NONE;
	const char *wrong;
	int64_t errors = 0;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		if (c == 'l') {
			printer_faults_list();
			return 0;
		}
		wrong = take_printer(&plan, c, optarg);
		if (wrong != NULL)
			return usage(wrong);
	}
	if (optind + 1 != argc)
		return usage("printer takes one folder");
	plan.dir = argv[optind];
	if (printer_run(&plan, &errors, &why) != V_OK)
		return complain(&why);
	return errors == 0 ? 0 : 1;
}

/* All faults, one a line: ON FAULT VALUE, and what it is. */
static void
list_faults(void)
{
	static const char *const values[] = { "", "BYTES", "TIME", "STATUS",
		"N", "WORD", "TYPE" };
	const struct trouble_sort *sort;
	int on, kind;

	for (on = 0; on < TROUBLE_ONS; on++)
		for (kind = 0; kind < TROUBLE_KINDS; kind++) {
			sort = trouble_sort((enum trouble_kind)kind);
			if ((sort->on & 1U << on) != 0)
				printf("%-8s %-17s %-7s %s\n",
					trouble_on_word((enum trouble_on)on),
					sort->name, values[sort->value],
					sort->about);
		}
}

static int
run_faults(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 'n' },
		{ 0 },
	};
	struct buf text = BUF_MAX(TEXT_MAX);
	struct troubles troubles;
	enum trouble_kind kind;
	enum trouble_on on;
	int64_t seed = -1;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'n')
			return EXIT_USAGE;
		if (!text_number(optarg, SEED_MAX, &seed))
			return usage("--seed is a whole number");
	}
	argv += optind;
	argc -= optind;
	if (seed < 0 && argc == 0) {
		list_faults();
		return 0;
	}
	if (seed < 0 || (argc != 0 && argc != 2))
		return usage("faults takes --seed N and a fault, or neither");
	if (argc == 0)
		troubles_roll(&troubles, seed);
	else if (!trouble_on_find(argv[0], &on) ||
		 !trouble_kind_find(argv[1], on, &kind))
		return usage("no such fault; see mobbsim faults");
	else
		troubles_roll_one(&troubles, on, kind, seed);
	troubles_print(&troubles, &text);
	fputs(text.bytes, stdout);
	buf_done(&text);
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
	if (strcmp(argv[1], "printer") == 0)
		return run_printer(argc - 1, argv + 1);
	if (strcmp(argv[1], "faults") == 0)
		return run_faults(argc - 1, argv + 1);
	return usage("the commands are init, batch, serve, printer and faults");
}
