/* tests/fuzz/fuzz_http_read.c - a request is read the same whole or in pieces
 *
 * The certificate that a front proxy passes is read too, in all its forms.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "channels/http_passed.h"
#include "channels/http_read.h"

#define REQUESTS 4
#define BODY 100

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Feed pieces of `step` until a request is there; how much was used. */
static size_t
feed(struct http_read *r, const char *text, size_t len, size_t step)
{
	size_t used = 0, n, got;

	while (used < len && r->stage != HTTP_DONE &&
		r->stage != HTTP_REFUSED) {
		n = len - used < step ? len - used : step;
		got = http_read_feed(r, text + used, n);
		assert(got <= n);
		used += got;
	}
	return used;
}

static void
take_passed(const char *value)
{
	struct buf der = BUF_MAX(HTTP_PASSED_MAX);

	if (http_passed(value, &der))
		assert(der.len > 0 && der.len <= strlen(value));
	buf_done(&der);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct http_read whole, pieces;
	const char *text = (const char *)bytes + 1;
	size_t a = 0, b = 0;
	int i;

	if (len == 0)
		return 0;
	len--;
	http_read_init(&whole, BODY, "X-Cert");
	http_read_init(&pieces, BODY, "X-Cert");
	for (i = 0; i < REQUESTS; i++) {
		a += feed(&whole, text + a, len - a, len + 1);
		b += feed(&pieces, text + b, len - b, bytes[0] % 7 + 1);
		assert(whole.stage == pieces.stage);
		assert(whole.status == pieces.status);
		assert(http_read_bytes(&whole) <= BODY);
		if (whole.stage != HTTP_DONE)
			break;
		assert(a == b && whole.body.len == pieces.body.len);
		assert(strcmp(whole.path, pieces.path) == 0);
		assert(strcmp(whole.content_type, pieces.content_type) == 0);
		assert(whole.close == pieces.close);
		assert(strcmp(whole.passed, pieces.passed) == 0);
		take_passed(whole.passed);
		http_read_again(&whole);
		http_read_again(&pieces);
	}
	http_read_done(&whole);
	http_read_done(&pieces);
	return 0;
}
