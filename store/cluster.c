/* store/cluster.c - a PostgreSQL of our own, for whoever has no DBA
 *
 * DIR/data is the cluster, DIR/log what the server says, and the socket is in
 * DIR.  When DIR is too long for a socket (107 bytes) or has characters that
 * would need quoting, the socket is in /tmp/mobb-XXXXXXXXXXXXXXXX, the X being
 * the first 16 hex digits of the SHA-256 of DIR; that folder must be ours.
 *
 * PostgreSQL refuses to run as root; then its programs run as user postgres.
 * A DIR that this user cannot reach (below /root, say) holds only a link
 * `place` to a folder of its own in /var/lib/mobb.
 * Only root or who made it starts and stops it, and logs in as mobb.  Everybody
 * else only connects, as a role of their own name (store/person.h).
 * A new cluster is made whole under another name and renamed, so a crash in
 * the middle leaves nothing that looks like one.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _DEFAULT_SOURCE /* flock, initgroups */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "store/books.h"

#define PATH_BYTES CLUSTER_PATH_MAX
#define BIN_BYTES 64
#define VERSIONS "/usr/lib/postgresql"
#define SERVER_USER "postgres" /* when we are root */
#define SOCKET_NAME "/.s.PGSQL.5432"
#define SOCKET_PATH_MAX 107
#define ARGS_MAX 16
#define NAME_HEX 16
#define SMALL_FILE_MAX 8192
#define ROLES "mobb-roles" /* is there: mobb may make roles */

struct cluster {
	const char *dir;
	char socket[PATH_BYTES]; /* its folder */
	char bin[BIN_BYTES];	 /* of the server's programs */
	char owner[64];		 /* user the server runs as */
	uid_t uid;
	gid_t gid;
	int dir_fd; /* locked while we start or stop */
	bool guest; /* it is somebody else's: we only connect */
};

/* --- running the server's programs --- */

/* In the child: become the server's user, in DIR, quiet. */
static void
child(const struct cluster *c, int input, char *const argv[])
{
	int log, null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	if (fchdir(c->dir_fd) == -1)
		_exit(126);
	if (geteuid() == 0 && c->uid != 0 &&
		(initgroups(c->owner, c->gid) == -1 || setgid(c->gid) == -1 ||
			setuid(c->uid) == -1))
		_exit(126);
	/* The server opens everything by its path. */
	if (access(c->dir, W_OK | X_OK) == -1)
		_exit(126);
	log = open("log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log == -1 || null == -1 ||
		dup2(input == -1 ? null : input, 0) == -1 ||
		dup2(log, 1) == -1 || dup2(log, 2) == -1)
		_exit(126);
	/* What our caller blocks or ignores is no business of the server. */
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)unsetenv("PGDATA");
	(void)unsetenv("PGOPTIONS");
	(void)setenv("LC_ALL", "C", 1);
	(void)umask(077);
	execv(argv[0], argv);
	_exit(127);
}

/* Run `program` with arguments and wait; `input` NULL: none.
 * *status_out: its exit code.
 */
static enum verdict
run(const struct cluster *c, const char *program, const char *const args[],
	const char *input, int *status_out, struct fault *why)
{
	char path[PATH_BYTES];
	char *argv[ARGS_MAX + 2];
	int pipes[2] = { -1, -1 }, status, n;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/%s", c->bin, program);
	argv[0] = path;
	for (n = 0; args[n] != NULL; n++) {
		assert(n < ARGS_MAX);
		argv[n + 1] = mem_text(args[n]);
	}
	argv[n + 1] = NULL;
	if (input != NULL && pipe(pipes) == -1)
		return fault_errno(why, V_BROKEN, CODE_DATABASE_START, "pipe");
	pid = fork();
	if (pid == 0) {
		if (pipes[1] != -1)
			(void)close(pipes[1]);
		child(c, pipes[0], argv);
	}
	while (n > 0)
		free(argv[n--]);
	if (pipes[0] != -1)
		(void)close(pipes[0]);
	if (pid == -1) {
		if (pipes[1] != -1)
			(void)close(pipes[1]);
		return fault_errno(why, V_BROKEN, CODE_DATABASE_START, "fork");
	}
	if (pipes[1] != -1) {
		/* Fits in the pipe: nobody has to read for us to go on. */
		assert(strlen(input) <= 4096);
		if (write(pipes[1], input, strlen(input)) == -1)
			status = 0; /* its exit code will tell */
		(void)close(pipes[1]);
	}
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return fault_errno(why, V_BROKEN, CODE_DATABASE_START,
				"wait for %s", program);
	*status_out = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	return V_OK;
}

