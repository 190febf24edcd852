/* channels/crl.c - see channels/crl.h
 *
 * Links without anything that can send: the operator's tool uses it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/digest.h"
#include "base/file.h"
#include "channels/crl.h"
#include "channels/look.h"
#include "channels/tls.h"

#define SERIES_BYTES 8 /* of a digest: names the series of a list */
#define TRUST_BYTES_MAX 4000000
#define LISTS_MAX 64 /* in one PEM file */

struct crl_set {
	STACK_OF(X509_CRL) * lists;
};

/* --- reading --- */

static enum verdict
folder_fault(struct fault *why, const char *folder)
{
	enum verdict v;

	v = fault_errno(why, V_BROKEN, CODE_CRL, "folder of revocation lists");
	fault_at(why, "%s", folder);
	return v;
}

static int
by_text(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

/* The names of what may be lists; an absent folder has none. */
static enum verdict
folder_names(const char *folder, struct arena *mem, const char ***names_out,
	size_t *count_out, struct fault *why)
{
	const char **names = arena_alloc(mem, CRL_FILES_MAX * sizeof(*names));
	const struct dirent *entry;
	enum verdict v = V_OK;
	size_t count = 0;
	DIR *dir = opendir(folder);

	*names_out = names;
	*count_out = 0;
	if (dir == NULL)
		return errno == ENOENT ? V_OK : folder_fault(why, folder);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (count == CRL_FILES_MAX) {
			v = fault_set(why, V_BROKEN, CODE_CRL,
				"more than %d files among the revocation lists",
				CRL_FILES_MAX);
			fault_at(why, "%s", folder);
			break;
		}
		names[count++] =
			arena_text(mem, entry->d_name, strlen(entry->d_name));
	}
	(void)closedir(dir);
	if (count > 0)
		qsort(names, count, sizeof(*names), by_text);
	*count_out = count;
	return v;
}

/* Lists in PEM or the one in DER; an empty stack when there is none. */
static STACK_OF(X509_CRL) * parse(const void *bytes, size_t len)
{
	STACK_OF(X509_CRL) *lists = sk_X509_CRL_new_null();
	const unsigned char *der = bytes;
	X509_CRL *crl;
	BIO *in;

	if (lists == NULL)
		abort(); /* no memory, as everywhere (base/arena.h) */
	if (len == 0 || len > CRL_BYTES_MAX)
		return lists;
	if (der[0] == 0x30) {
		crl = d2i_X509_CRL(NULL, &der, (long)len);
		if (crl != NULL && sk_X509_CRL_push(lists, crl) == 0)
			abort();
		ERR_clear_error();
		return lists;
	}
	in = BIO_new_mem_buf(bytes, (int)len);
	if (in == NULL)
		abort();
	while (sk_X509_CRL_num(lists) < LISTS_MAX &&
		(crl = PEM_read_bio_X509_CRL(in, NULL, NULL, NULL)) != NULL)
		if (sk_X509_CRL_push(lists, crl) == 0)
			abort();
	BIO_free(in);
	ERR_clear_error();
	return lists;
}

static void
lists_free(STACK_OF(X509_CRL) * lists)
{
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
}

/* One file of the folder; what cannot be read is no list. */
static STACK_OF(X509_CRL) *
	parse_file(const char *folder, const char *name, struct arena *mem)
{
	struct buf bytes = BUF_MAX(CRL_BYTES_MAX);
	STACK_OF(X509_CRL) * lists;
	struct fault ignored;
	bool got;

	got = file_get(AT_FDCWD, arena_format(mem, "%s/%s", folder, name),
		      &bytes, &ignored) == V_OK;
	lists = parse(bytes.bytes, got ? bytes.len : 0);
	buf_done(&bytes);
	return lists;
}

int64_t
crl_stamp(const char *folder)
{
	struct arena mem = ARENA_EMPTY;
	struct digest *digest = digest_new();
	uint8_t sum[DIGEST_BYTES];
	struct fault ignored;
	const char **names;
	struct stat st;
	int64_t stamp = 0;
	size_t count, i;

	if (folder_names(folder, &mem, &names, &count, &ignored) == V_OK &&
		stat(folder, &st) == 0) {
		for (i = 0; i < count; i++) {
			const char *path =
				arena_format(&mem, "%s/%s", folder, names[i]);

			digest_add(digest, names[i], strlen(names[i]) + 1);
			if (stat(path, &st) != 0)
				continue;
			digest_add(digest, &st.st_mtim, sizeof(st.st_mtim));
			digest_add(digest, &st.st_size, sizeof(st.st_size));
			digest_add(digest, &st.st_ino, sizeof(st.st_ino));
		}
		digest_end(digest, sum);
		memcpy(&stamp, sum, sizeof(stamp));
		stamp |= 1; /* 0 is no folder */
	}
	digest_free(digest);
	arena_done(&mem);
	return stamp;
}

