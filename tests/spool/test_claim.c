/* tests/spool/test_claim.c - one winner, plain files only, crashes are harmless
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <sys/wait.h>

#include "tests/spool/room.h"

#include "base/digest.h"
#include "spool/room.h"

static struct room room;

static int
make(void **state)
{
	(void)state;
	room_make(&room);
	return 0;
}

static int
done(void **state)
{
	(void)state;
	room_done(&room);
	return 0;
}

static enum verdict
take(const char *name, struct claim *claim, struct fault *why)
{
	*claim = CLAIM_NONE;
	*why = FAULT_NONE;
	return spool_claim(room.spool, "woz", name, NOW, claim, why);
}

static void
test_claim__one_rename_makes_a_job(void **state)
{
	struct claim claim, second;
	struct fault why;

	(void)state;
	room_text(&room, "in/woz/a.xml", "hello");
	assert_int_equal(take("a.xml", &claim, &why), V_OK);
	assert_int_equal(claim.bytes, 5);
	assert_string_equal(claim.stream, "woz");
	assert_string_equal(claim.name, "a.xml");
	assert_int_equal(strncmp(claim.job, "20260215-", 9), 0);
	assert_int_equal(claim.promised_letters, -1);
	assert_int_equal(claim.promised_cents, -1);
	assert_string_equal(claim.parts[0].promised_sha256, "");
	assert_false(room_has(&room, "in/woz/a.xml"));
	assert_true(room_has(&room, "work/%s/a.xml", claim.job));
	assert_int_equal(take("a.xml", &second, &why), V_LATER);
	assert_int_equal(second.part_count, 0);
	assert_int_equal(room_count(&room, "work"), 1);
	claim_close(&claim);
	claim_close(&claim);
}

static void
test_claim__of_many_processes_one_wins(void **state)
{
	int i, status, won = 0, fd[2];
	char byte;

	(void)state;
	room_text(&room, "in/woz/a.xml", "hello");
	assert_int_equal(pipe(fd), 0);
	for (i = 0; i < 8; i++) {
		pid_t pid = fork();

		assert_true(pid != -1);
		if (pid == 0) {
			struct claim claim;
			struct fault why;

			close(fd[1]);
			(void)!read(fd[0], &byte, 1); /* all start at once */
			_exit((int)take("a.xml", &claim, &why));
		}
	}
	close(fd[0]);
	close(fd[1]);
	for (i = 0; i < 8; i++) {
		assert_true(wait(&status) != -1);
		assert_true(WIFEXITED(status));
		assert_true(WEXITSTATUS(status) == V_OK ||
			    WEXITSTATUS(status) == V_LATER);
		won += WEXITSTATUS(status) == V_OK;
	}
	assert_int_equal(won, 1);
	assert_int_equal(room_count(&room, "work"), 1);
}

static void
test_claim__sidecars_move_along_and_promise(void **state)
{
	static const char hex[] = "2cf24dba5fb0a30e26e83b2ac5b9e29e"
				  "1b161e5c1fa7425e73043362938b9824";
	struct claim claim;
	struct fault why;
	char text[200];

	(void)state;
	room_text(&room, "in/woz/a.xml", "hello");
	room_text(&room, "in/woz/a.xml.ready", "");
	room_text(&room, "in/woz/a.xml.trigger", "bytes=5 letters=40213\n");
	room_text(&room, "in/woz/a.xml.totals",
		"letters=40213 amount=33914002.17\n");
	snprintf(text, sizeof(text), "%s  a.xml\n", hex);
	room_text(&room, "in/woz/a.xml.sha256", text);
	assert_int_equal(take("a.xml", &claim, &why), V_OK);
	assert_int_equal(claim.promised_letters, 40213);
	assert_int_equal(claim.promised_cents, 3391400217);
	assert_string_equal(claim.parts[0].promised_sha256, hex);
	assert_int_equal(room_count(&room, "in/woz"), 0);
	assert_true(room_has(&room, "work/%s/a.xml.sha256", claim.job));
	assert_int_equal(spool_digest(&claim, &why), V_OK);
	digest_hex(claim.sha256, DIGEST_BYTES, text);
	assert_string_equal(text, hex);
	claim_close(&claim);
}

