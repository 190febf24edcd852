/* mobbsim/room.c - make a rehearsal room; see mobbsim/room.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _XOPEN_SOURCE 700 /* realpath() */

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "mobbsim/cpa.h"
#include "mobbsim/pki.h"
#include "mobbsim/room.h"
#include "mobbsim/room_text.h"

#define PEM_MAX ((size_t)100000)
#define TEXT_MAX ((size_t)100000)
#define CPA_ID_MAX 120
#define URL_MAX 64
#define OURS "Gemeente Voorbeeld"
#define THEIRS "Berichtenbox (oefening)"

static const char *const folders[] = {
	"pki",
	"pki/extra",
	"keys",
	"db",
	"spool",
	"spool/in",
	"spool/in/woz",
	"spool/in/uitkering",
	"spool/in/jaaropgave",
	"spool/in/parkeren",
	"spool/in/print",
	"spool/work",
	"spool/done",
	"spool/bad",
	"spool/out",
	"spool/print",
	"spool/print/out",
	"spool/sent",
	"sim",
};

static const struct pki_leaf leaves[] = {
	{ "ours-server", ROOM_OUR_OIN, OURS, true, PKI_SOUND },
	{ "ours-client", ROOM_OUR_OIN, OURS, false, PKI_SOUND },
	{ "theirs-server", ROOM_THEIR_OIN, THEIRS, true, PKI_SOUND },
	{ "theirs-client", ROOM_THEIR_OIN, THEIRS, false, PKI_SOUND },
	/* Theirs, as they should not be. */
	{ "extra/foreign-server", ROOM_THEIR_OIN, THEIRS, true, PKI_FOREIGN },
	{ "extra/foreign-client", ROOM_THEIR_OIN, THEIRS, false, PKI_FOREIGN },
	{ "extra/expired-server", ROOM_THEIR_OIN, THEIRS, true, PKI_EXPIRED },
	{ "extra/expired-client", ROOM_THEIR_OIN, THEIRS, false, PKI_EXPIRED },
	{ "extra/other-oin-server", ROOM_OTHER_OIN, THEIRS, true, PKI_SOUND },
	{ "extra/other-oin-client", ROOM_OTHER_OIN, THEIRS, false, PKI_SOUND },
	{ "extra/wrong-host-server", ROOM_THEIR_OIN, THEIRS, true,
		PKI_WRONG_HOST },
	{ "extra/revoked-server", ROOM_THEIR_OIN, THEIRS, true, PKI_REVOKED },
	{ "extra/revoked-client", ROOM_THEIR_OIN, THEIRS, false, PKI_REVOKED },
};

#define LEAVES (sizeof(leaves) / sizeof(leaves[0]))

/* The certificates in an agreement. */
enum {
	OURS_S,
	OURS_C,
	THEIRS_S,
	THEIRS_C,
	CERTIFICATES
};

/* A port nobody listens on, as far as the system knows at this moment; the
 * socket is left open until both are chosen, or they could be the same.
 */
static int
free_port(int *fd_out)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*fd_out = fd;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)&at, len) == -1 ||
		getsockname(fd, (struct sockaddr *)&at, &len) == -1)
		return 0;
	return ntohs(at.sin_port);
}

enum verdict
room_ports_parse(
	const char *text, struct room_ports *ports_out, struct fault *why)
{
	char first[8], *comma;
	int64_t ours, theirs;
	size_t len;

	if (strcmp(text, "auto") == 0) {
		int a, b;

		ours = free_port(&a);
		theirs = free_port(&b);
		if (a != -1)
			(void)close(a);
		if (b != -1)
			(void)close(b);
		if (ours == 0 || theirs == 0)
			return fault_errno(
				why, V_BROKEN, CODE_IO, "no free port");
		*ports_out = (struct room_ports){ (int)ours, (int)theirs };
		return V_OK;
	}
	comma = strchr(text, ',');
	len = comma == NULL ? sizeof(first) : (size_t)(comma - text);
	if (len < sizeof(first)) {
		memcpy(first, text, len);
		first[len] = '\0';
		if (text_number(first, 65535, &ours) && ours > 0 &&
			text_number(comma + 1, 65535, &theirs) && theirs > 0 &&
			ours != theirs) {
			*ports_out =
				(struct room_ports){ (int)ours, (int)theirs };
			return V_OK;
		}
	}
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"--ports takes two ports, such as 18443,28443, or auto");
}