/* The same; an exit code other than 0 is a failure. */
static enum verdict
run_ok(const struct cluster *c, const char *program, const char *const args[],
	const char *input, struct fault *why)
{
	int status = 0;
	enum verdict v = run(c, program, args, input, &status, why);

	if (v == V_OK && status != 0) {
		v = fault_set(why, V_BROKEN, CODE_DATABASE_START,
			status == 126 ? "user %s cannot use the directory "
					"(exit code %d of %s)"
				      : "as user %s: exit code %d of %s; see "
					"the file log there",
			c->owner, status, program);
		fault_at(why, "%s", c->dir);
	}
	return v;
}

/* --- where things are --- */

/* The newest version that has a server; when there is a cluster already, the
 * version that made it.
 */
static enum verdict
find_bin(struct cluster *c, struct fault *why)
{
	char have[16] = "", path[PATH_BYTES];
	struct dirent *entry;
	long best = 0, n;
	ssize_t got;
	DIR *versions;
	int fd = openat(c->dir_fd, "data/PG_VERSION", O_RDONLY | O_CLOEXEC);

	if (fd != -1) {
		got = read(fd, have, sizeof(have) - 1);
		(void)close(fd);
		best = got > 0 ? strtol(have, NULL, 10) : 0;
	}
	versions = best > 0 ? NULL : opendir(VERSIONS);
	while (versions != NULL && (entry = readdir(versions)) != NULL) {
		n = strtol(entry->d_name, NULL, 10);
		snprintf(path, sizeof(path), VERSIONS "/%ld/bin/initdb", n);
		if (n > best && access(path, X_OK) == 0)
			best = n;
	}
	if (versions != NULL)
		(void)closedir(versions);
	snprintf(c->bin, sizeof(c->bin), VERSIONS "/%ld/bin", best);
	snprintf(path, sizeof(path), "%s/pg_ctl", c->bin);
	if (best > 0 && access(path, X_OK) == 0)
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_DATABASE_START,
		best > 0 ? "the cluster needs PostgreSQL %ld, which is not "
			   "installed"
			 : "no PostgreSQL server under " VERSIONS
			   " (version %ld)",
		best);
}

static bool
plain_path(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+=@%";

	return strspn(path, plain) == strlen(path);
}

