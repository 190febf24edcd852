/* channels/http_passed.h - a client certificate that stands in a header
 *
 * Private to channels/; pure.  A front proxy that ends TLS passes what the
 * client showed; each writes it in its own way:
 *
 *	nginx	 $ssl_client_escaped_cert: PEM, URL-encoded
 *	HAProxy	 %[ssl_c_der,base64]: base64 of DER
 *	Apache	 %{SSL_CLIENT_CERT}s: PEM with blanks for line ends
 *	others	 :base64 of DER: (RFC 9440, Client-Cert)
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_HTTP_PASSED_H
#define CHANNELS_HTTP_PASSED_H

#include <stdbool.h>

#include "base/buf.h"

/* The one certificate as DER (or what claims to be: nothing is verified here),
 * added to an empty `der_out`.  False when the value is written in none of
 * these ways, holds more than one, or does not fit.
 */
bool http_passed(const char *value, struct buf *der_out);

#endif