/* --- where data files are --- */

static bool
is_there(const char *folder, const char *inside)
{
	char path[PATH_MAX + 128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", folder, inside);
	return stat(path, &st) == 0;
}

/* The folder of the program itself, "" when it cannot be told. */
static void
program_folder(char out[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
	char *slash;

	out[n > 0 ? n : 0] = '\0';
	slash = strrchr(out, '/');
	if (slash != NULL)
		*slash = '\0';
}

enum verdict
room_find(const char *variable, const char *name, const char *inside,
	char path_out[PATH_MAX])
{
	char program[PATH_MAX], folder[PATH_MAX + 64];
	const char *set = getenv(variable);
	const struct {
		const char *root, *rest;
	} places[] = {
		{ program, "/../.." },	       /* build/gcc of the sources */
		{ program, "/../share/mobb" }, /* installed anywhere */
		{ "", "/usr/share/mobb" },
		{ "", "/usr/local/share/mobb" },
	};
	size_t i;

	if (set != NULL && set[0] != '\0' && realpath(set, path_out) != NULL)
		return V_OK;
	if (is_there(name, inside) && realpath(name, path_out) != NULL)
		return V_OK;
	program_folder(program);
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(folder, sizeof(folder), "%s%s/%s", places[i].root,
			places[i].rest, name);
		if (is_there(folder, inside) &&
			realpath(folder, path_out) != NULL)
			return V_OK;
	}
	snprintf(path_out, PATH_MAX, "/usr/share/mobb/%s", name);
	return V_SKIP;
}

/* --- making it --- */

/* One folder, reachable for the user PostgreSQL runs as. */
static enum verdict
make_folder(int at, const char *path, struct fault *why)
{
	if (mkdirat(at, path, 0755) == -1) {
		if (errno == EEXIST)
			return V_OK;
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "mkdir %s", path);
	}
	/* Whatever the umask says. */
	if (fchmodat(at, path, 0755, 0) == -1)
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "chmod %s", path);
	return V_OK;
}

static enum verdict
make_path(const char *dir, struct fault *why)
{
	char part[PATH_MAX];
	size_t i, len = strlen(dir);
	enum verdict v = V_OK;

	if (len == 0 || len >= sizeof(part))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"the room needs a folder name");
	memcpy(part, dir, len + 1);
	for (i = 1; v == V_OK && i <= len; i++) {
		if (dir[i] != '/' && dir[i] != '\0')
			continue;
		part[i] = '\0';
		v = make_folder(AT_FDCWD, part, why);
		part[i] = dir[i];
	}
	return v;
}

/* The base64 lines of a certificate, without those that begin with a dash. */
static enum verdict
pem_body(int dir, const char *path, struct buf *out, struct fault *why)
{
	struct buf pem = BUF_MAX(PEM_MAX);
	enum verdict v;
	char *line, *next;

	v = file_get(dir, path, &pem, why);
	if (v == V_SKIP)
		v = V_BROKEN;
	for (line = pem.bytes; v == V_OK && *line != '\0'; line = next) {
		next = strchr(line, '\n');
		next = next == NULL ? line + strlen(line) : next + 1;
		if (*line != '-')
			buf_add(out, line, (size_t)(next - line));
	}
	buf_done(&pem);
	return v;
}

