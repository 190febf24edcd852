/* tests/channels/test_http_address.c - a port, a path, or what systemd opened
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channels/http_address.h"

static char dir[] = "/tmp/mobb-address.XXXXXX";

static void
at_path(const char *name, char at[100])
{
	snprintf(at, 100, "unix:%s/%s", dir, name);
}

/* How a connection to the path ends: 0 it is there, else errno. */
static int
knock(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), error = 0;

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		error = errno;
	close(fd);
	return error;
}

static void
refused(const char *at, enum code code, const char *word)
{
	struct http_socket s = HTTP_SOCKET_NONE;
	struct fault why = FAULT_NONE;

	assert_int_equal(http_socket_open(at, &s, &why), V_BROKEN);
	if (why.code != code || strstr(why.text, word) == NULL)
		fail_msg("%s: MOBB-%d %s", at, why.code, why.text);
	assert_int_equal(s.fd, -1);
}

static void
test_http_address__host_and_port_are_listened_at(void **state)
{
	static const char *const good[] = { "127.0.0.1:0", "0.0.0.0:0",
		"localhost:0" };
	struct http_socket s, twice = HTTP_SOCKET_NONE;
	struct fault why;
	char at[40];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(http_socket_open(good[i], &s, &why), V_OK);
		assert_true(s.port > 0 && !s.local);
		assert_true(fcntl(s.fd, F_GETFL) & O_NONBLOCK);
		assert_true(fcntl(s.fd, F_GETFD) & FD_CLOEXEC);
		http_socket_close(&s);
		http_socket_close(&s);
	}
	assert_int_equal(http_socket_open("127.0.0.1:0", &s, &why), V_OK);
	snprintf(at, sizeof(at), "127.0.0.1:%d", s.port);
	assert_int_equal(http_socket_open(at, &twice, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_NO_LISTENER);
	http_socket_close(&s);
	assert_int_equal(http_socket_open(at, &twice, &why), V_OK);
	http_socket_close(&twice);
}

static void
test_http_address__what_is_no_address_is_refused(void **state)
{
	char long_path[200] = "unix:/";

	(void)state;
	refused("127.0.0.1", CODE_CONFIG_VALUE, "host and port");
	refused(":1", CODE_CONFIG_VALUE, "host and port");
	refused("127.0.0.1:", CODE_CONFIG_VALUE, "host and port");
	refused("127.0.0.1:x", CODE_CONFIG_VALUE, "127.0.0.1:x");
	refused("[::1:0", CODE_CONFIG_VALUE, "host and port");
	refused("unix:", CODE_CONFIG_VALUE, "absolute path");
	refused("unix:ebms.sock", CODE_CONFIG_VALUE, "absolute path");
	memset(long_path + 6, 'x', 107);
	refused(long_path, CODE_CONFIG_VALUE, "at most 107 bytes");
	refused("unix:/nowhere/ebms.sock", CODE_NO_LISTENER, "No such file");
}