static void
test_claim__a_sidecar_without_sense_refuses_the_file(void **state)
{
	static const char hex[] = "2cf24dba5fb0a30e26e83b2ac5b9e29e"
				  "1b161e5c1fa7425e73043362938b9824";
	static const struct {
		const char *ready, *totals;
	} cases[] = {
		{ "lettres=3", "" },
		{ "letters=-3", "" },
		{ "letters=3x", "" },
		{ "letters=3", "letters=4" },
		{ "amount=1.5", "" },
		{ "amount=.50", "" },
		{ "amount=1.23.45", "" },
		{ "bytes=4", "" },
		{ "sha256=abc", "" },
		{ "sha256=zzf24dba5fb0a30e26e83b2ac5b9e29e"
		  "1b161e5c1fa7425e73043362938b9824",
			"" },
		{ "other.xml", "" },
		{ "99999999999999999999", "" },
	};
	struct claim claim;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		room_text(&room, "in/woz/a.xml", "hello");
		room_text(&room, "in/woz/a.xml.ready", cases[i].ready);
		room_text(&room, "in/woz/a.xml.totals", cases[i].totals);
		assert_int_equal(take("a.xml", &claim, &why), V_SKIP);
		assert_int_equal(why.code, CODE_SIDECAR);
		assert_int_equal(claim.part_count, 0);
		assert_int_equal(spool_refuse(room.spool, claim.job, claim.name,
					 why.text, &why),
			V_OK);
		assert_true(room_has(&room, "bad/%s/a.xml.reason", claim.job));
		claim_close(&claim);
	}
	room_text(&room, "in/woz/a.xml", "hello");
	room_text(&room, "in/woz/a.xml.sha256", hex);
	assert_int_equal(take("a.xml", &claim, &why), V_OK);
	claim_close(&claim);
}

static void
test_claim__links_fifos_and_folders_are_moved_out_to_be_refused(void **state)
{
	static const char *const names[] = { "link", "fifo", "folder",
		"dangling" };
	struct claim claim;
	struct fault why;
	size_t i;

	(void)state;
	assert_int_equal(symlinkat("/etc/passwd", room.fd, "in/woz/link"), 0);
	assert_int_equal(symlinkat("/no/such", room.fd, "in/woz/dangling"), 0);
	assert_int_equal(mkfifoat(room.fd, "in/woz/fifo", 0600), 0);
	assert_int_equal(mkdirat(room.fd, "in/woz/folder", 0700), 0);
	room_text(&room, "in/woz/folder/x.xml", "<a/>");
	for (i = 0; i < 4; i++) {
		assert_int_equal(take(names[i], &claim, &why), V_SKIP);
		assert_int_equal(why.code, CODE_NOT_FILE);
		assert_int_equal(claim.part_count, 0);
		assert_string_equal(claim.name, names[i]);
		assert_int_equal(spool_refuse(room.spool, claim.job, claim.name,
					 why.text, &why),
			V_OK);
		assert_true(room_has(&room, "bad/%s/%s", claim.job, names[i]));
		claim_close(&claim);
	}
	assert_int_equal(room_count(&room, "in/woz"), 0);
	assert_int_equal(room_count(&room, "work"), 0);
}

static void
test_claim__odd_names_are_refused_under_a_safe_one(void **state)
{
	static const char *const names[] = { "two words.xml", "new\nline",
		"caf\xc3\xa9.xml", "%41", "content", "a;b", "*" };
	struct claim claim;
	struct fault why;
	char path[100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "in/woz/%s", names[i]);
		room_text(&room, path, "hello");
		assert_int_equal(take(names[i], &claim, &why), V_SKIP);
		assert_int_equal(why.code, CODE_NAME);
		assert_null(strchr(why.text, '\n'));
		if (i == 0)
			assert_non_null(strstr(why.text, "'two%20words.xml'"));
		/* After a crash it is refused just the same. */
		claim_close(&claim);
		assert_int_equal(
			spool_claimed(room.spool, claim.job, &claim, &why),
			V_SKIP);
		assert_int_equal(why.code, CODE_NAME);
		assert_int_equal(spool_refuse(room.spool, claim.job, claim.name,
					 why.text, &why),
			V_OK);
		claim_close(&claim);
	}
	assert_int_equal(room_count(&room, "in/woz"), 0);
}

static void
test_claim__a_name_too_long_is_refused(void **state)
{
	struct spool_rule rule = { .stream = "woz" };
	char path[300] = "in/woz/", name[SPOOL_DROPPED_MAX];
	struct claim claim;
	struct fault why;

	(void)state;
	memset(path + 7, 'x', SPOOL_NAME_MAX + 1);
	room_text(&room, path, "hello");
	assert_int_equal(spool_next(room.spool, &rule, NOW, name, &why), V_OK);
	assert_int_equal(take(name, &claim, &why), V_SKIP);
	assert_int_equal(why.code, CODE_NAME);
	assert_int_equal(room_count(&room, "in/woz"), 0);
	claim_close(&claim);
	/* One byte less is fine. */
	path[7 + SPOOL_NAME_MAX] = '\0';
	room_text(&room, path, "hello");
	assert_int_equal(spool_next(room.spool, &rule, NOW, name, &why), V_OK);
	assert_int_equal(take(name, &claim, &why), V_OK);
	claim_close(&claim);
}

