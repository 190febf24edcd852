/* tests/mobbsim/run.h - running the program itself, in a folder of its own
 *
 * The program is $MOBB_BUILD/mobbsim; without it these tests are skipped.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_MOBBSIM_RUN_H
#define TESTS_MOBBSIM_RUN_H

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define RUN_ARGUMENTS 24
#define RUN_FILE_MAX ((size_t)200000000)

struct run {
	char dir[40];
	char program[400];
};

static inline void
run_begin(struct run *r)
{
	const char *build = getenv("MOBB_BUILD");

	snprintf(r->program, sizeof(r->program), "%s/mobbsim",
		build == NULL ? "build/bin" : build);
	if (access(r->program, X_OK) == -1) {
		print_message("# no %s\n", r->program);
		skip();
	}
	memcpy(r->dir, "/tmp/mobbsim-test-XXXXXX", 25);
	assert_non_null(mkdtemp(r->dir));
}

static inline int
run_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline void
run_end(struct run *r)
{
	assert_int_equal(nftw(r->dir, run_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* Start it in the folder of the test, with its output in out and err. */
static inline pid_t
run_start(const struct run *r, const char *const *arguments)
{
	const char *argv[RUN_ARGUMENTS + 2] = { r->program };
	char program[PATH_MAX], here[PATH_MAX / 2];
	pid_t pid;
	int i, fd;

	for (i = 0; arguments[i] != NULL; i++) {
		assert_true(i < RUN_ARGUMENTS);
		argv[i + 1] = arguments[i];
	}
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(program, sizeof(program), "%s/%s",
		r->program[0] == '/' ? "" : here, r->program);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid != 0)
		return pid;
	if (getenv("MOBB_SCHEMAS") == NULL) {
		char schemas[PATH_MAX];

		snprintf(schemas, sizeof(schemas), "%s/schemas", here);
		(void)setenv("MOBB_SCHEMAS", schemas, 1);
	}
	if (chdir(r->dir) == -1)
		_exit(99);
	fd = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	(void)dup2(fd, STDOUT_FILENO);
	fd = open("err", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	(void)dup2(fd, STDERR_FILENO);
	(void)execv(program, (char *const *)(void *)argv);
	_exit(98);
}

static inline int
run_wait(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status)
				 : 1000 + WTERMSIG(status);
}

/* run(&r, "init", "room", NULL) and its exit code */
#define run(r, ...) run_wait(run_start(r, (const char *const[]){ __VA_ARGS__ }))

static inline void
run_path(const struct run *r, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", r->dir, name);
}

/* A file of the test's folder; empty when it is not there. */
static inline void
run_read(const struct run *r, const char *name, struct buf *out)
{
	struct fault why = FAULT_NONE;
	char path[PATH_MAX];

	*out = BUF_MAX(RUN_FILE_MAX);
	run_path(r, name, path);
	if (file_get(AT_FDCWD, path, out, &why) != V_OK)
		buf_text(out, "");
}

static inline bool
run_same(const struct run *r, const char *one, const char *other)
{
	struct buf a, b;
	bool same;

	run_read(r, one, &a);
	run_read(r, other, &b);
	same = a.len > 0 && a.len == b.len &&
	       memcmp(a.bytes, b.bytes, a.len) == 0;
	buf_done(&a);
	buf_done(&b);
	return same;
}

#endif
