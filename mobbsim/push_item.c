/* mobbsim/push_item.c - see mobbsim/push_item.h
 *
 * A result is two files: the payload, NAME.xml or, of an answer, NAME.gz, written
 * once, and NAME.head, rewritten for each MessageId.  The head is what counts.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/uuid.h"
#include "mobbsim/envelope.h"
#include "mobbsim/push_item.h"

#define HEAD_BYTES_MAX ((size_t)20000)
#define PATH_BYTES 80
#define NTH_MAX 100

struct push_item *
push_item_signal(const void *bytes, size_t len)
{
	struct push_item *item = mem_zero(1, sizeof(*item));

	item->signal = BUF_MAX(len + 1);
	buf_add(&item->signal, bytes, len);
	return item;
}

struct push_item *
push_item_result(const char *ref_to, const char *conversation, int nth)
{
	char key[INBOX_ID_MAX + 16];
	struct push_item *item = mem_zero(1, sizeof(*item));

	assert(strlen(ref_to) < sizeof(item->ref_to));
	assert(strlen(conversation) < sizeof(item->conversation));
	item->result = true;
	memcpy(item->ref_to, ref_to, strlen(ref_to) + 1);
	memcpy(item->conversation, conversation, strlen(conversation) + 1);
	item->nth = nth;
	if (nth == 1)
		snprintf(key, sizeof(key), "%s", ref_to);
	else
		snprintf(key, sizeof(key), "%s#%d", ref_to, nth);
	head_file_name(key, item->file);
	return item;
}

void
push_item_free(struct push_item *item)
{
	buf_done(&item->signal);
	free(item);
}

static const char *
payload_kind(const struct push_item *item)
{
	return item->answer ? "gz" : "xml";
}

static void
path_of(const struct push_item *item, const char *kind, char path[PATH_BYTES])
{
	snprintf(path, PATH_BYTES, "queue/%s.%s", item->file, kind);
}

enum verdict
push_item_save(const struct push_item *item, int sim_fd, struct fault *why)
{
	struct buf head = BUF_MAX(HEAD_BYTES_MAX);
	char path[PATH_BYTES];
	enum verdict v;
	size_t i;

	buf_format(&head,
		"ref %s\nconversation %s\nnth %d\nwith %d\nanswer %d\n",
		item->ref_to, item->conversation, item->nth, !item->no_ref,
		item->answer);
	buf_format(&head, "cpa %s\n", item->cpa_id);
	buf_format(&head, "issued %" PRId64 "\n", item->issued_ms);
	for (i = 0; i < PUSH_IDS_MAX && item->ids[i][0] != '\0'; i++)
		buf_format(&head, "id %s\n", item->ids[i]);
	buf_text(&head, "\n");
	assert(!head.full);
	path_of(item, "head", path);
	v = file_put(sim_fd, path, head.bytes, head.len, 0640, why);
	buf_done(&head);
	return v;
}

enum verdict
push_item_write(const struct push_item *item, int sim_fd,
	const struct buf *payload, struct fault *why)
{
	char path[PATH_BYTES];
	enum verdict v;

	path_of(item, payload_kind(item), path);
	v = file_put(sim_fd, path, payload->bytes, payload->len, 0640, why);
	if (v == V_OK)
		v = push_item_save(item, sim_fd, why);
	return v;
}

void
push_item_forget(const struct push_item *item, int sim_fd)
{
	char path[PATH_BYTES];

	path_of(item, "head", path);
	(void)unlinkat(sim_fd, path, 0);
	path_of(item, payload_kind(item), path);
	(void)unlinkat(sim_fd, path, 0);
}

void
push_item_issue(struct push_item *item, int64_t now_ms)
{
	struct uuid uuid = uuid_random();
	char text[UUID_TEXT_MAX];

	uuid_text(&uuid, text);
	memmove(item->ids[1], item->ids[0], sizeof(item->ids) - PUSH_ID_MAX);
	snprintf(item->ids[0], PUSH_ID_MAX, "%s@berichtenbox.oefening", text);
	item->issued_ms = now_ms;
	item->tries = 0;
}

bool
push_item_had(const struct push_item *item, const char *message_id)
{
	size_t i;

	for (i = 0; i < PUSH_IDS_MAX && item->ids[i][0] != '\0'; i++)
		if (strcmp(item->ids[i], message_id) == 0)
			return true;
	return false;
}

enum verdict
push_item_body(const struct push_item *item, const struct cpa_terms *terms,
	int sim_fd, char type_out[PUSH_TYPE_MAX], struct buf *body,
	struct fault *why)
{
	char path[PATH_BYTES], boundary[UUID_TEXT_MAX + 16],
		cid[PUSH_ID_MAX + 8];
	struct envelope_result result = {
		.action = item->answer ? ENVELOPE_ANSWER : ENVELOPE_RESULT,
		.message_id = item->ids[0],
		.conversation = item->conversation,
		.ref_to = item->no_ref ? "" : item->ref_to,
		.content_id = cid,
		.sent_ms = item->issued_ms,
	};
	enum verdict v;

	assert(item->issued_ms > 0);
	snprintf(boundary, sizeof(boundary), "oefening-%.36s", item->ids[0]);
	snprintf(cid, sizeof(cid), "result-%s", item->ids[0]);
	snprintf(type_out, PUSH_TYPE_MAX,
		"multipart/related; type=\"text/xml\"; "
		"boundary=\"%s\"; start=\"<%s>\"; start-info=\"text/xml\"",
		boundary, item->ids[0]);
	buf_format(body,
		"--%s\r\nContent-Type: text/xml; charset=UTF-8\r\n"
		"Content-ID: <%s>\r\n\r\n",
		boundary, item->ids[0]);
	envelope_result(&result, terms, body);
	buf_format(body,
		"\r\n--%s\r\nContent-Type: %s\r\n"
		"Content-ID: <%s>\r\n\r\n",
		boundary,
		item->answer ? "application/gzip\r\n"
			       "Content-Transfer-Encoding: binary"
			     : "text/xml; charset=UTF-8",
		cid);
	path_of(item, payload_kind(item), path);
	{
		struct buf payload = BUF_MAX(PUSH_BODY_MAX);

		v = file_get(sim_fd, path, &payload, why);
		buf_add(body, payload.bytes, payload.len);
		buf_done(&payload);
	}
	buf_format(body, "\r\n--%s--\r\n", boundary);
	if (v == V_OK && body->full)
		v = fault_set(why, V_BROKEN, CODE_LIMIT, "result too large");
	return v;
}

void
push_item_wrap(const struct buf *signal, struct buf *out)
{
	buf_text(out, "--het-enige-deel\r\n"
		      "Content-Type: text/xml; charset=UTF-8\r\n"
		      "Content-ID: <deel@berichtenbox.oefening>\r\n\r\n");
	buf_add(out, signal->bytes, signal->len);
	buf_text(out, "\r\n--het-enige-deel--\r\n");
}

/* --- reading back --- */