void
room_sender(int nth, struct room_sender *out)
{
	char suffix[8] = "";

	assert(nth >= 1 && nth <= ROOM_SENDERS_MAX);
	memcpy(out->oin, ROOM_OUR_OIN, sizeof(ROOM_OUR_OIN));
	if (nth > 1) {
		snprintf(suffix, sizeof(suffix), "-%d", nth);
		snprintf(out->oin + strlen(ROOM_OUR_OIN) - 2, 3, "%02d", nth);
	}
	snprintf(out->name, sizeof(out->name), "voorbeeld%s", suffix);
	snprintf(out->cpa, sizeof(out->cpa), "cpa%s.xml", suffix);
	snprintf(out->client, sizeof(out->client), "ours-client%s", suffix);
}

/* The agreement of one sender; the certificates stand in `body`. */
static void
write_cpa(const struct room_ports *ports,
	const struct room_agreement *agreement,
	const struct room_sender *sender, const struct buf body[CERTIFICATES],
	struct buf *text)
{
	char our_url[URL_MAX], their_url[URL_MAX], id[CPA_ID_MAX];
	struct cpa_plan plan;

	snprintf(id, sizeof(id),
		"MIJNOVERHEID-EBMS-BB-2-0_%s_" ROOM_THEIR_OIN "_rehearsal",
		sender->oin);
	snprintf(our_url, sizeof(our_url), "https://localhost:%d/ebms",
		ports->ours);
	snprintf(their_url, sizeof(their_url), "https://localhost:%d/ebms",
		ports->theirs);
	plan = (struct cpa_plan){
		.id = id,
		.start = "2020-01-01T00:00:00Z",
		.end = "2099-12-31T00:00:00Z",
		.retries = agreement->retries,
		.interval = agreement->interval,
		.persist = agreement->persist,
		.mode = agreement->mode,
		.ours = { "OURS", OURS, sender->oin, "SR", our_url,
			body[OURS_S].bytes, body[OURS_C].bytes },
		.theirs = { "THEIRS", THEIRS, ROOM_THEIR_OIN, "SP", their_url,
			body[THEIRS_S].bytes, body[THEIRS_C].bytes },
	};
	cpa_write(&plan, text);
	assert(!text->full);
}

static enum verdict
put_cpa(int dir, const struct room_ports *ports,
	const struct room_agreement *agreement,
	const struct room_sender *sender, struct fault *why)
{
	static const char *const files[CERTIFICATES] = {
		[OURS_S] = "ours-server",
		[THEIRS_S] = "theirs-server",
		[THEIRS_C] = "theirs-client",
	};
	struct buf text = BUF_MAX(TEXT_MAX), body[CERTIFICATES];
	char path[64];
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; i < CERTIFICATES; i++)
		body[i] = BUF_MAX(PEM_MAX);
	for (i = 0; v == V_OK && i < CERTIFICATES; i++) {
		snprintf(path, sizeof(path), "pki/%s.crt",
			i == OURS_C ? sender->client : files[i]);
		v = pem_body(dir, path, &body[i], why);
	}
	if (v == V_OK) {
		write_cpa(ports, agreement, sender, body, &text);
		v = file_put(dir, sender->cpa, text.bytes, text.len, 0644, why);
	}
	for (i = 0; i < CERTIFICATES; i++)
		buf_done(&body[i]);
	buf_done(&text);
	return v;
}

static enum verdict
put_cpas(int dir, const struct room_ports *ports,
	const struct room_agreement *agreement, struct fault *why)
{
	struct room_sender sender;
	enum verdict v = V_OK;
	int i;

	for (i = 1; v == V_OK && i <= agreement->senders; i++) {
		room_sender(i, &sender);
		v = put_cpa(dir, ports, agreement, &sender, why);
	}
	return v;
}

