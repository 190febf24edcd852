/* batch/jobs.c - see batch/jobs.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "base/yaml.h"
#include "batch/jobs_check.h"
#include "batch/lot.h"

#define IN(type, member) offsetof(struct type, member)

static const struct yaml_key listen_keys[] = {
	{ "at", YAML_TEXT, IN(jobs_listen, at), .required = true },
	{ "path", YAML_TEXT, IN(jobs_listen, path), .absent = 0 },
	{ "certificate", YAML_TEXT, IN(jobs_listen, certificate), .absent = 0 },
	{ "key", YAML_TEXT, IN(jobs_listen, key), .absent = 0 },
	{ "trust", YAML_TEXT, IN(jobs_listen, trust), .required = true },
	{ "header", YAML_TEXT, IN(jobs_listen, header), .absent = 0 },
	{ "strict", YAML_BOOL, IN(jobs_listen, strict), .absent = 1 },
	{ "max_body", YAML_AMOUNT, IN(jobs_listen, max_body),
		.absent = 24000000 },
	{ 0 },
};

static const struct yaml_key crl_keys[] = {
	{ "check", YAML_TEXT, IN(jobs_crl, check), .absent = 0 },
	{ "folder", YAML_TEXT, IN(jobs_crl, folder), .absent = 0 },
	{ "sources", YAML_TEXTS, IN(jobs_crl, sources),
		IN(jobs_crl, source_count), .absent = 0 },
	{ "proxy", YAML_TEXT, IN(jobs_crl, proxy), .absent = 0 },
	{ "every", YAML_TIME, IN(jobs_crl, every), .absent = 6 * 3600000 },
	{ 0 },
};

static const struct yaml_key sender_keys[] = {
	{ "name", YAML_TEXT, IN(jobs_sender, name), .required = true },
	{ "oin", YAML_TEXT, IN(jobs_sender, oin), .required = true },
	{ "cpa", YAML_TEXT, IN(jobs_sender, cpa), .required = true },
	{ "certificate", YAML_TEXT, IN(jobs_sender, certificate),
		.required = true },
	{ "key", YAML_TEXT, IN(jobs_sender, key), .required = true },
	{ "cpa_before", YAML_TEXTS, IN(jobs_sender, cpa_before),
		IN(jobs_sender, cpa_before_count), .absent = 0 },
	{ "environment", YAML_TEXT, IN(jobs_sender, environment), .absent = 0 },
	{ "lpr", YAML_INT, IN(jobs_sender, lpr), .absent = -1 },
	{ "letterhead", YAML_TEXT, IN(jobs_sender, letterhead), .absent = 0 },
	{ "return_address", YAML_TEXT, IN(jobs_sender, return_address),
		.absent = 0 },
	{ "account", YAML_TEXT, IN(jobs_sender, account), .absent = 0 },
	{ "letters", YAML_RATE, IN(jobs_sender, letters), .absent = -1 },
	{ "keep", YAML_TIME, IN(jobs_sender, keep), .absent = 0 },
	{ 0 },
};

static const struct yaml_key endpoint_keys[] = {
	{ "name", YAML_TEXT, IN(jobs_endpoint, name), .required = true },
	{ "environment", YAML_TEXT, IN(jobs_endpoint, environment),
		.required = true },
	{ "wus", YAML_TEXT, IN(jobs_endpoint, wus), .required = true },
	{ "trust", YAML_TEXT, IN(jobs_endpoint, trust), .required = true },
	{ "letters", YAML_RATE, IN(jobs_endpoint, letters), .absent = 60000 },
	{ "bytes", YAML_SPEED, IN(jobs_endpoint, bytes), .absent = -1 },
	{ "lane_age", YAML_TIME, IN(jobs_endpoint, lane_age),
		.absent = 3600000 },
	{ "in_flight", YAML_INT, IN(jobs_endpoint, in_flight), .absent = 2 },
	{ "lot_letters", YAML_AMOUNT, IN(jobs_endpoint, lot_letters),
		.absent = LOT_LETTERS_MAX },
	{ "lot_bytes", YAML_AMOUNT, IN(jobs_endpoint, lot_bytes),
		.absent = LOT_BYTES_MAX },
	{ "proxy", YAML_TEXT, IN(jobs_endpoint, proxy), .absent = 0 },
	{ "proxy_auth", YAML_TEXT, IN(jobs_endpoint, proxy_auth), .absent = 0 },
	{ "peer", YAML_TEXT, IN(jobs_endpoint, peer), .absent = 0 },
	{ "gateways", YAML_TEXTS, IN(jobs_endpoint, gateways),
		IN(jobs_endpoint, gateway_count), .absent = 0 },
	{ "plain_http", YAML_BOOL, IN(jobs_endpoint, plain_http), .absent = 0 },
	{ "answer", YAML_MAP, IN(jobs_endpoint, answer),
		.inner = jobs_answer_keys },
	{ "result_within", YAML_TIME, IN(jobs_endpoint, result_within),
		.absent = 24 * 3600000 },
	{ "wus_max", YAML_INT, IN(jobs_endpoint, wus_max), .absent = 2500 },
	{ "wus_daily", YAML_INT, IN(jobs_endpoint, wus_daily),
		.absent = 10000 },
	{ "answer_within", YAML_TIME, IN(jobs_endpoint, answer_within),
		.absent = 4 * 3600000 },
	{ "window", YAML_TEXTS, IN(jobs_endpoint, when.window),
		IN(jobs_endpoint, when.window_count), .absent = 0 },
	{ "blackout", YAML_TEXTS, IN(jobs_endpoint, when.blackout),
		IN(jobs_endpoint, when.blackout_count), .absent = 0 },
	{ 0 },
};

static const struct yaml_key printer_keys[] = {
	{ "name", YAML_TEXT, IN(jobs_printer, name), .required = true },
	{ "receipts", YAML_TEXT, IN(jobs_printer, receipts), .absent = 0 },
	{ "bundle_letters", YAML_AMOUNT, IN(jobs_printer, bundle_letters),
		.absent = 10000 },
	{ "bundle_bytes", YAML_AMOUNT, IN(jobs_printer, bundle_bytes),
		.absent = 2000000000 },
	{ "letters", YAML_DAILY, IN(jobs_printer, letters), .absent = -1 },
	{ "bundle", YAML_TEXT, IN(jobs_printer, bundle), .absent = 0 },
	{ "products", YAML_LIST, IN(jobs_printer, products),
		IN(jobs_printer, product_count), sizeof(struct jobs_product),
		jobs_product_keys, false, 0 },
	{ "contact", YAML_TEXT, IN(jobs_printer, contact), .absent = 0 },
	{ "returned", YAML_TEXT, IN(jobs_printer, returned), .absent = 0 },
	{ "test", YAML_BOOL, IN(jobs_printer, test), .absent = 0 },
	{ "folder", YAML_TEXT, IN(jobs_printer, folder), .absent = 0 },
	{ "proof", YAML_INT, IN(jobs_printer, proof), .absent = 0 },
	{ "proof_wait", YAML_BOOL, IN(jobs_printer, proof_wait), .absent = 1 },
	{ "posted_within", YAML_INT, IN(jobs_printer, posted_within),
		.absent = 3 },
	{ "ack_by", YAML_TEXT, IN(jobs_printer, ack_by), .absent = 0 },
	{ "sides", YAML_TEXT, IN(jobs_printer, sides), .absent = 0 },
	{ "line_chars", YAML_INT, IN(jobs_printer, line_chars),
		.absent = ADDRESS_LINE_CHARS },
	{ "lines", YAML_INT, IN(jobs_printer, lines),
		.absent = ADDRESS_LINES_MAX },
	{ "charset", YAML_TEXT, IN(jobs_printer, charset), .absent = 0 },
	{ "window", YAML_MAP, IN(jobs_printer, window),
		.inner = jobs_window_keys },
	{ "barcode_margin", YAML_TEXT, IN(jobs_printer, barcode_margin),
		.absent = 0 },
	{ "letter_code", YAML_BOOL, IN(jobs_printer, letter_code),
		.absent = 0 },
	{ "letter_pages", YAML_INT, IN(jobs_printer, letter_pages),
		.absent = 10 },
	{ "letter_price", YAML_EURO, IN(jobs_printer, letter_price),
		.absent = -1 },
	{ "sheet_price", YAML_EURO, IN(jobs_printer, sheet_price),
		.absent = -1 },
	{ "hours", YAML_TEXTS, IN(jobs_printer, when.window),
		IN(jobs_printer, when.window_count), .absent = 0 },
	{ "blackout", YAML_TEXTS, IN(jobs_printer, when.blackout),
		IN(jobs_printer, when.blackout_count), .absent = 0 },
	{ "cutoff", YAML_TEXT, IN(jobs_printer, cutoff), .absent = 0 },
	{ "days", YAML_TEXT, IN(jobs_printer, days), .absent = 0 },
	{ "post_days", YAML_TEXT, IN(jobs_printer, post_days), .absent = 0 },
	{ "print_days", YAML_INT, IN(jobs_printer, print_days), .absent = 1 },
	{ "transit", YAML_INT, IN(jobs_printer, transit), .absent = 2 },
	{ 0 },
};

static const struct yaml_key tariff_keys[] = {
	{ "year", YAML_INT, IN(jobs_tariff, year), .required = true },
	{ "letter", YAML_EURO, IN(jobs_tariff, letter), .required = true },
	{ "login", YAML_EURO, IN(jobs_tariff, login), .absent = 0 },
	{ "free", YAML_AMOUNT, IN(jobs_tariff, free), .absent = 0 },
	{ 0 },
};

static const struct yaml_key code_keys[] = {
	{ "code", YAML_TEXT, IN(receipt_choice, code), .required = true },
	{ "act", YAML_TEXT, IN(receipt_choice, act), .required = true },
	{ 0 },
};

static const struct yaml_key stream_keys[] = {
	{ "name", YAML_TEXT, IN(jobs_stream, name), .required = true },
	{ "title", YAML_TEXT, IN(jobs_stream, title), .absent = 0 },
	{ "sender", YAML_TEXT, IN(jobs_stream, sender), .absent = 0 },
	{ "senders", YAML_TEXTS, IN(jobs_stream, senders),
		IN(jobs_stream, senders_count), .absent = 0 },
	{ "endpoint", YAML_TEXT, IN(jobs_stream, endpoint), .required = true },
	{ "printer", YAML_TEXT, IN(jobs_stream, printer), .required = true },
	{ "format", YAML_TEXT, IN(jobs_stream, format), .required = true },
	{ "type", YAML_TEXT, IN(jobs_stream, type), .required = true },
	{ "lane", YAML_TEXT, IN(jobs_stream, lane), .absent = 0 },
	{ "complete", YAML_TEXT, IN(jobs_stream, complete), .absent = 0 },
	{ "release", YAML_TEXT, IN(jobs_stream, release), .absent = 0 },
	{ "release_letters", YAML_AMOUNT, IN(jobs_stream, release_letters),
		.absent = 0 },
	{ "resend", YAML_TIME, IN(jobs_stream, resend), .absent = 15 * 60000 },
	{ "resend_max", YAML_TIME, IN(jobs_stream, resend_max), .absent = 0 },
	{ "resends", YAML_INT, IN(jobs_stream, resends), .absent = 5 },
	{ "codes", YAML_LIST, IN(jobs_stream, codes),
		IN(jobs_stream, code_count), sizeof(struct receipt_choice),
		code_keys, false, 0 },
	{ "decline_window", YAML_INT, IN(jobs_stream, decline_window),
		.absent = 1000 },
	{ "decline_limit", YAML_SHARE, IN(jobs_stream, decline_limit),
		.absent = 100000 },
	{ "expect_paper", YAML_SHARE, IN(jobs_stream, expect_paper),
		.absent = -1 },
	{ "paper_points", YAML_INT, IN(jobs_stream, paper_points),
		.absent = 5 },
	{ "hold_within", YAML_TIME, IN(jobs_stream, hold_within),
		.absent = 7 * INT64_C(86400000) },
	{ "rejects", YAML_INT, IN(jobs_stream, rejects), .absent = -1 },
	{ "reject_share", YAML_SHARE, IN(jobs_stream, reject_share),
		.absent = -1 },
	{ "wait", YAML_TIME, IN(jobs_stream, wait), .absent = 4 * 3600000 },
	{ "look", YAML_TEXT, IN(jobs_stream, look), .absent = 0 },
	{ "look_command", YAML_TEXT, IN(jobs_stream, look_command),
		.absent = 0 },
	{ "not_pdfa", YAML_TEXT, IN(jobs_stream, not_pdfa), .absent = 0 },
	{ "box_only", YAML_TEXT, IN(jobs_stream, box_only), .absent = 0 },
	{ "count_check", YAML_BOOL, IN(jobs_stream, count_check), .absent = 0 },
	{ "lpr", YAML_INT, IN(jobs_stream, lpr), .absent = -1 },
	{ "ask", YAML_TEXT, IN(jobs_stream, ask), .absent = 0 },
	{ "wus_max", YAML_INT, IN(jobs_stream, wus_max), .absent = -1 },
	{ "keep", YAML_TIME, IN(jobs_stream, keep), .absent = -1 },
	{ "product", YAML_TEXT, IN(jobs_stream, product), .absent = 0 },
	{ "language", YAML_TEXT, IN(jobs_stream, language), .absent = 0 },
	{ "return_address", YAML_TEXTS, IN(jobs_stream, return_address),
		IN(jobs_stream, return_line_count), .absent = 0 },
	{ "proof", YAML_INT, IN(jobs_stream, proof), .absent = -1 },
	{ "window", YAML_TEXTS, IN(jobs_stream, when.window),
		IN(jobs_stream, when.window_count), .absent = 0 },
	{ "blackout", YAML_TEXTS, IN(jobs_stream, when.blackout),
		IN(jobs_stream, when.blackout_count), .absent = 0 },
	{ "dagtekening", YAML_TEXT, IN(jobs_stream, dagtekening), .absent = 0 },
	{ 0 },
};

static const struct yaml_key jobs_keys[] = {
	{ "database", YAML_TEXT, IN(jobs, database), .required = true },
	{ "spool", YAML_TEXT, IN(jobs, spool), .required = true },
	{ "site_key", YAML_TEXT, IN(jobs, site_key), .required = true },
	{ "formats", YAML_TEXT, IN(jobs, formats), .absent = 0 },
	{ "persons", YAML_TEXT, IN(jobs, persons), .absent = 0 },
	{ "shared_logins", YAML_TEXTS, IN(jobs, shared_logins),
		IN(jobs, shared_login_count), .absent = 0 },
	{ "listen", YAML_MAP, IN(jobs, listen), .inner = listen_keys,
		.required = true },
	{ "crl", YAML_MAP, IN(jobs, crl), .inner = crl_keys },
	{ "senders", YAML_LIST, IN(jobs, senders), IN(jobs, sender_count),
		sizeof(struct jobs_sender), sender_keys, true, 0 },
	{ "endpoints", YAML_LIST, IN(jobs, endpoints), IN(jobs, endpoint_count),
		sizeof(struct jobs_endpoint), endpoint_keys, true, 0 },
	{ "printers", YAML_LIST, IN(jobs, printers), IN(jobs, printer_count),
		sizeof(struct jobs_printer), printer_keys, true, 0 },
	{ "streams", YAML_LIST, IN(jobs, stanzas), IN(jobs, stanza_count),
		sizeof(struct jobs_stream), stream_keys, true, 0 },
	{ "tariffs", YAML_LIST, IN(jobs, tariffs), IN(jobs, tariff_count),
		sizeof(struct jobs_tariff), tariff_keys, false, 0 },
	{ "blackout", YAML_TEXTS, IN(jobs, blackout), IN(jobs, blackout_count),
		.absent = 0 },
	{ "blackout_file", YAML_TEXT, IN(jobs, blackout_file), .absent = 0 },
	{ 0 },
};

/* Every list has items with `name` first in the struct: one search for all. */
const void *
jobs_by_name(const void *items, size_t count, size_t bytes, const char *name)
{
	const char *item = items;
	size_t i;

	for (i = 0; i < count; i++, item += bytes) {
		const char *const *its =
			(const char *const *)(const void *)item;

		if (strcmp(*its, name) == 0)
			return item;
	}
	return NULL;
}

