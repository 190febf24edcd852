/* base/command.c - see base/command.h
 *
 * Between fork and exec the child only makes system calls: other threads of
 * ours may hold any lock at that moment.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE /* close_range, memfd_create, pipe2 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/command.h"
#include "base/file.h"

#define TICK_MS 20 /* how often it is asked whether it has ended */
#define CUT_DIGITS 8
#define FILE_WORD "/dev/fd/3"
#define FILE_FD 3
#define CANNOT_START 127

static const char *const folders[] = { "/usr/local/bin", "/usr/bin", "/bin" };

struct words {
	char text[COMMAND_TEXT_MAX];
	char *word[COMMAND_WORDS_MAX + 1];
	char program[COMMAND_TEXT_MAX + 20];
	bool named; /* the file is given by name, not as standard input */
};

/* A running command. */
struct run {
	pid_t pid;
	int from; /* what it says */
	size_t said_bytes, output_bytes_max;
	char head[2 * COMMAND_LINE_MAX]; /* the beginning of that */
	size_t head_len;
};

static enum verdict
broken(const struct command *command, struct fault *why, const char *text)
{
	return fault_set(why, V_BROKEN, command->code, "the command %s", text);
}

static bool
find_program(struct words *w)
{
	size_t i;

	if (strchr(w->word[0], '/') != NULL) {
		snprintf(w->program, sizeof(w->program), "%s", w->word[0]);
		return access(w->program, X_OK) == 0;
	}
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(w->program, sizeof(w->program), "%s/%s", folders[i],
			w->word[0]);
		if (access(w->program, X_OK) == 0)
			return true;
	}
	return false;
}

static enum verdict
split(const struct command *command, struct words *w, struct fault *why)
{
	static char file_word[] = FILE_WORD;
	size_t len = strlen(command->text), n = 0;
	char *at;

	*w = (struct words){ 0 };
	if (len >= sizeof(w->text))
		return broken(command, why, "is too long");
	memcpy(w->text, command->text, len + 1);
	for (at = w->text; *(at += strspn(at, " \t")) != '\0';) {
		if (n == COMMAND_WORDS_MAX)
			return broken(command, why, "has too many words");
		w->word[n++] = at;
		at += strcspn(at, " \t");
		if (*at != '\0')
			*at++ = '\0';
		if (strcmp(w->word[n - 1], "{}") == 0) {
			w->word[n - 1] = file_word;
			w->named = true;
		}
	}
	if (n == 0)
		return broken(command, why, "is empty");
	if (!find_program(w))
		return broken(command, why, "is not there or may not be run");
	return V_OK;
}

enum verdict
command_parse(const struct command *command, struct fault *why)
{
	struct words words;

	return split(command, &words, why);
}

static void
limit(int what, rlim_t max)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)what, &now) == -1)
		_exit(CANNOT_START);
	if (now.rlim_max == RLIM_INFINITY || now.rlim_max > max)
		now.rlim_max = max;
	now.rlim_cur = now.rlim_max;
	if (setrlimit((__rlimit_resource_t)what, &now) == -1)
		_exit(CANNOT_START);
}

static void
signals_anew(void)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		(void)sigaction(i, &sa, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Descriptors 0 to 2, 3 when the file is named, and no others. */
static bool
descriptors_anew(const struct words *w, int file, int nothing, int to)
{
	/* Above the places where they go. */
	file = fcntl(file, F_DUPFD, 10);
	nothing = fcntl(nothing, F_DUPFD, 10);
	to = fcntl(to, F_DUPFD, 10);
	if (file == -1 || nothing == -1 || to == -1)
		return false;
	if (dup2(w->named ? nothing : file, STDIN_FILENO) == -1 ||
		dup2(to, STDOUT_FILENO) == -1 || dup2(to, STDERR_FILENO) == -1)
		return false;
	if (w->named && dup2(file, FILE_FD) == -1)
		return false;
	return close_range(w->named ? FILE_FD + 1 : FILE_FD, ~0U, 0) == 0;
}

static _Noreturn void
child(const struct command *command, struct words *w, const int fds[3],
	pid_t parent)
{
	static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	static char lang[] = "LANG=C.UTF-8";
	char *const environment[] = { path, lang, NULL };
	int64_t wait_ms =
		command->wait_ms > 0 ? command->wait_ms : COMMAND_WAIT_MS;

	if (setpgid(0, 0) == -1 || prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
		getppid() != parent)
		_exit(CANNOT_START);
	signals_anew();
	limit(RLIMIT_CORE, 0);
	/* A program may compute on several processors at once. */
	limit(RLIMIT_CPU, (rlim_t)(4 * (wait_ms / 1000 + 1)));
	if (command->memory_bytes_max > 0)
		limit(RLIMIT_AS, (rlim_t)command->memory_bytes_max);
	if (!descriptors_anew(w, fds[0], fds[1], fds[2]))
		_exit(CANNOT_START);
	execve(w->program, w->word, environment);
	_exit(CANNOT_START);
}

/* Fork and exec; `fd` is opened again, so that it is read from its start. */
static enum verdict
start(const struct command *command, struct words *w, int fd, struct run *run,
	struct fault *why)
{
	int fds[3] = { -1, -1, -1 }, pipe_fds[2] = { -1, -1 };
	pid_t parent = getpid();
	enum verdict v = V_OK;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fds[0] = open(path, O_RDONLY | O_CLOEXEC);
	fds[1] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fds[0] == -1 || fds[1] == -1 ||
		pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) == -1) {
		v = fault_errno(why, V_LATER, CODE_IO, "run the command");
		goto out;
	}
	fds[2] = pipe_fds[1];
	/* A program expects to wait when what it says is not read yet. */
	(void)fcntl(fds[2], F_SETFL, 0);
	run->pid = fork();
	if (run->pid == 0)
		child(command, w, fds, parent);
	if (run->pid == -1) {
		v = fault_errno(why, V_LATER, CODE_MEMORY, "run the command");
		goto out;
	}
	/* Also here, so that the group is there before it may be killed. */
	(void)setpgid(run->pid, run->pid);
	run->from = pipe_fds[0];
	pipe_fds[0] = -1;
