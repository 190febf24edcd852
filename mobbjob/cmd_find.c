/* mobbjob/cmd_find.c - find: one letter among all jobs, in one plain sentence
 *
 * By reference, BerichtID or BatchID as an argument; by citizen number only
 * from a prompt without echo or from standard input, because an argument can
 * be read by every user of the machine.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/home.h"
#include "base/text.h"
#include "mobbjob/command.h"
#include "mobbjob/letter.h"
#include "mobbjob/sentence.h"
#include "mobbjob/show.h"

#define HITS 20 /* unless -n */
#define LINE_BYTES 64

/* --- a citizen number --- */

/* A line without its end; nothing is shown of what is typed. */
static bool
read_line(char line[LINE_BYTES])
{
	bool terminal = isatty(STDIN_FILENO) != 0, got;
	struct termios as_it_was, quiet;

	if (terminal && tcgetattr(STDIN_FILENO, &as_it_was) == 0) {
		quiet = as_it_was;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		fputs("BSN: ", stderr);
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	} else {
		terminal = false;
	}
	got = fgets(line, LINE_BYTES, stdin) != NULL;
	if (terminal) {
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &as_it_was);
		fputs("\n", stderr);
	}
	return got;
}

/* "1234.56.782" and "12345678" are read as people write them. */
static enum verdict
number_of(const char *line, struct bsn *out, struct fault *why)
{
	char digits[BSN_TEXT_MAX + 1] = "0";
	size_t n = 1;

	for (; *line != '\0'; line++) {
		if (strchr(" .\r\n", *line) != NULL)
			continue;
		if (*line < '0' || *line > '9' || n == BSN_TEXT_MAX)
			return fault_set(why, V_BROKEN, CODE_USAGE,
				"that is no citizen number: it has nine "
				"digits");
		digits[n++] = *line;
	}
	digits[n] = '\0';
	/* Eight digits have lost a zero in front. */
	if (bsn_parse(n == BSN_TEXT_MAX ? digits + 1 : digits, out, why) !=
		V_OK)
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"that is no citizen number: a digit is wrong or "
			"missing");
	return V_OK;
}

static enum verdict
find_bsn(struct call *call, size_t max, struct find_letters *out,
	struct fault *why)
{
	uint8_t key[32], print[DIGEST_BYTES], bsn_key[16];
	const char *path = site_path(&call->site, call->site.jobs.site_key);
	char line[LINE_BYTES] = "";
	struct bsn bsn;
	enum verdict v;

	v = home_site_key(path, key, why);
	if (v != V_OK) {
		why->code = CODE_FIND_KEY;
		return v;
	}
	if (!read_line(line))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"no citizen number on standard input");
	v = number_of(line, &bsn, why);
	memset(line, 0, sizeof(line));
	if (v != V_OK)
		return v;
	digest_of(key, sizeof(key), print);
	letter_bsn_key(key, bsn, bsn_key);
	memset(key, 0, sizeof(key));
	return store_find_bsn(call->site.store, bsn_key, print, call->person,
		clock_now_ms(), max, &call->mem, out, why);
}

/* --- what is shown --- */

static void
print_hit(struct call *call, const char *sentence, const char *where,
	struct json *letter)
{
	struct json *o;

	if (call->options.json) {
		o = json_new_object();
		json_add_text(o, "schema", "mobb.found/1");
		json_add_text(o, "sentence", sentence);
		json_add_text(o, "where", where);
		if (letter != NULL)
			json_add(o, "letter", letter);
		json_write(o, stdout);
	} else if (call->options.plain) {
		printf("%s\t%s\n", where, sentence);
	} else {
		printf("%s\n", sentence);
	}
}

static enum verdict
print_letters(
	struct call *call, const struct find_letters *found, struct fault *why)
{
	struct arena *mem = &call->mem;
	size_t i;