_Static_assert(offsetof(struct jobs_sender, name) == 0, "jobs_by_name()");
_Static_assert(offsetof(struct jobs_endpoint, name) == 0, "jobs_by_name()");
_Static_assert(offsetof(struct jobs_printer, name) == 0, "jobs_by_name()");
_Static_assert(offsetof(struct jobs_product, name) == 0, "jobs_by_name()");
_Static_assert(offsetof(struct jobs_stream, name) == 0, "jobs_by_name()");

const struct jobs_stream *
jobs_stream(const struct jobs *jobs, const char *name)
{
	return jobs_by_name(jobs->streams, jobs->stream_count,
		sizeof(*jobs->streams), name);
}

const struct jobs_endpoint *
jobs_endpoint(const struct jobs *jobs, const char *name)
{
	return jobs_by_name(jobs->endpoints, jobs->endpoint_count,
		sizeof(*jobs->endpoints), name);
}

const struct jobs_sender *
jobs_sender(const struct jobs *jobs, const char *name)
{
	return jobs_by_name(jobs->senders, jobs->sender_count,
		sizeof(*jobs->senders), name);
}

bool
jobs_production(const char *environment)
{
	return environment != NULL && strcmp(environment, "production") == 0;
}

const char *
jobs_loud(const char *environment)
{
	return jobs_production(environment) ? "PRODUCTION" : environment;
}

