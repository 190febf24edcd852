/* channels/tls.h - two-way TLS as Digikoppeling wants it (OpenSSL's wall)
 *
 * Private to channels/.  OpenSSL's types do not leave tls.c: contexts and
 * connections are void pointers here, handed on to libcurl and libevent.
 *
 * Sources: spec ebms2.md section 3.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_TLS_H
#define CHANNELS_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

#define TLS_OIN_MAX 32
#define TLS_TEXT_MAX 160

/* OpenSSL writes with write(2): to a peer that is gone that would end the
 * process.  Ignores SIGPIPE from now on; called by whoever opens a connection.
 */
void tls_ignore_sigpipe(void);

/* --- server --- */

/* A context (SSL_CTX) that demands a client certificate below one of the
 * roots in `trust`.  V_BROKEN: CODE_CERTIFICATE, CODE_KEY.
 */
enum verdict tls_server_new(const char *certificate, const char *key,
	const char *trust, void **context_out, struct fault *why);
void tls_server_free(void *context); /* accepts NULL */

/* A connection (SSL) in the server's role; NULL without memory. */
void *tls_server_accept(void *context);

/* Is there a verified certificate at the other end?  oin_out: its subject
 * serialNumber, "" when absent.
 */
bool tls_peer(void *connection, char oin_out[TLS_OIN_MAX]);

/* Why a handshake failed; `error` from OpenSSL's queue, 0 when none. */
void tls_reason(
	void *connection, unsigned long error, char text_out[TLS_TEXT_MAX]);

/* Say goodbye without waiting for an answer. */
void tls_goodbye(void *connection);

/* --- client --- */

struct tls_check {
	const char *oin; /* the peer must carry it; NULL: any */
	bool oin_wrong;	 /* it carried another */
	int alert;	 /* the peer's last fatal alert, -1 none */
};

/* Harden libcurl's context; `check` is lent as long as the context lives.
 * False when OpenSSL refuses a setting.
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

#endif