/* Its first 120 bytes end as something unfinished, or as a part of a set. */
static void
test_claim__a_name_too_long_is_not_taken_for_what_it_begins_with(void **state)
{
	static const char *const begins[] = { ".tmp", ".part", ".ready",
		"_01" };
	struct spool_rule rule = { .stream = "woz", .parts = true };
	char path[300], name[SPOOL_DROPPED_MAX], head[SPOOL_NAME_MAX + 1];
	struct claim claim = CLAIM_NONE;
	struct fault why;
	size_t i;

	(void)state;
	memset(head, 'b', SPOOL_NAME_MAX);
	head[SPOOL_NAME_MAX] = '\0';
	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		int len = (int)(SPOOL_NAME_MAX - strlen(begins[i]));

		snprintf(path, sizeof(path), "in/woz/%.*s%s%s", len, head,
			begins[i], "234567.zip");
		room_text(&room, path, "junk");
		assert_int_equal(
			spool_next(room.spool, &rule, NOW, name, &why), V_OK);
		assert_int_equal(spool_claim_by(room.spool, &rule, name, NOW,
					 &claim, &why),
			V_SKIP);
		assert_int_equal(why.code, CODE_NAME);
		assert_int_equal(room_count(&room, "in/woz"), 0);
		claim_close(&claim);
	}
}

/* Each is a file of its own, though they begin alike. */
static void
test_claim__names_too_long_that_begin_alike_are_all_refused(void **state)
{
	struct spool_rule rule = { .stream = "woz" };
	char path[300] = "in/woz/", name[SPOOL_DROPPED_MAX];
	struct claim claim = CLAIM_NONE;
	struct fault why;
	int i;

	(void)state;
	memset(path + 7, 'x', 200);
	for (i = 0; i < 3; i++) {
		path[7 + 200 - i] = '\0';
		room_text(&room, path, "junk");
	}
	for (i = 0; i < 3; i++) {
		assert_int_equal(
			spool_next(room.spool, &rule, NOW, name, &why), V_OK);
		assert_int_equal(take(name, &claim, &why), V_SKIP);
		assert_int_equal(why.code, CODE_NAME);
		claim_close(&claim);
	}
	assert_int_equal(spool_next(room.spool, &rule, NOW, name, &why), V_END);
}