bool
jobs_uses(const struct jobs *jobs, const struct jobs_endpoint *endpoint,
	const struct jobs_sender *sender)
{
	size_t i;

	for (i = 0; i < jobs->stream_count; i++)
		if (jobs->streams[i].endpoint_is == endpoint &&
			jobs->streams[i].sender_is == sender)
			return true;
	return false;
}

bool
jobs_plain_http(const struct jobs *jobs, const struct jobs_sender *sender)
{
	bool some = false;
	size_t i;

	for (i = 0; i < jobs->stream_count; i++) {
		const struct jobs_stream *s = &jobs->streams[i];

		if (s->sender_is != sender)
			continue;
		if (!s->endpoint_is->plain_http)
			return false;
		some = true;
	}
	return some;
}

enum verdict
jobs_parse(const char *name, const char *text, size_t len,
	struct jobs *jobs_out, struct fault *why)
{
	struct yaml_mistakes mistakes = { .max = 1 };
	struct yaml_places *places = NULL;
	const void *where = NULL;
	size_t line, column;
	enum verdict v;

	v = yaml_check(name, text, len, jobs_keys, jobs_out, sizeof(*jobs_out),
		&mistakes, &places);
	if (v != V_OK) {
		*why = mistakes.first;
		yaml_places_free(places);
		yaml_done(jobs_keys, jobs_out);
		return V_BROKEN;
	}
	v = jobs_check(jobs_out, why);
	if (v == V_OK)
		v = jobs_pace_check(jobs_out, &where, why);
	if (v == V_OK)
		v = jobs_dates_check(jobs_out, &where, why);
	if (v != V_OK) {
		if (where != NULL && yaml_place(places, where, &line, &column))
			fault_at(why, "%s:%zu:%zu", name, line, column);
		else
			fault_at(why, "%s", name);
		jobs_free(jobs_out);
	}
	yaml_places_free(places);
	return v;
}

void
jobs_free(struct jobs *jobs)
{
	jobs_senders_done(jobs);
	yaml_done(jobs_keys, jobs);
}

const struct jobs_tariff *
jobs_tariff(const struct jobs *jobs, int year)
{
	const struct jobs_tariff *found = NULL;
	size_t i;

	for (i = 0; i < jobs->tariff_count; i++) {
		const struct jobs_tariff *t = &jobs->tariffs[i];

		if (t->year <= year && (found == NULL || t->year > found->year))
			found = t;
	}
	return found;
}