/* --- what a list says --- */

static void
number_text(const X509_CRL *list, char out[CRL_NUMBER_MAX])
{
	ASN1_INTEGER *number =
		X509_CRL_get_ext_d2i(list, NID_crl_number, NULL, NULL);
	int len = number == NULL ? 0 : ASN1_STRING_length(number);

	out[0] = '\0';
	if (len > 0 && len <= (CRL_NUMBER_MAX - 1) / 2)
		digest_hex(ASN1_STRING_get0_data(number), (size_t)len, out);
	ASN1_INTEGER_free(number);
}

static void
describe(X509_CRL *list, const char *file, struct arena *mem, struct crl *out)
{
	const STACK_OF(X509_REVOKED) *revoked = X509_CRL_get_REVOKED(list);
	char name[CERTIFICATE_NAME_MAX];
	struct crl crl = { .file = file };

	certificate_name(X509_CRL_get_issuer(list), name);
	crl.issuer = arena_text(mem, name, strlen(name));
	number_text(list, crl.number);
	if (!certificate_time(X509_CRL_get0_lastUpdate(list), &crl.this_ms))
		crl.this_ms = 0;
	if (X509_CRL_get0_nextUpdate(list) == NULL ||
		!certificate_time(X509_CRL_get0_nextUpdate(list), &crl.next_ms))
		crl.next_ms = 0;
	crl.revoked = revoked == NULL ? 0 : sk_X509_REVOKED_num(revoked);
	*out = crl;
}

enum verdict
crl_list(const char *folder, struct arena *mem, struct crl **list_out,
	size_t *count_out, struct fault *why)
{
	size_t names_count, i, count = 0, room;
	const char **names;
	struct crl *list;
	enum verdict v;
	int k;

	v = folder_names(folder, mem, &names, &names_count, why);
	if (v != V_OK)
		return v;
	room = names_count * LISTS_MAX;
	list = arena_alloc(mem, (room + 1) * sizeof(*list));
	for (i = 0; i < names_count; i++) {
		STACK_OF(X509_CRL) *lists = parse_file(folder, names[i], mem);

		for (k = 0; k < sk_X509_CRL_num(lists); k++)
			describe(sk_X509_CRL_value(lists, k), names[i], mem,
				&list[count++]);
		if (k == 0)
			list[count++] =
				(struct crl){ .file = names[i], .issuer = "" };
		lists_free(lists);
	}
	assert(count <= room);
	*list_out = list;
	*count_out = count;
	return V_OK;
}

/* --- using them --- */

enum verdict
crl_set_load(const char *folder, struct crl_set **set_out, struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	struct crl_set *set;
	const char **names;
	size_t count, i;
	enum verdict v;

	v = folder_names(folder, &mem, &names, &count, why);
	if (v == V_OK) {
		set = mem_zero(1, sizeof(*set));
		set->lists = sk_X509_CRL_new_null();
		for (i = 0; i < count; i++) {
			STACK_OF(X509_CRL) *lists =
				parse_file(folder, names[i], &mem);
			X509_CRL *list;

			while ((list = sk_X509_CRL_pop(lists)) != NULL)
				if (sk_X509_CRL_push(set->lists, list) == 0)
					abort();
			lists_free(lists);
		}
		*set_out = set;
	}
	arena_done(&mem);
	return v;
}

void
crl_set_free(struct crl_set *set)
{
	if (set == NULL)
		return;
	lists_free(set->lists);
	free(set);
}

void
crl_set_use(const struct crl_set *set, void *x509_store)
{
	int i;

	for (i = 0; set != NULL && i < sk_X509_CRL_num(set->lists); i++)
		if (X509_STORE_add_crl(
			    x509_store, sk_X509_CRL_value(set->lists, i)) != 1)
			abort(); /* no memory, as everywhere (base/arena.h) */
	if (X509_STORE_set_flags(x509_store,
		    X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) != 1)
		abort();
}