out:
	if (fds[0] != -1)
		(void)close(fds[0]);
	if (fds[1] != -1)
		(void)close(fds[1]);
	if (pipe_fds[0] != -1)
		(void)close(pipe_fds[0]);
	if (pipe_fds[1] != -1)
		(void)close(pipe_fds[1]);
	return v;
}

/* Take in what lies ready; false at the end. */
static bool
hear(struct run *run)
{
	char bytes[4096];
	ssize_t got;
	size_t n;

	for (;;) {
		got = read(run->from, bytes, sizeof(bytes));
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == -1 && errno == EAGAIN;
		n = sizeof(run->head) - run->head_len;
		if (n > (size_t)got)
			n = (size_t)got;
		memcpy(run->head + run->head_len, bytes, n);
		run->head_len += n;
		run->said_bytes += (size_t)got;
		if (run->said_bytes > run->output_bytes_max)
			return true;
	}
}

/* Has it ended?  It is not reaped yet, so its number is still its own. */
static bool
ended(const struct run *run)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)run->pid, &info,
		       WEXITED | WNOHANG | WNOWAIT) == -1 ||
	       info.si_pid == run->pid;
}

enum how {
	HOW_ENDED,
	HOW_LATE,
	HOW_LOUD
};

static enum how
attend(struct run *run, int64_t end_ms)
{
	struct pollfd p = { .fd = run->from, .events = POLLIN };

	for (;;) {
		bool over = ended(run);

		if (p.fd != -1 && !hear(run))
			p.fd = -1; /* closed, but it may still be at work */
		if (run->said_bytes > run->output_bytes_max)
			return HOW_LOUD;
		if (over)
			return HOW_ENDED;
		if (clock_tick_ms() >= end_ms)
			return HOW_LATE;
		(void)poll(&p, 1, TICK_MS);
	}
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The first line, fit for a screen and free of citizen numbers. */
static void
first_line(const struct run *run, char line[COMMAND_LINE_MAX])
{
	size_t i, j, n = 0;

	for (i = 0; i < run->head_len && n + 1 < COMMAND_LINE_MAX; i++) {
		char c = run->head[i];

		if (c == '\n' && n > 0)
			break;
		if (c == '\r' || c == '\n')
			continue;
		if (c == '\t')
			c = ' ';
		for (j = i;
			digit(c) && j < run->head_len && digit(run->head[j]);)
			j++;
		if (digit(c) && j - i >= CUT_DIGITS) {
			line[n++] = '#';
			i = j - 1;
		} else if (digit(c)) {
			for (; i < j && n + 1 < COMMAND_LINE_MAX; i++)
				line[n++] = run->head[i];
			i = j - 1;
		} else {
			line[n++] = c >= ' ' && c <= '~' ? c : '?';
		}
	}
	line[n] = '\0';
}

static enum verdict
judge(const struct command *command, int status, enum how how,
	struct command_said *said, struct fault *why)
{
	if (how == HOW_LATE)
		return fault_set(why, V_BROKEN, command->code,
			"the command was not ready in time and was killed");
	if (how == HOW_LOUD)
		return broken(command, why, "said too much and was killed");
	if (WIFSIGNALED(status))
		return fault_set(why, V_BROKEN, command->code,
			"the command was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) > 1)
		return fault_set(why, V_BROKEN, command->code,
			"the command ended with %d: %s", WEXITSTATUS(status),
			said->line[0] == '\0' ? "it said nothing" : said->line);
	said->good = WEXITSTATUS(status) == 0;
	return V_OK;
}

enum verdict
command_run(const struct command *command, int fd,
	struct command_said *said_out, struct fault *why)
{
	int64_t wait_ms =
		command->wait_ms > 0 ? command->wait_ms : COMMAND_WAIT_MS;
	struct command_said said = { 0 };
	struct run run = { .from = -1,
		.output_bytes_max = command->output_bytes_max > 0
					    ? command->output_bytes_max
					    : COMMAND_OUTPUT_MAX };
	struct words words;
	enum verdict v;
	int status = 0;
	enum how how;

	assert(fd >= 0 && command->code != CODE_NONE);
	v = split(command, &words, why);
	if (v == V_OK)
		v = start(command, &words, fd, &run, why);
	if (v != V_OK)
		return v;
	how = attend(&run, clock_tick_ms() + wait_ms);
	/* Whatever it started ends with it. */
	(void)kill(-run.pid, SIGKILL);
	while (waitpid(run.pid, &status, 0) == -1 && errno == EINTR)
		continue;
	(void)close(run.from);
	first_line(&run, said.line);
	v = judge(command, status, how, &said, why);
	if (v == V_OK)
		*said_out = said;
	return v;
}

enum verdict
command_file(const void *bytes, size_t len, int *fd_out, struct fault *why)
{
	int fd = memfd_create("mobb-document", MFD_CLOEXEC);
	enum verdict v;

	if (fd == -1)
		return fault_errno(
			why, V_LATER, CODE_MEMORY, "keep a document");
	v = file_write(fd, bytes, len, why);
	if (v == V_OK)
		*fd_out = fd;
	else
		(void)close(fd);
	return v;
}
