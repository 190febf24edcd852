/* mobbd/main.c - the daemon: mobbd(8)
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/version.h"
#include "mobbd/endpoint.h"
#include "mobbd/role.h"
#include "mobbd/supervisor.h"

#define EXIT_USAGE 2

static const char usage[] =
	"usage: mobbd [-f FILE] [--once [--until TIME] [--log FILE] |\n"
	"              --listen | --check-endpoints [NAME]]\n"
	"\n"
	"  -f FILE    the jobs file ($MOBB_JOBS, else /etc/mobb/jobs.yaml)\n"
	"  --once     do all there is to do, then end (for cron); needs a\n"
	"             listener: mobbd --listen\n"
	"  --until TIME  with --once: end at 06:00, or at\n"
	"             \"2026-12-24 06:00\"; begin nothing that would take\n"
	"             longer\n"
	"  --log FILE with --once: the log goes to the end of FILE, and only\n"
	"             what needs a person to standard error\n"
	"  --listen   only receive acknowledgments and results\n"
	"  --check-endpoints [NAME]\n"
	"             look at the connections and say what was found\n"
	"  --version  print the version\n"
	"\n"
	"Without --once or --listen it runs as a service until SIGTERM.\n"
	"See mobbd(8).\n";

static int
run_role(char **arg, const char *jobs_file)
{
	const struct role *role = role_find(arg[0]);

	if (role == NULL || arg[1] == NULL || arg[2] == NULL)
		return EXIT_USAGE;
	return role_main(role, arg[3] == NULL ? "" : arg[3], jobs_file,
		atoi(arg[1]), atoi(arg[2]));
}

int
main(int argc, char **argv)
{
	struct supervise_plan plan = { .how = SUPERVISE_SERVICE };
	const char *jobs_file = getenv("MOBB_JOBS"), *endpoint = NULL;
	bool check = false;
	int i;

	if (jobs_file == NULL || jobs_file[0] == '\0')
		jobs_file = "/etc/mobb/jobs.yaml";
	umask(027);
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-f") == 0 && i + 1 < argc) {
			jobs_file = argv[++i];
		} else if (strcmp(argv[i], "--once") == 0) {
			plan.how = SUPERVISE_ONCE;
		} else if (strcmp(argv[i], "--until") == 0 && i + 1 < argc) {
			plan.until = argv[++i];
		} else if (strcmp(argv[i], "--log") == 0 && i + 1 < argc) {
			plan.log = argv[++i];
		} else if (strcmp(argv[i], "--listen") == 0) {
			plan.how = SUPERVISE_LISTEN;
		} else if (strcmp(argv[i], "--check-endpoints") == 0) {
			check = true;
			if (argv[i + 1] != NULL && argv[i + 1][0] != '-')
				endpoint = argv[++i];
		} else if (strcmp(argv[i], "--role") == 0 && i + 3 < argc) {
			return run_role(argv + i + 1, jobs_file);
		} else if (strcmp(argv[i], "--version") == 0) {
			puts("mobbd " MOBB_VERSION);
			return 0;
		} else if (strcmp(argv[i], "--help") == 0 ||
			   strcmp(argv[i], "-h") == 0) {
			fputs(usage, stdout);
			return 0;
		} else {
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (plan.how != SUPERVISE_ONCE &&
		(plan.until != NULL || plan.log != NULL)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	plan.jobs_file = jobs_file;
	return check ? endpoint_check_all(jobs_file, endpoint)
		     : supervise(&plan);
}