	for (i = 0; i < found->count; i++) {
		const struct letter_row *row = &found->rows[i];

		print_hit(call, sentence_letter(row, mem),
			show_uuid(&row->letter.id, mem),
			call->options.json ? letter_json(row) : NULL);
		if (found->count > 1 && !call->options.json &&
			!call->options.plain)
			printf("  mobbjob why %s\n",
				show_uuid(&row->letter.id, mem));
	}
	if (found->more && !call->options.json && !call->options.plain)
		printf("There are more; -n %d shows up to so many.\n",
			FIND_MAX);
	if (found->count != 1 || call->options.json || call->options.plain)
		return V_OK;
	printf("\n");
	return why_tell(call, &found->rows[0], why);
}

static enum verdict
print_rejected(struct call *call, const char *what, size_t max, size_t *count,
	struct fault *why)
{
	struct find_rejected *rows;
	enum verdict v;
	size_t i;

	v = store_find_rejected(
		call->site.store, what, max, &call->mem, &rows, count, why);
	for (i = 0; v == V_OK && i < *count; i++) {
		print_hit(call, sentence_rejected(&rows[i], what, &call->mem),
			arena_format(&call->mem, "%s/%lld", rows[i].job,
				(long long)rows[i].record),
			NULL);
		if (!call->options.json && !call->options.plain)
			printf("  mobbjob rejects %s\n", rows[i].job);
	}
	return v;
}

static enum verdict
print_lot(struct call *call, const struct uuid *id, size_t *count,
	struct fault *why)
{
	struct find_lot lot;
	enum verdict v =
		store_find_lot(call->site.store, id, &call->mem, &lot, why);

	*count = v == V_OK;
	if (v == V_END)
		return V_OK;
	if (v != V_OK)
		return v;
	print_hit(call, sentence_lot(&lot, &call->mem), lot.job, NULL);
	if (!call->options.json && !call->options.plain)
		printf("  mobbjob lots %s\n", lot.job);
	return V_OK;
}

/* Would it be a citizen number?  Not for the error to show. */
static bool
looks_like_bsn(const char *what)
{
	struct fault unused;
	struct bsn bsn;

	return bsn_parse(what, &bsn, &unused) == V_OK;
}

static enum verdict
find_what(struct call *call, size_t max, struct fault *why)
{
	const char *what = call->args[0];
	struct find_letters found;
	size_t others = 0;
	struct uuid id;
	enum verdict v;

	v = store_find_letters(
		call->site.store, what, max, &call->mem, &found, why);
	if (v == V_OK)
		v = print_letters(call, &found, why);
	if (v == V_OK && uuid_parse(what, &id))
		v = print_lot(call, &id, &others, why);
	else if (v == V_OK)
		v = print_rejected(call, what, max, &others, why);
	if (v != V_OK || found.count + others > 0)
		return v;
	if (looks_like_bsn(what))
		return fault_set(why, V_BROKEN, CODE_FIND_NUMBER,
			"no letter has this reference, and it looks like a "
			"citizen number");
	return fault_set(why, V_SKIP, CODE_NO_JOB,
		"no letter has this reference, BerichtID or BatchID");
}

static enum verdict
run(struct call *call, struct fault *why)
{
	struct find_letters found;
	int64_t max = HITS;
	enum verdict v;

	if (call->options.n != NULL &&
		(!text_number(call->options.n, FIND_MAX, &max) || max == 0))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"-n is a number from 1 to %d", FIND_MAX);
	if (call->options.bsn != (call->arg_count == 0))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"find takes a reference, BerichtID or BatchID, or "
			"--bsn, which asks for the number");
	if (!call->options.bsn)
		return find_what(call, (size_t)max, why);
	v = find_bsn(call, (size_t)max, &found, why);
	if (v == V_OK && found.count == 0)
		return fault_set(why, V_SKIP, CODE_NO_JOB,
			"no letter is for this citizen number");
	return v == V_OK ? print_letters(call, &found, why) : v;
}

const struct command command_find = {
	.name = "find",
	.args = "WHAT | --bsn",
	.help = "a letter among all jobs, in one sentence",
	.args_min = 0,
	.args_max = 1,
	.need = NEED_STORE,
	.run = run,
};