static void
test_http_address__a_path_is_made_and_removed(void **state)
{
	struct http_socket s;
	struct fault why;
	struct stat st;
	mode_t mask;
	char at[100];

	(void)state;
	at_path("made", at);
	mask = umask(077);
	assert_int_equal(http_socket_open(at, &s, &why), V_OK);
	assert_int_equal(umask(mask), 077);
	assert_true(s.local);
	assert_int_equal(s.port, 0);
	assert_int_equal(stat(at + 5, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_int_equal(knock(at + 5), 0);
	http_socket_close(&s);
	assert_int_equal(stat(at + 5, &st), -1);
}

static void
test_http_address__the_dead_make_way_the_living_do_not(void **state)
{
	struct http_socket first, second = HTTP_SOCKET_NONE;
	struct fault why;
	char at[100];

	(void)state;
	at_path("dead", at);
	/* As after SIGKILL: the descriptor is gone, the file is there. */
	assert_int_equal(http_socket_open(at, &first, &why), V_OK);
	close(first.fd);
	assert_int_equal(knock(at + 5), ECONNREFUSED);
	assert_int_equal(http_socket_open(at, &second, &why), V_OK);
	assert_int_equal(knock(at + 5), 0);

	refused(at, CODE_NO_LISTENER, "another process listens");
	assert_int_equal(knock(at + 5), 0);
	/* Somebody removed the file, and another took its place: the end of the
	 * one does not take away what is the other's.
	 */
	assert_int_equal(unlink(at + 5), 0);
	assert_int_equal(http_socket_open(at, &first, &why), V_OK);
	http_socket_close(&second);
	assert_int_equal(knock(at + 5), 0);
	http_socket_close(&first);
	assert_int_equal(knock(at + 5), ENOENT);
}

static void
test_http_address__a_file_that_is_no_socket_stays(void **state)
{
	struct stat st;
	char at[100];
	int fd;

	(void)state;
	at_path("file", at);
	fd = open(at + 5, O_CREAT | O_WRONLY, 0600);
	close(fd);
	refused(at, CODE_NO_LISTENER, "no socket");
	assert_int_equal(stat(at + 5, &st), 0);
	assert_int_equal(unlink(at + 5), 0);
	assert_int_equal(symlink("/dev/null", at + 5), 0);
	refused(at, CODE_NO_LISTENER, "no socket");
}

/* --- systemd: as in sd_listen_fds(3), in a process of its own --- */

enum given {
	GIVEN_PORT,
	GIVEN_PATH,
	GIVEN_DEAF, /* not listening */
	GIVEN_DATAGRAM,
	GIVEN_FILE,
};

static int
given_fd(enum given what)
{
	struct sockaddr_in port = { .sin_family = AF_INET };
	struct sockaddr_un path = { .sun_family = AF_UNIX };
	int fd;

	if (what == GIVEN_FILE)
		return open("/dev/null", O_RDONLY);
	fd = socket(what == GIVEN_PATH ? AF_UNIX : AF_INET,
		what == GIVEN_DATAGRAM ? SOCK_DGRAM : SOCK_STREAM, 0);
	snprintf(path.sun_path, sizeof(path.sun_path), "%s/given", dir);
	port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (what == GIVEN_PATH
			? bind(fd, (struct sockaddr *)&path, sizeof(path))
			: bind(fd, (struct sockaddr *)&port, sizeof(port)))
		_exit(90);
	if (what != GIVEN_DEAF && what != GIVEN_DATAGRAM && listen(fd, 5))
		_exit(91);
	return fd;
}

/* pid 0: the right one.  The exit status: 0 taken, 1 refused with `word` in it,
 * 2 refused otherwise.
 */
static int
given(enum given what, int pid, const char *fds, const char *word)
{
	struct http_socket s = HTTP_SOCKET_NONE;
	struct fault why = FAULT_NONE;
	char text[20];
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (dup2(given_fd(what), 3) != 3)
			_exit(92);
		snprintf(text, sizeof(text), "%d",
			pid == 0 ? (int)getpid() : pid);
		setenv("LISTEN_PID", text, 1);
		if (fds != NULL)
			setenv("LISTEN_FDS", fds, 1);
		else
			unsetenv("LISTEN_FDS");
		if (http_socket_open("systemd", &s, &why) == V_OK)
			_exit(s.fd == 3 && s.local == (what == GIVEN_PATH) &&
						s.path[0] == '\0' &&
						getenv("LISTEN_FDS") == NULL
					? 0
					: 93);
		_exit(why.code == CODE_NO_LISTENER &&
					strstr(why.text, word) != NULL
				? 1
				: 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_http_address__the_socket_of_systemd_is_taken(void **state)
{
	(void)state;
	assert_int_equal(given(GIVEN_PORT, 0, "1", ""), 0);
	assert_int_equal(given(GIVEN_PATH, 0, "1", ""), 0);
}

static void
test_http_address__what_systemd_did_not_pass_is_said(void **state)
{
	(void)state;
	assert_int_equal(given(GIVEN_PORT, 0, NULL, "no socket was passed"), 1);
	assert_int_equal(given(GIVEN_PORT, 0, "0", "one socket"), 1);
	assert_int_equal(given(GIVEN_PORT, 0, "2", "one socket"), 1);
	assert_int_equal(given(GIVEN_PORT, 0, "x", "one socket"), 1);
	/* For another process, as after a fork. */
	assert_int_equal(given(GIVEN_PORT, 1, "1", "no socket was passed"), 1);
	assert_int_equal(
		given(GIVEN_DEAF, 0, "1", "no listening stream socket"), 1);
	assert_int_equal(
		given(GIVEN_DATAGRAM, 0, "1", "no listening stream socket"), 1);
	assert_int_equal(
		given(GIVEN_FILE, 0, "1", "no listening stream socket"), 1);
	refused("systemd", CODE_NO_LISTENER, "start it through its .socket");
}

static int
make_dir(void **state)
{
	(void)state;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
drop_dir(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_http_address__host_and_port_are_listened_at),
		cmocka_unit_test(
			test_http_address__what_is_no_address_is_refused),
		cmocka_unit_test(test_http_address__a_path_is_made_and_removed),
		cmocka_unit_test(
			test_http_address__the_dead_make_way_the_living_do_not),
		cmocka_unit_test(
			test_http_address__a_file_that_is_no_socket_stays),
		cmocka_unit_test(
			test_http_address__the_socket_of_systemd_is_taken),
		cmocka_unit_test(
			test_http_address__what_systemd_did_not_pass_is_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