/* A folder of ours in /tmp; anybody could have made it first. */
static enum verdict
socket_folder(struct cluster *c, struct fault *why)
{
	uint8_t digest[DIGEST_BYTES];
	char hex[DIGEST_HEX_MAX];
	struct stat st;

	digest_of(c->dir, strlen(c->dir), digest);
	digest_hex(digest, sizeof(digest), hex);
	snprintf(c->socket, sizeof(c->socket), "/tmp/mobb-%.*s", NAME_HEX, hex);
	if (!c->guest && mkdir(c->socket, 0755) == 0 &&
		(chmod(c->socket, 0755) == -1 ||
			chown(c->socket, c->uid, c->gid) == -1))
		return fault_errno(
			why, V_BROKEN, CODE_DATABASE_START, "%s", c->socket);
	if (lstat(c->socket, &st) == -1)
		return fault_errno(
			why, V_BROKEN, CODE_DATABASE_START, "%s", c->socket);
	if (!S_ISDIR(st.st_mode) || st.st_uid != c->uid ||
		(st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return fault_set(why, V_BROKEN, CODE_DATABASE_START,
			"%s is not ours alone", c->socket);
	return V_OK;
}

static enum verdict
socket_place(struct cluster *c, struct fault *why)
{
	size_t len = strlen(c->dir);

	if (len + strlen(SOCKET_NAME) > SOCKET_PATH_MAX || !plain_path(c->dir))
		return socket_folder(c, why);
	memcpy(c->socket, c->dir, len + 1);
	return V_OK;
}

static enum verdict
who(struct cluster *c, struct fault *why)
{
	/* getpwnam: called once, before there are threads. */
	const struct passwd *pw =
		geteuid() == 0 ? getpwnam(SERVER_USER) : getpwuid(geteuid());

	if (pw == NULL || strlen(pw->pw_name) >= sizeof(c->owner) ||
		!plain_path(pw->pw_name))
		return fault_set(why, V_BROKEN, CODE_DATABASE_START,
			geteuid() == 0 ? "there is no user " SERVER_USER
				       : "this user has no name");
	memcpy(c->owner, pw->pw_name, strlen(pw->pw_name) + 1);
	c->uid = pw->pw_uid;
	c->gid = pw->pw_gid;
	return V_OK;
}

static bool
is_empty(const char *dir)
{
	struct dirent *entry;
	bool empty = true;
	DIR *d = opendir(dir);

	while (d != NULL && empty && (entry = readdir(d)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0;
	if (d != NULL)
		(void)closedir(d);
	return d != NULL && empty;
}

/* Make the directory, or take over an empty one that root made for us. */
static enum verdict
make_dir(const struct cluster *c, struct fault *why)
{
	bool made = mkdir(c->dir, 0755) == 0;
	struct stat st;

	if (!made && errno != EEXIST)
		return fault_errno(
			why, V_BROKEN, CODE_DATABASE_START, "%s", c->dir);
	if (!made && (stat(c->dir, &st) == -1 || st.st_uid == c->uid ||
			     geteuid() != 0 || !is_empty(c->dir)))
		return V_OK;
	if (chmod(c->dir, 0755) == -1 || chown(c->dir, c->uid, c->gid) == -1)
		return fault_errno(
			why, V_BROKEN, CODE_DATABASE_START, "%s", c->dir);
	return V_OK;
}

/* Open and lock the directory; made when `make`.  V_SKIP: not there. */
static enum verdict
cluster_open(const char *dir, bool make, struct cluster *c, struct fault *why)
{
	enum verdict v;

	*c = (struct cluster){ .dir = dir, .dir_fd = -1 };
	if (dir[0] != '/' || strlen(dir) >= PATH_BYTES - 32 ||
		strpbrk(dir, "\n\r") != NULL)
		return fault_set(why, V_BROKEN, CODE_DATABASE_START,
			"the directory is not an absolute path, or too long");
	v = who(c, why);
	if (v == V_OK && make)
		v = make_dir(c, why);
	if (v != V_OK)
		return v;
	c->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->dir_fd == -1)
		return fault_errno(why, make ? V_BROKEN : V_SKIP,
			CODE_DATABASE_START, "%s", dir);
	while (flock(c->dir_fd, LOCK_EX) == -1)
		if (errno != EINTR)
			return fault_errno(why, V_BROKEN, CODE_DATABASE_START,
				"%s: lock", dir);
	v = socket_place(c, why);
	return v == V_OK ? find_bin(c, why) : v;
}

static void
cluster_close(struct cluster *c)
{
	if (c->dir_fd != -1)
		(void)close(c->dir_fd);
	c->dir_fd = -1;
}

/* --- making one --- */

/* A file of the cluster, owned by the server's user. */
static enum verdict
write_conf(const struct cluster *c, const char *name, const char *text,
	struct fault *why)
{
	int fd = openat(c->dir_fd, name,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	size_t len = strlen(text);
	enum verdict v = V_OK;

	if (fd == -1 || write(fd, text, len) != (ssize_t)len ||
		fchown(fd, c->uid, c->gid) == -1 || fsync(fd) == -1)
		v = fault_errno(why, V_BROKEN, CODE_DATABASE_START, "%s/%s",
			c->dir, name);
	if (fd != -1)
		(void)close(fd);
	return v;
}

/* Errors are logged without rows or statements: both hold what citizens get.
 * fsync, full_page_writes and synchronous_commit stay on, as they are.  Nobody
 * copies this cluster while it runs, so a table that is made and filled in one
 * transaction needs no log: its file is synced before the commit.
 */
static const char settings[] = "listen_addresses = ''\n"
			       "unix_socket_permissions = 0777\n"
			       "max_connections = 120\n"
			       "max_locks_per_transaction = 512\n"
			       "wal_level = minimal\n"
			       "max_wal_senders = 0\n"
			       "max_wal_size = '4GB'\n"
			       "checkpoint_timeout = '15min'\n"
			       "wal_compression = on\n"
			       "jit = off\n"
			       "timezone = 'UTC'\n"
			       "log_timezone = 'UTC'\n"
			       "log_error_verbosity = terse\n"
			       "log_min_error_statement = panic\n"
			       "log_min_duration_statement = -1\n"
			       "log_statement = none\n"
			       "include 'mobb-socket.conf'\n";

static enum verdict
write_confs(const struct cluster *c, struct fault *why)
{
	char map[SMALL_FILE_MAX];
	enum verdict v;

	snprintf(map, sizeof(map),
		"# root and the owner are mobb, everybody under their own "
		"name\n"
		"mobb root mobb\n"
		"mobb %s mobb\n"
		"mobb %s postgres\n"
		"mobb /^(.*)$ \\1\n",
		c->owner, c->owner);
	v = write_conf(c, "data.new/postgresql.conf", settings, why);
	if (v == V_OK)
		v = write_conf(c, "data.new/pg_ident.conf", map, why);
	if (v == V_OK)
		v = write_conf(c, "data.new/pg_hba.conf",
			"local all all peer map=mobb\n", why);
	if (v == V_OK)
		v = write_conf(c, "data.new/mobb-socket.conf", "", why);
	if (v == V_OK)
		v = write_conf(c, "data.new/" ROLES, "", why);
	return v;
}

static enum verdict
cluster_make(const struct cluster *c, struct fault *why)
{
	static const char *const rm[] = { "-rf", "data.new", NULL };
	static const char *const initdb[] = { "-D", "data.new", "-U",
		"postgres", "-A", "peer", "-E", "UTF8", "--locale=C",
		"--data-checksums", NULL };
	static const char *const single[] = { "--single", "-D", "data.new",
		"-c", "log_min_messages=error", "postgres", NULL };
	static const char roles[] =
		"create role mobb login createrole;\n"
		"create role mobb_look;\n"
		"create database mobb owner mobb template template0;\n";
	struct cluster tools = *c;
	struct stat st;
	enum verdict v = V_OK;

	if (fstatat(c->dir_fd, "data", &st, AT_SYMLINK_NOFOLLOW) == 0)
		return V_OK;
	snprintf(tools.bin, sizeof(tools.bin), "/bin");
	if (fstatat(c->dir_fd, "data.new", &st, AT_SYMLINK_NOFOLLOW) == 0)
		v = run_ok(&tools, "rm", rm, NULL, why);
	if (v == V_OK)
		v = run_ok(c, "initdb", initdb, NULL, why);
	if (v == V_OK)
		v = write_confs(c, why);
	if (v == V_OK)
		v = run_ok(c, "postgres", single, roles, why);
	if (v != V_OK)
		return v;
	if (renameat(c->dir_fd, "data.new", c->dir_fd, "data") == -1 ||
		fsync(c->dir_fd) == -1)
		return fault_errno(
			why, V_BROKEN, CODE_DATABASE_START, "%s/data", c->dir);
	return V_OK;
}

/* --- front door --- */

/* A cluster of before there were persons: mobb makes their roles. */
static enum verdict
mend_roles(const struct cluster *c, struct fault *why)
{
	static const char *const single[] = { "--single", "-D", "data", "-c",
		"log_min_messages=error", "postgres", NULL };
	enum verdict v;

	if (faccessat(c->dir_fd, "data/" ROLES, F_OK, 0) == 0)
		return V_OK;
	v = run_ok(c, "postgres", single, "alter role mobb createrole;\n", why);
	return v == V_OK ? write_conf(c, "data/" ROLES, "", why) : v;
}

static enum verdict
server_start(const struct cluster *c, struct fault *why)
{
	static const char *const start[] = { "-D", "data", "-l", "log", "-w",
		"-t", "60", "-s", "start", NULL };
	char conf[PATH_BYTES + 64];
	enum verdict v;

	/* At each start: the directory may have been moved. */
	snprintf(conf, sizeof(conf), "unix_socket_directories = '%s'\n",
		c->socket);
	v = write_conf(c, "data/mobb-socket.conf", conf, why);
	if (v == V_OK)
		v = mend_roles(c, why);
	return v == V_OK ? run_ok(c, "pg_ctl", start, NULL, why) : v;
}

/* Is there a cluster at `place` that somebody else made? */
static bool
is_guest(const char *place, struct stat *st_out)
{
	char data[PATH_BYTES + 8];
	struct stat st;

	snprintf(data, sizeof(data), "%s/data", place);
	return geteuid() != 0 && stat(place, st_out) == 0 &&
	       st_out->st_uid != geteuid() && lstat(data, &st) == 0;
}

/* How to connect to one that runs: as a guest under our own name, which libpq
 * takes from the system.
 */
static enum verdict
look(const char *place, const struct stat *st, bool guest,
	char conninfo_out[CONNINFO_MAX], struct fault *why)
{
	struct cluster c = {
		.dir = place, .uid = st->st_uid, .dir_fd = -1, .guest = true
	};
	enum verdict v = socket_place(&c, why);

	if (v == V_OK && snprintf(conninfo_out, CONNINFO_MAX,
				 "host=%s port=5432 dbname=mobb%s", c.socket,
				 guest ? "" : " user=mobb") >= CONNINFO_MAX)
		v = fault_set(why, V_BROKEN, CODE_DATABASE_START,
			"the path of the socket is too long");
	if (v == V_OK && !pg_alive(conninfo_out))
		v = fault_set(why, V_LATER, CODE_DATABASE,
			"it does not run, and only root or who made it can "
			"start it");
	if (v != V_OK)
		fault_at(why, "%s", place);
	return v;
}

enum verdict
store_cluster_look(
	const char *dir, char conninfo_out[CONNINFO_MAX], struct fault *why)
{
	char place[PATH_BYTES];
	struct stat st;
	bool guest;
	enum verdict v = cluster_place(dir, false, place, why);

	if (v != V_OK)
		return v;
	guest = is_guest(place, &st);
	if (stat(place, &st) == -1)
		return fault_errno(why, V_SKIP, CODE_DATABASE, "%s", place);
	return look(place, &st, guest, conninfo_out, why);
}

enum verdict
store_cluster_start(
	const char *dir, char conninfo_out[CONNINFO_MAX], struct fault *why)
{
	char conninfo[CONNINFO_MAX], place[PATH_BYTES];
	struct cluster c = { .dir_fd = -1 };
	struct stat st;
	enum verdict v = cluster_place(dir, true, place, why);

	if (v != V_OK)
		return v;
	if (is_guest(place, &st))
		return look(place, &st, true, conninfo_out, why);
	v = cluster_open(place, true, &c, why);
	if (v == V_OK)
		v = cluster_make(&c, why);
	if (v == V_OK && snprintf(conninfo, sizeof(conninfo),
				 "host=%s port=5432 dbname=mobb user=mobb",
				 c.socket) >= (int)sizeof(conninfo))
		v = fault_set(why, V_BROKEN, CODE_DATABASE_START,
			"the path of the socket is too long");
	if (v == V_OK && !pg_alive(conninfo))
		v = server_start(&c, why);
	cluster_close(&c);
	if (v == V_OK)
		memcpy(conninfo_out, conninfo, strlen(conninfo) + 1);
	return v;
}

enum verdict
store_cluster_stop(const char *dir, struct fault *why)
{
	static const char *const status[] = { "-D", "data", "status", NULL };
	static const char *const stop[] = { "-D", "data", "-m", "fast", "-w",
		"-s", "stop", NULL };
	char place[PATH_BYTES];
	struct cluster c = { .dir_fd = -1 };
	struct stat st;
	int code = 0;
	enum verdict v = cluster_place(dir, false, place, why);

	if (v != V_OK)
		return v;
	if (is_guest(place, &st)) {
		v = fault_set(why, V_SKIP, CODE_NOT_ALLOWED,
			"only root or who made the database can stop it");
		fault_at(why, "%s", place);
		return v;
	}
	v = cluster_open(place, false, &c, why);
	if (v == V_SKIP)
		return V_OK; /* nothing there, nothing runs */
	if (v == V_OK)
		v = run(&c, "pg_ctl", status, NULL, &code, why);
	/* 3: no server running; 4: no cluster at all. */
	if (v == V_OK && code == 0)
		v = run_ok(&c, "pg_ctl", stop, NULL, why);
	cluster_close(&c);
	return v;
}

enum verdict
store_conninfo(const char *database, const char *dir,
	char conninfo_out[CONNINFO_MAX], struct fault *why)
{
	size_t len = strlen(database);

	if (strcmp(database, "private") == 0)
		return store_cluster_start(dir, conninfo_out, why);
	if (len >= CONNINFO_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"database: connection string too long");
	memcpy(conninfo_out, database, len + 1);
	return V_OK;
}
