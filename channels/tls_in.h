/* channels/tls_in.h - what both sides of TLS share; private to channels/tls*.c
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_TLS_IN_H
#define CHANNELS_TLS_IN_H

#include <openssl/ssl.h>

#include "channels/tls.h"

/* Versions, ciphers, groups and key sizes; false when OpenSSL refuses one. */
bool tls_harden(SSL_CTX *ctx);

/* Of a verification's error: CODE_REVOKED, CODE_CRL, else CODE_TLS. */
enum code tls_error_code(long error);

/* "certificate revoked: 'server.example' of issuer 'Some CA'" */
void tls_error_text(X509_STORE_CTX *store, char text_out[TLS_TEXT_MAX]);

/* In a verify callback, after an error: 1 if it goes on all the same, because
 * it was about a list that is not required; `doubt` remembers it.
 */
int tls_weigh(X509_STORE_CTX *store, bool require, struct tls_doubt *doubt);

/* tls_server_doubt() and tls_check_doubt(). */
bool tls_say_doubt(
	struct tls_doubt *doubt, int64_t tick_ms, struct fault *what_out);

#endif
