/* channels/tls.h - two-way TLS as Digikoppeling wants it (OpenSSL's wall)
 *
 * Private to channels/.  OpenSSL's types do not leave tls.c, certificate.c and
 * crl.c: contexts and connections are void pointers here, handed on to libcurl
 * and libevent.  TLS 1.2 and 1.3 only, with the ciphers that the NCSC calls
 * good or sufficient; both sides show a certificate.
 *
 * Revocation: with a folder of lists (channels/crl.h) a revoked certificate is
 * refused, anywhere in the chain.  Where a list is missing or out of date, the
 * connection is refused if lists are required, else it goes on and leaves a
 * doubt, which the caller logs at most once an hour.
 *
 * Sources: spec ebms2.md section 3.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_TLS_H
#define CHANNELS_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "batch/jobs.h"
#include "channels/look.h"
#include "channels/seen.h"

#define TLS_OIN_MAX 32
#define TLS_TEXT_MAX 160

/* OpenSSL writes with write(2): to a peer that is gone that would end the
 * process.  Ignores SIGPIPE from now on; called by whoever opens a connection.
 */
void tls_ignore_sigpipe(void);

/* --- server --- */

struct tls_conf {
	/* Of this server, PEM, the chain behind the certificate.  Both NULL: a
	 * context for tls_verify_passed() only.
	 */
	const char *certificate, *key;
	const char *trust;	/* PEM file of roots, several if need be */
	const char *crl_folder; /* last good lists; NULL: not looked at */
	bool crl_require;	/* no valid list: nobody is trusted */
};

/* A context (SSL_CTX) that demands a client certificate below one of the
 * roots in `trust`; conf is lent for the call.  Cheap enough to be made anew
 * when a file changed: connections keep the one they began with, so
 * the old one may be freed at once.
 * V_BROKEN: CODE_CERTIFICATE, CODE_KEY, CODE_SECRET, CODE_CRL (folder).
 */
enum verdict tls_server_new(
	const struct tls_conf *conf, void **context_out, struct fault *why);
void tls_server_free(void *context); /* accepts NULL */

/* Ask the lists in this folder from now on; all else of the context is as it
 * was loaded.  V_BROKEN: CODE_CRL, and nothing changed.
 */
enum verdict tls_server_lists(
	void *context, const char *crl_folder, struct fault *why);

/* A connection (SSL) in the server's role; NULL without memory. */
void *tls_server_accept(void *context);

/* Whose a verified certificate is. */
struct tls_who {
	char oin[TLS_OIN_MAX]; /* subject serialNumber, "" when absent */
	bool trial;	       /* its chain has a TRIAL or TEST issuer */
};

/* Is there a verified certificate at the other end? */
bool tls_peer(void *connection, struct tls_who *who_out);

/* Would this newer context still let in who is at the other end?  Chain and
 * revocation are verified anew.  V_SKIP: CODE_TLS, CODE_REVOKED or CODE_CRL.
 */
enum verdict tls_peer_again(void *context, void *connection,
	struct tls_who *who_out, struct fault *why);

/* Why a handshake failed; `error` from OpenSSL's queue, 0 when none.
 * CODE_REVOKED, CODE_CRL (no valid list, and one is required) or CODE_TLS.
 */
enum code tls_reason(
	void *connection, unsigned long error, char text_out[TLS_TEXT_MAX]);

/* A client certificate that a front proxy took and passed on, in DER: the
 * same checks as in a handshake.  The proxy need not pass the chain: `trust`
 * of the context may hold the intermediates, and one of them will do as the
 * end of it.
 * V_SKIP: CODE_TLS, CODE_REVOKED or CODE_CRL.
 */
enum verdict tls_verify_passed(void *context, const void *bytes, size_t len,
	struct tls_who *who_out, struct fault *why);

/* Was somebody let in whose revocation could not be checked, and has it not
 * been said within the last hour?  Then what_out (CODE_CRL) is for the log.
 */
bool tls_server_doubt(void *context, int64_t tick_ms, struct fault *what_out);

/* Say goodbye without waiting for an answer. */
void tls_goodbye(void *connection);

/* --- client --- */

/* What the callbacks know of the last certificate without a valid list. */
struct tls_doubt {
	bool some;
	char text[TLS_TEXT_MAX];
	int64_t told_ms; /* tick; 0 never */
};

struct crl_set;

struct tls_check {
	/* Wanted; lent as long as the context lives.  Chain and host name are
	 * checked whatever `peer` says.
	 */
	enum jobs_peer peer;
	const char *oin; /* a party id, may have a test suffix; NULL: any */
	char *const *gateways; /* OINs that may stand for it */
	size_t gateway_count;
	const struct certificate_der
		*exact; /* one of these, if JOBS_PEER_EXACT */
	size_t exact_count;
	bool production; /* nobody below a TRIAL or TEST issuer will do */
	const char *crl_folder; /* NULL: not looked at */
	bool crl_require;

	/* What went wrong in the last handshake. */
	bool oin_wrong, exact_wrong, trial, revoked, crl_missing;
	char text[TLS_TEXT_MAX]; /* whose, and why */
	int alert;		 /* the peer's last fatal alert, -1 none */
	struct tls_doubt doubt;

	struct tls_seen seen; /* what the newest handshake showed */

	/* Private: the lists as read. */
	struct crl_set *crls;
	int64_t crl_stamp, crl_looked_ms;
};

/* Before every request: forget what went wrong, and look once a minute whether
 * the lists changed.  True: they did; a connection that is open was judged by
 * the old ones and must not be used again.
 */
bool tls_check_begin(struct tls_check *check, int64_t tick_ms);

/* If one of our own checks ended the handshake: CODE_PEER_OIN, CODE_TRIAL,
 * CODE_REVOKED or CODE_CRL in `why`, and true.
 */
bool tls_check_fault(const struct tls_check *check, struct fault *why);

/* As tls_server_doubt(). */
bool tls_check_doubt(
	struct tls_check *check, int64_t tick_ms, struct fault *what_out);

/* Give back what tls_check_begin() read; the rest is the caller's. */
void tls_check_done(struct tls_check *check);

/* Harden libcurl's context, after it loaded its roots, and have it checked;
 * `check` is lent as long as the context lives.  False when OpenSSL refuses a
 * setting.  A session that is resumed is not checked again: the caller keeps
 * none.
 */
bool tls_client(void *context, struct tls_check *check);

/* Did the peer say in the handshake that our certificate will not do?  With
 * TLS 1.3 that may arrive after our request left, which it then ignored.
 */
bool tls_alert_certificate(int alert);
const char *tls_alert_text(int alert);

/* --- from certificate.c --- */

/* Subject serialNumber of an X509; "" when absent, doubled or odd. */
void certificate_oin(const void *x509, char oin_out[TLS_OIN_MAX]);

#define CERTIFICATE_NAME_MAX 120

/* Has a STACK_OF(X509) a TRIAL or TEST issuer? */
bool certificate_trial(const void *x509_chain);

/* Common name, else organisation, of an X509_NAME; "" when absent or odd. */
void certificate_name(const void *x509_name, char out[CERTIFICATE_NAME_MAX]);

/* An ASN1_TIME; false when it is none. */
bool certificate_time(const void *asn1_time, int64_t *ms_out);

#endif