/* --- keeping a new one --- */

/* A list as we weigh it. */
struct weighed {
	X509_CRL *list;
	X509 *issuer;
	char series[2 * SERIES_BYTES + 1];
	struct crl says;
};

/* Lists of one issuer, one key and one scope follow each other; others of the
 * same issuer stand beside them.
 */
static void
series_of(const X509_CRL *list, char out[2 * SERIES_BYTES + 1])
{
	static const int nids[] = { NID_authority_key_identifier,
		NID_issuing_distribution_point };
	struct digest *digest = digest_new();
	uint8_t sum[DIGEST_BYTES];
	const unsigned char *der;
	size_t len, i;
	int at;

	if (X509_NAME_get0_der(X509_CRL_get_issuer(list), &der, &len) != 1)
		abort();
	digest_add(digest, der, len);
	for (i = 0; i < sizeof(nids) / sizeof(nids[0]); i++) {
		const ASN1_OCTET_STRING *value;

		at = X509_CRL_get_ext_by_NID(list, nids[i], -1);
		if (at < 0)
			continue;
		value = X509_EXTENSION_get_data(X509_CRL_get_ext(list, at));
		digest_add(digest, ASN1_STRING_get0_data(value),
			(size_t)ASN1_STRING_length(value));
	}
	digest_end(digest, sum);
	digest_free(digest);
	digest_hex(sum, SERIES_BYTES, out);
}

/* Did this certificate make the list? */
static bool
made_by(X509_CRL *list, X509 *x509)
{
	return X509_NAME_cmp(X509_get_subject_name(x509),
		       X509_CRL_get_issuer(list)) == 0 &&
	       X509_check_ca(x509) > 0 &&
	       (X509_get_key_usage(x509) & KU_CRL_SIGN) != 0 &&
	       X509_CRL_verify(list, X509_get0_pubkey(x509)) == 1;
}

/* The issuer in one PEM file; NULL when it is not there. */
static X509 *
issuer_in(X509_CRL *list, const char *bytes, size_t len)
{
	BIO *in = BIO_new_mem_buf(bytes, (int)len);
	X509 *x509 = NULL;

	if (in == NULL)
		abort();
	while ((x509 = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL &&
		!made_by(list, x509))
		X509_free(x509);
	BIO_free(in);
	ERR_clear_error();
	return x509;
}

static enum verdict
find_issuer(struct weighed *w, const char *const *trust, size_t trust_count,
	struct fault *why)
{
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && w->issuer == NULL && i < trust_count; i++) {
		struct buf text = BUF_MAX(TRUST_BYTES_MAX);

		v = file_get(AT_FDCWD, trust[i], &text, why);
		if (v == V_OK && text.len > 0)
			w->issuer = issuer_in(w->list, text.bytes, text.len);
		else if (v != V_OK)
			v = fault_set(why, V_BROKEN, CODE_CERTIFICATE,
				"roots cannot be read");
		if (v != V_OK)
			fault_at(why, "%s", trust[i]);
		buf_done(&text);
	}
	if (v == V_OK && w->issuer == NULL)
		v = fault_set(why, V_SKIP, CODE_CRL,
			"list of '%.80s' is not signed by an issuer that "
			"`trust` or a chain of ours holds",
			w->says.issuer);
	return v;
}

/* By itself: complete, and of now. */
static enum verdict
judge_alone(const struct weighed *w, int64_t now_ms, struct fault *why)
{
	if (X509_CRL_get_ext_by_NID(w->list, NID_delta_crl, -1) >= 0)
		return fault_set(why, V_SKIP, CODE_CRL,
			"list of '%.80s' names changes only", w->says.issuer);
	if (w->says.this_ms == 0 || w->says.next_ms == 0)
		return fault_set(why, V_SKIP, CODE_CRL,
			"list of '%.80s' without usable dates", w->says.issuer);
	if (w->says.this_ms > now_ms)
		return fault_set(why, V_SKIP, CODE_CRL,
			"list of '%.80s' is of the future: is the clock right?",
			w->says.issuer);
	if (w->says.next_ms <= now_ms)
		return fault_set(why, V_SKIP, CODE_CRL,
			"list of '%.80s' is out of date", w->says.issuer);
	return V_OK;
}

