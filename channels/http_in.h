/* channels/http_in.h - what the files of the client share; private to them
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_HTTP_IN_H
#define CHANNELS_HTTP_IN_H

#include "channels/http.h"
#include "channels/look.h"
#include "channels/tls.h"

#define HTTP_ERROR_MAX 256

struct http {
	void *curl; /* CURL */
	char *trust, *certificate, *key, *oin, *crl_folder;
	char *proxy, *proxy_user, *proxy_password; /* NULL: none */
	bool plain;
	int64_t bytes_per_s, connect_ms, answer_ms;
	int64_t answer_usual_ms; /* as http_open() was told */
	const volatile sig_atomic_t *stop;
	struct certificate ours;
	struct tls_check check;
	struct http_seen seen;	    /* of the newest request; tls is in check */
	char error[HTTP_ERROR_MAX]; /* of libcurl */
};

/* One post under way. */
struct post {
	const struct http_body *body;
	struct http_answer *answer;
	int64_t date_ms; /* Date of the answer, 0 none */
	int64_t given;	 /* bytes of the body handed to libcurl */
	int64_t written; /* the most it said it wrote */
	int64_t heard;	 /* bytes of the answer, headers included */
	int64_t moved_ms, moved_bytes; /* last progress */
	int64_t answer_ms;
	const volatile sig_atomic_t *stop;
	int64_t stop_ms;   /* since when we are to stop; 0: we are not */
	bool began;	   /* a byte of the body was asked for */
	bool all_given;	   /* and once the last one */
	bool stalled, cut; /* ended by us: no progress; answer too large */
	bool stopped;	   /* or because we are to stop */
	enum verdict body_verdict;
	struct fault body_why;
};

/* Of a request that libcurl did not bring to its end (channels/http_fail.c):
 * what that means by `code` (a CURLcode) and whether its last byte left.
 */
enum verdict http_failed(const struct http *http, const struct post *post,
	int code, bool all_written, struct fault *why);

#endif
