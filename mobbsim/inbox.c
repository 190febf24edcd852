/* mobbsim/inbox.c - see mobbsim/inbox.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "mobbsim/head.h"
#include "mobbsim/inbox.h"

#define FILE_MAX ((size_t)2000000)

enum verdict
inbox_open(struct inbox *inbox, int sim_fd, struct fault *why)
{
	enum verdict v;

	inbox->fd = -1;
	inbox->root_fd = sim_fd;
	v = file_dirs(sim_fd, "messages", why);
	if (v == V_OK)
		v = file_dir(sim_fd, "messages", &inbox->fd, why);
	return v;
}

void
inbox_close(struct inbox *inbox)
{
	if (inbox->fd != -1)
		(void)close(inbox->fd);
	inbox->fd = -1;
}

static enum verdict
read_message(const struct inbox *inbox, const char *name,
	struct inbox_message *message, struct buf *reply, struct fault *why)
{
	struct buf file = BUF_MAX(FILE_MAX);
	const char *key, *value;
	enum verdict v;
	size_t at = 0;

	*message = (struct inbox_message){ .letters = -1 };
	v = file_get(inbox->fd, name, &file, why);
	if (v != V_OK)
		goto out;
	while (head_next(&file, &at, &key, &value)) {
		if (strcmp(key, "id") == 0)
			head_text(value, message->id, sizeof(message->id));
		else if (strcmp(key, "cpa") == 0)
			head_text(value, message->cpa_id,
				sizeof(message->cpa_id));
		else if (strcmp(key, "letters") == 0)
			message->letters = head_number(value);
		else if (strcmp(key, "received") == 0)
			head_text(value, message->received,
				sizeof(message->received));
		else if (strcmp(key, "body") == 0)
			head_text(value, message->sha256,
				sizeof(message->sha256));
	}
	if (message->id[0] == '\0' || message->letters < 0) {
		v = fault_set(why, V_BROKEN, CODE_IO, "not ours");
		fault_at(why, "sim/messages/%s", name);
		goto out;
	}
	if (reply != NULL)
		buf_add(reply, file.bytes + at, file.len - at);
out:
	buf_done(&file);
	return v;
}

enum verdict
inbox_find(const struct inbox *inbox, const char *message_id,
	struct inbox_message *message_out, struct buf *reply, struct fault *why)
{
	char name[HEAD_NAME_MAX];

	head_file_name(message_id, name);
	return read_message(inbox, name, message_out, reply, why);
}

enum verdict
inbox_put(const struct inbox *inbox, const struct inbox_message *message,
	const struct buf *reply, struct fault *why)
{
	struct buf file = BUF_MAX(FILE_MAX);
	char name[HEAD_NAME_MAX];
	enum verdict v;

	assert(message->letters >= 0);
	buf_format(&file,
		"id %s\ncpa %s\nletters %" PRId64 "\nreceived %s\nbody %s\n\n",
		message->id, message->cpa_id, message->letters,
		message->received, message->sha256);
	buf_add(&file, reply->bytes, reply->len);
	assert(!file.full);
	head_file_name(message->id, name);
	v = file_put(inbox->fd, name, file.bytes, file.len, 0640, why);
	buf_done(&file);
	return v;
}

int64_t
inbox_promise(void *inbox, const char *message_id)
{
	struct inbox_message message;
	struct fault unused;

	if (inbox_find(inbox, message_id, &message, NULL, &unused) != V_OK)
		return -1;
	return message.letters;
}

static enum verdict
sweep_one(const struct inbox *inbox, const struct ledger *ledger,
	const char *name, struct fault *why)
{
	char path[INBOX_NAME_MAX + 16];
	struct inbox_message message;
	enum verdict v;

	v = read_message(inbox, name, &message, NULL, why);
	if (v != V_OK)
		return v;
	if (message.letters == 0 || ledger_has(ledger, message.id))
		return V_OK;
	if (message.received[0] != '\0') {
		snprintf(path, sizeof(path), "received/%s", message.received);
		(void)unlinkat(inbox->root_fd, path, 0);
	}
	if (unlinkat(inbox->fd, name, 0) == -1)
		return fault_errno(
			why, V_BROKEN, CODE_IO, "sim/messages/%s", name);
	return V_OK;
}

enum verdict
inbox_sweep(const struct inbox *inbox, const struct ledger *ledger,
	struct fault *why)
{
	int fd = openat(inbox->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	enum verdict v = V_OK;
	struct dirent *entry;

	if (dir == NULL) {
		if (fd != -1)
			(void)close(fd);
		return fault_errno(why, V_BROKEN, CODE_IO, "sim/messages");
	}
	while (v == V_OK && (entry = readdir(dir)) != NULL)
		if (strlen(entry->d_name) == 32)
			v = sweep_one(inbox, ledger, entry->d_name, why);
	(void)closedir(dir);
	return v;
}