static void
test_claim__a_file_larger_than_the_disk_waits(void **state)
{
	struct claim claim;
	struct fault why;
	int fd = openat(
		room.fd, "in/woz/a.zip", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	/* A hole of 8 TB takes no room, but working on it would. */
	if (fd == -1 || ftruncate(fd, INT64_C(8) << 40) == -1) {
		close(fd);
		skip();
	}
	close(fd);
	assert_int_equal(take("a.zip", &claim, &why), V_LATER);
	assert_int_equal(why.code, CODE_DISK_FULL);
	assert_true(room_has(&room, "in/woz/a.zip"));
	assert_int_equal(room_count(&room, "work"), 0);
}

/* The need of disk by what a file's first bytes say it is. */
static int64_t
need(const void *head, size_t len, size_t at, const char *name, bool unpacks)
{
	struct spool_rule rule = { .stream = "woz", .unpacks = unpacks };
	const size_t size = 1000000;
	char *bytes = calloc(1, size), path[64];
	int64_t n;
	int in;

	assert_non_null(bytes);
	memcpy(bytes + at, head, len);
	if (len >= 8 && memcmp(head, "\x1f\x8b", 2) == 0)
		memcpy(bytes + size - 4, "\x40\x4b\x4c\0", 4); /* 5 MB */
	snprintf(path, sizeof(path), "in/woz/%s", name);
	room_put(&room, path, bytes, size);
	free(bytes);
	in = openat(room.fd, "in/woz", O_RDONLY | O_DIRECTORY);
	n = room_need(in, name, &rule);
	assert_int_equal(unlinkat(in, name, 0), 0);
	close(in);
	return n;
}

static void
test_need__follows_from_the_container(void **state)
{
	/* gzip of 512 bytes, a tar's first header; and of an XML's beginning */
	static const char tgz[] = "\x1f\x8b\x08\x08\0\0\0\0\0\3"
				  "a.tar\0"
				  "\1\0\2\xff\xfd";
	static const char gz[] = "\x1f\x8b\x08\0\0\0\0\0\0\3"
				 "\1\4\0\xfb\xff<xml";
	char packed[600] = "";

	(void)state;
	memcpy(packed, tgz, sizeof(tgz) - 1);
	memcpy(packed + sizeof(tgz) - 1 + 257, "ustar", 5);
	/* 5 %; documents inline stay where they are and come on paper */
	assert_int_equal(need("<xml>", 5, 0, "a.xml", false), 50000);
	assert_int_equal(need("<xml>", 5, 0, "a.xml", true), 800000);
	/* members stay where they are; what goes on paper is copied */
	assert_int_equal(need("PK\3\4", 4, 0, "a.zip", false), 1050000);
	assert_int_equal(need("PK\3\4", 4, 0, "a.xml", true), 2050000);
	assert_int_equal(need("ustar", 5, 257, "a.tar", false), 2050000);
	/* the footer says 5 MB */
	assert_int_equal(
		need(packed, sizeof(packed), 0, "a.gz", false), 10050000);
	assert_int_equal(need(gz, sizeof(gz) - 1, 0, "a.gz", false), 50000);
	assert_int_equal(need(gz, sizeof(gz) - 1, 0, "a.tgz", true), 7550000);
	assert_int_equal(need("\xfd"
			      "7zXZ",
				 6, 0, "a.xz", false),
		2650000);
	assert_int_equal(need("x", 1, 0, "a", false), 50000);
}

static void
test_claimed__a_job_is_known_from_its_folder_alone(void **state)
{
	struct claim claim, again = CLAIM_NONE;
	struct fault why;

	(void)state;
	room_text(&room, "in/woz/a.xml", "hello");
	room_text(&room, "in/woz/a.xml.ready", "letters=7");
	assert_int_equal(take("a.xml", &claim, &why), V_OK);
	claim_close(&claim);
	assert_int_equal(
		spool_claimed(room.spool, claim.job, &again, &why), V_OK);
	assert_string_equal(again.stream, "woz");
	assert_string_equal(again.name, "a.xml");
	assert_string_equal(again.job, claim.job);
	assert_int_equal(again.bytes, 5);
	assert_int_equal(again.promised_letters, 7);
	claim_close(&again);
	assert_int_equal(
		spool_claimed(room.spool, "20260215-zzzz", &again, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_NO_JOB);
	assert_int_equal(
		spool_claimed(room.spool, "../in", &again, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_NO_JOB);
}

/* As a crash leaves it between the rename of the file and its sidecars. */
static void
test_claimed__sidecars_left_behind_by_a_crash_are_fetched(void **state)
{
	struct claim claim;
	struct fault why;
	int newer;

	(void)state;
	assert_int_equal(mkdirat(room.fd, "work/20260215-aaaa", 0700), 0);
	assert_int_equal(mkdirat(room.fd, "work/20260215-aaab", 0700), 0);
	for (newer = 0; newer < 2; newer++) {
		char job[] = "20260215-aaaa", path[64];

		job[12] = newer ? 'b' : 'a';
		snprintf(path, sizeof(path), "work/%s/.claiming", job);
		room_text(&room, path, "woz\na.xml\n\n");
		snprintf(path, sizeof(path), "work/%s/a.xml", job);
		room_text(&room, path, "hello");
		room_text(&room, "in/woz/a.xml.ready", "letters=7");
		/* A newer file of that name keeps its own sidecar. */
		if (newer)
			room_text(&room, "in/woz/a.xml", "newer");
		assert_int_equal(
			spool_claimed(room.spool, job, &claim, &why), V_OK);
		assert_int_equal(claim.promised_letters, newer ? -1 : 7);
		assert_true(room_has(&room, "work/%s/.claim", job));
		assert_false(room_has(&room, "work/%s/.claiming", job));
		claim_close(&claim);
	}
	assert_true(room_has(&room, "in/woz/a.xml.ready"));
}

/* The same, but a newer file of that name came: whose sidecar lies there? */
static void
test_claimed__a_sidecar_that_was_seen_and_is_lost_refuses_the_file(void **state)
{
	static const struct {
		const char *claiming, *there;
		bool refused;
	} cases[] = {
		{ "woz\na.xml\n\n.ready\n.sha256\n", NULL, true },
		{ "woz\na.xml\n\n.ready\n.totals\n", "a.xml.totals", true },
		{ "woz\na.xml\n\n.ready\n", "a.xml.ready", false },
		{ "woz\na.xml\n\n", NULL, false },
	};
	struct claim claim = CLAIM_NONE;
	struct fault why;
	size_t i;

	(void)state;
	room_text(&room, "in/woz/a.xml", "newer");
	room_text(&room, "in/woz/a.xml.ready", "letters=7");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char job[] = "20260215-aaaa", path[64];

		job[12] = (char)('a' + i);
		snprintf(path, sizeof(path), "work/%s", job);
		assert_int_equal(mkdirat(room.fd, path, 0700), 0);
		snprintf(path, sizeof(path), "work/%s/.claiming", job);
		room_text(&room, path, cases[i].claiming);
		snprintf(path, sizeof(path), "work/%s/a.xml", job);
		room_text(&room, path, "hello");
		if (cases[i].there != NULL) {
			snprintf(path, sizeof(path), "work/%s/%s", job,
				cases[i].there);
			room_text(&room, path, "letters=3");
		}
		assert_int_equal(spool_claimed(room.spool, job, &claim, &why),
			cases[i].refused ? V_SKIP : V_OK);
		if (cases[i].refused)
			assert_int_equal(why.code, CODE_SIDECAR);
		else
			assert_int_equal(claim.promised_letters,
				cases[i].there != NULL ? 3 : -1);
		claim_close(&claim);
		/* And once more just the same. */
		assert_int_equal(spool_claimed(room.spool, job, &claim, &why),
			cases[i].refused ? V_SKIP : V_OK);
		claim_close(&claim);
	}
	assert_true(room_has(&room, "in/woz/a.xml.ready"));
}

static void
test_look__a_file_is_opened_where_it_lies(void **state)
{
	struct claim claim = CLAIM_NONE;
	struct fault why;
	char path[100];

	(void)state;
	room_text(&room, "in/woz/a b.xml", "hello");
	room_text(&room, "in/woz/a b.xml.totals", "letters=7");
	snprintf(path, sizeof(path), "%s/in/woz/a b.xml", room.path);
	assert_int_equal(spool_look(path, &claim, &why), V_OK);
	assert_int_equal(claim.part_count, 1);
	assert_int_equal(claim.bytes, 5);
	assert_true(claim.dir < 3);
	assert_string_equal(claim.job, "");
	assert_string_equal(claim.name, "a b.xml");
	assert_int_equal(claim.promised_letters, 7);
	assert_int_equal(spool_digest(&claim, &why), V_OK);
	claim_close(&claim);
	assert_true(room_has(&room, "in/woz/a b.xml"));

	room_text(&room, "in/woz/a b.xml.totals", "lettres=7");
	assert_int_equal(spool_look(path, &claim, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_SIDECAR);
	assert_int_equal(spool_look(room.path, &claim, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_NOT_FILE);
	assert_int_equal(spool_look("/no/such/file", &claim, &why), V_BROKEN);
	assert_int_equal(claim.part_count, 0);
}

static void
test_digest__a_file_that_grows_is_noticed(void **state)
{
	struct claim claim;
	struct fault why;
	int fd;

	(void)state;
	room_text(&room, "in/woz/a.xml", "hello");
	fd = openat(room.fd, "in/woz/a.xml", O_WRONLY | O_APPEND);
	assert_int_equal(take("a.xml", &claim, &why), V_OK);
	assert_int_equal(write(fd, "more", 4), 4);
	close(fd);
	assert_int_equal(spool_digest(&claim, &why), V_BROKEN);
	claim_close(&claim);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, done)
	const struct CMUnitTest tests[] = {
		T(test_claim__one_rename_makes_a_job),
		T(test_claim__of_many_processes_one_wins),
		T(test_claim__sidecars_move_along_and_promise),
		T(test_claim__a_sidecar_without_sense_refuses_the_file),
		T(test_claim__links_fifos_and_folders_are_moved_out_to_be_refused),
		T(test_claim__odd_names_are_refused_under_a_safe_one),
		T(test_claim__a_name_too_long_is_refused),
		T(test_claim__a_name_too_long_is_not_taken_for_what_it_begins_with),
		T(test_claim__names_too_long_that_begin_alike_are_all_refused),
		T(test_claim__a_file_larger_than_the_disk_waits),
		T(test_need__follows_from_the_container),
		T(test_look__a_file_is_opened_where_it_lies),
		T(test_claimed__a_job_is_known_from_its_folder_alone),
		T(test_claimed__sidecars_left_behind_by_a_crash_are_fetched),
		T(test_claimed__a_sidecar_that_was_seen_and_is_lost_refuses_the_file),
		T(test_digest__a_file_that_grows_is_noticed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