/* The certificates of all, those of further senders behind the others. */
static enum verdict
put_pki(int dir, int senders, int64_t now_ms, struct fault *why)
{
	struct pki_leaf all[LEAVES + ROOM_SENDERS_MAX];
	struct room_sender more[ROOM_SENDERS_MAX + 1];
	size_t count = LEAVES;
	int i;

	memcpy(all, leaves, sizeof(leaves));
	for (i = 2; i <= senders; i++) {
		room_sender(i, &more[i]);
		all[count++] = (struct pki_leaf){ more[i].client, more[i].oin,
			OURS, false, PKI_SOUND };
	}
	return pki_make(dir, all, count, now_ms, why);
}

/* Where each of several senders drops its files. */
static enum verdict
make_sender_folders(int dir, int senders, struct fault *why)
{
	static const char in[] = "spool/in/";
	struct room_sender sender;
	enum verdict v = V_OK;
	char path[96];
	size_t i;
	int k;

	for (i = 0; senders > 1 && i < sizeof(folders) / sizeof(*folders); i++)
		for (k = 1; v == V_OK && k <= senders &&
			    strncmp(folders[i], in, sizeof(in) - 1) == 0;
			k++) {
			room_sender(k, &sender);
			snprintf(path, sizeof(path), "%s/%s", folders[i],
				sender.name);
			v = make_folder(dir, path, why);
		}
	return v;
}

static enum verdict
put_key(int dir, struct fault *why)
{
	uint8_t key[DIGEST_BYTES];
	char hex[DIGEST_HEX_MAX + 1];

	digest_random(key, sizeof(key));
	digest_hex(key, sizeof(key), hex);
	memcpy(hex + 2 * sizeof(key), "\n", 2);
	return file_put(
		dir, "keys/site.key", hex, 2 * sizeof(key) + 1, 0600, why);
}

static enum verdict
put_settings(
	int dir, const struct room_ports *ports, int senders, struct fault *why)
{
	char formats[PATH_MAX], schemas[PATH_MAX];
	struct buf text = BUF_MAX(TEXT_MAX);
	enum verdict v;

	(void)room_find("MOBB_FORMATS", "formats", "", formats);
	(void)room_find("MOBB_SCHEMAS", "schemas", "box-request.xsd", schemas);
	room_text_sim(ports, senders, schemas, &text);
	v = file_put(dir, "sim.yaml", text.bytes, text.len, 0644, why);
	buf_reset(&text);
	room_text_jobs(ports, senders, formats, &text);
	/* Last: a room with a jobs file is a whole room. */
	if (v == V_OK)
		v = file_put(dir, "jobs.yaml", text.bytes, text.len, 0644, why);
	assert(!text.full);
	buf_done(&text);
	return v;
}

enum verdict
room_make(const char *dir, const struct room_ports *ports,
	const struct room_agreement *agreement, int64_t now_ms,
	struct fault *why)
{
	int fd = -1, pki = -1;
	enum verdict v;
	size_t i;

	v = make_path(dir, why);
	if (v != V_OK)
		return v;
	v = file_dir(AT_FDCWD, dir, &fd, why);
	if (v != V_OK)
		return v;
	if (faccessat(fd, "jobs.yaml", F_OK, 0) == 0) {
		v = fault_set(why, V_BROKEN, CODE_SPOOL,
			"there is a room already; init makes a new one");
		fault_at(why, "%s", dir);
		goto out;
	}
	for (i = 0; v == V_OK && i < sizeof(folders) / sizeof(folders[0]); i++)
		v = make_folder(fd, folders[i], why);
	if (v == V_OK)
		v = file_dir(fd, "pki", &pki, why);
	if (v == V_OK)
		v = put_pki(pki, agreement->senders, now_ms, why);
	if (v == V_OK)
		v = make_sender_folders(fd, agreement->senders, why);
	if (v == V_OK)
		v = put_cpas(fd, ports, agreement, why);
	if (v == V_OK)
		v = put_key(fd, why);
	if (v == V_OK)
		v = put_settings(fd, ports, agreement->senders, why);
out:
	if (pki != -1)
		(void)close(pki);
	(void)close(fd);
	return v;
}