static enum verdict
load_one(int sim_fd, const char *name, struct push_item **item_out,
	struct fault *why)
{
	char ref_to[INBOX_ID_MAX] = "", conversation[INBOX_ID_MAX] = "",
	     cpa_id[INBOX_ID_MAX] = "";
	char path[PATH_BYTES], ids[PUSH_IDS_MAX][PUSH_ID_MAX] = { { 0 } };
	struct buf head = BUF_MAX(HEAD_BYTES_MAX);
	int64_t issued_ms = -1, nth = 1, with = 1, answer = 0;
	const char *key, *value;
	struct push_item *item;
	size_t at = 0, n = 0;
	enum verdict v;

	snprintf(path, sizeof(path), "queue/%.60s", name);
	v = file_get(sim_fd, path, &head, why);
	if (v != V_OK)
		goto out;
	while (head_next(&head, &at, &key, &value)) {
		if (strcmp(key, "ref") == 0)
			head_text(value, ref_to, sizeof(ref_to));
		else if (strcmp(key, "conversation") == 0)
			head_text(value, conversation, sizeof(conversation));
		else if (strcmp(key, "cpa") == 0)
			head_text(value, cpa_id, sizeof(cpa_id));
		else if (strcmp(key, "issued") == 0)
			issued_ms = head_number(value);
		else if (strcmp(key, "nth") == 0)
			nth = head_number(value);
		else if (strcmp(key, "with") == 0)
			with = head_number(value);
		else if (strcmp(key, "answer") == 0)
			answer = head_number(value);
		else if (strcmp(key, "id") == 0 && n < PUSH_IDS_MAX)
			head_text(value, ids[n++], PUSH_ID_MAX);
	}
	if (ref_to[0] == '\0' || issued_ms < 0 || nth < 1 || nth > NTH_MAX) {
		v = fault_set(why, V_BROKEN, CODE_IO, "not ours");
		fault_at(why, "sim/%s", path);
		goto out;
	}
	item = push_item_result(ref_to, conversation, (int)nth);
	item->no_ref = with == 0;
	item->answer = answer == 1;
	memcpy(item->ids, ids, sizeof(ids));
	memcpy(item->cpa_id, cpa_id, sizeof(cpa_id));
	/* How often it was tried is not kept: begin anew. */
	item->issued_ms = 0;
	*item_out = item;
out:
	buf_done(&head);
	return v;
}

/* Was the message that it is about taken? */
static bool
is_known(const struct push_item *item, const struct ledger *ledger,
	struct inbox *inbox)
{
	return item->answer ? inbox_promise(inbox, item->ref_to) >= 0
			    : ledger_has(ledger, item->ref_to);
}

enum verdict
push_items_load(int sim_fd, const struct ledger *ledger, struct inbox *inbox,
	struct push_item **list_out, struct fault *why)
{
	struct push_item *list = NULL, *item;
	struct dirent *entry;
	enum verdict v;
	DIR *dir = NULL;
	int fd = -1;

	v = file_dirs(sim_fd, "queue", why);
	if (v == V_OK)
		v = file_dir(sim_fd, "queue", &fd, why);
	if (v != V_OK)
		return v;
	dir = fdopendir(fd);
	if (dir == NULL) {
		(void)close(fd);
		return fault_errno(why, V_BROKEN, CODE_IO, "sim/queue");
	}
	while (v == V_OK && (entry = readdir(dir)) != NULL) {
		const char *dot = strrchr(entry->d_name, '.');

		if (dot == NULL || strcmp(dot, ".head") != 0)
			continue;
		v = load_one(sim_fd, entry->d_name, &item, why);
		if (v != V_OK)
			break;
		if (!is_known(item, ledger, inbox)) {
			push_item_forget(item, sim_fd);
			push_item_free(item);
			continue;
		}
		item->next = list;
		list = item;
	}
	(void)closedir(dir);
	while (v != V_OK && list != NULL) {
		item = list;
		list = list->next;
		push_item_free(item);
	}
	if (v == V_OK)
		*list_out = list;
	return v;
}