/* Against one that we have: it may not go back. */
static enum verdict
judge_beside(const struct weighed *w, X509_CRL *have, struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	char series[2 * SERIES_BYTES + 1];
	enum verdict v = V_OK;
	struct crl old;
	size_t len;

	series_of(have, series);
	if (strcmp(series, w->series) != 0 ||
		X509_CRL_verify(have, X509_get0_pubkey(w->issuer)) != 1)
		return V_OK;
	if (X509_CRL_match(have, w->list) == 0)
		return V_END;
	describe(have, "", &mem, &old);
	len = strlen(old.number);
	if (w->says.this_ms <= old.this_ms ||
		(len > 0 && w->says.number[0] != '\0' &&
			(strlen(w->says.number) < len ||
				(strlen(w->says.number) == len &&
					strcmp(w->says.number, old.number) <
						0))))
		v = fault_set(why, V_SKIP, CODE_CRL,
			"list of '%.80s' is not newer than ours",
			w->says.issuer);
	arena_done(&mem);
	return v;
}

static enum verdict
judge(struct weighed *w, const char *folder, const char *const *trust,
	size_t trust_count, int64_t now_ms, struct arena *mem,
	struct fault *why)
{
	const char **names;
	size_t count, i;
	enum verdict v;

	v = judge_alone(w, now_ms, why);
	if (v == V_OK)
		v = find_issuer(w, trust, trust_count, why);
	if (v == V_OK)
		v = folder_names(folder, mem, &names, &count, why);
	for (i = 0; v == V_OK && i < count; i++) {
		STACK_OF(X509_CRL) *lists = parse_file(folder, names[i], mem);
		int k;

		for (k = 0; v == V_OK && k < sk_X509_CRL_num(lists); k++)
			v = judge_beside(w, sk_X509_CRL_value(lists, k), why);
		lists_free(lists);
	}
	return v;
}

/* Written first, then the older ones go: there is always one. */
static enum verdict
keep(const struct weighed *w, const char *folder, struct arena *mem,
	struct fault *why)
{
	const char *path = arena_format(mem, "%s/%s", folder, w->says.file);
	unsigned char *der = NULL;
	const char **names;
	size_t count, i;
	enum verdict v;
	int len;

	len = i2d_X509_CRL(w->list, &der);
	if (len <= 0)
		abort();
	v = file_dirs(AT_FDCWD, folder, why);
	if (v == V_OK)
		v = file_put(AT_FDCWD, path, der, (size_t)len, 0640, why);
	OPENSSL_free(der);
	if (v == V_OK)
		v = folder_names(folder, mem, &names, &count, why);
	for (i = 0; v == V_OK && i < count; i++)
		if (strncmp(names[i], w->series, 2 * SERIES_BYTES) == 0 &&
			names[i][(size_t)2 * SERIES_BYTES] == '.' &&
			strcmp(names[i], w->says.file) != 0)
			(void)unlink(
				arena_format(mem, "%s/%s", folder, names[i]));
	return v;
}

enum verdict
crl_store(const char *folder, const void *bytes, size_t len,
	const char *const *trust, size_t trust_count, int64_t now_ms,
	struct arena *mem, struct crl *crl_out, struct fault *why)
{
	STACK_OF(X509_CRL) *lists = parse(bytes, len);
	struct weighed w = { .list = NULL };
	enum verdict v;

	if (len > CRL_BYTES_MAX || sk_X509_CRL_num(lists) != 1) {
		v = fault_set(why, V_SKIP, CODE_CRL,
			"%zu bytes that are no revocation list", len);
		goto out;
	}
	w.list = sk_X509_CRL_value(lists, 0);
	series_of(w.list, w.series);
	describe(w.list, "", mem, &w.says);
	w.says.file = w.says.number[0] != '\0'
			      ? arena_format(mem, "%s.%s.crl", w.series,
					w.says.number)
			      : arena_format(mem, "%s.at%lld.crl", w.series,
					(long long)(w.says.this_ms / 1000));
	v = judge(&w, folder, trust, trust_count, now_ms, mem, why);
	if (v == V_OK)
		v = keep(&w, folder, mem, why);
	if (v == V_OK || v == V_END)
		*crl_out = w.says;
out:
	X509_free(w.issuer);
	lists_free(lists);
	ERR_clear_error();
	return v;
}
