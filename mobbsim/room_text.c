/* mobbsim/room_text.c - see mobbsim/room_text.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "mobbsim/room_text.h"

/* A YAML text in single quotes: only the quote itself is doubled. */
static void
add_quoted(struct buf *out, const char *text)
{
	buf_text(out, "'");
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			buf_text(out, "'");
		buf_add(out, text, 1);
	}
	buf_text(out, "'");
}

/* Where we listen, and who sends. */
static void
add_ours(const struct room_ports *ports, int senders, struct buf *out)
{
	struct room_sender sender;
	int i;

	buf_format(out,
		"\n\n"
		"# Where acknowledgments and results are pushed to us; the "
		"address is in cpa.xml.\n"
		"listen:\n"
		"  at: \"127.0.0.1:%d\"\n"
		"  path: /ebms\n"
		"  certificate: pki/ours-server.crt\n"
		"  key: pki/ours-server.key\n"
		"  trust: pki/root.crt\n"
		"  max_body: 24MB\n"
		"\n"
		"# On whose behalf letters leave: number, agreement, and the "
		"client certificate.\n"
		"senders:\n",
		ports->ours);
	for (i = 1; i <= senders; i++) {
		room_sender(i, &sender);
		buf_format(out,
			"  - name: %s\n"
			"    oin: \"%s\"\n"
			"    cpa: %s\n"
			"    certificate: pki/%s.crt\n"
			"    key: pki/%s.key\n",
			sender.name, sender.oin, sender.cpa, sender.client,
			sender.client);
	}
	buf_text(out, "\n");
}

/* One of each layout there is a definition for. */
static void
add_streams(int senders, struct buf *out)
{
	static const struct {
		const char *name, *title, *format, *type;
	} streams[] = {
		{ "woz", "WOZ-beschikkingen", "woz-biljet/1", "WOZ" },
		{ "uitkering", "Uitkeringsspecificaties", "uitkering-csv/1",
			"UITKER" },
		{ "jaaropgave", "Jaaropgaven", "jaaropgave-vast/1", "JAAROPG" },
		{ "parkeren", "Parkeervergunningen", "index-csv/1",
			"PARKEREN" },
		{ "print", "Brieven uit een printbestand", "pdf-index/1",
			"PRINT" },
	};
	size_t i;

	buf_text(out, "\nstreams:\n");
	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		buf_format(out,
			"  - name: %s\n"
			"    title: %s\n"
			"    %s\n"
			"    endpoint: simulator\n"
			"    printer: drukker\n"
			"    format: %s\n"
			"    type: %s\n"
			"    complete: rename\n"
			"    release: automatic\n",
			streams[i].name, streams[i].title,
			senders > 1 ? "senders: all" : "sender: voorbeeld",
			streams[i].format, streams[i].type);
}

void
room_text_jobs(const struct room_ports *ports, int senders, const char *formats,
	struct buf *out)
{
	buf_text(out,
		"# Each stream below turns every file dropped in "
		"spool/in/STREAM/ into one job.\n"
		"#\n"
		"# A rehearsal room, made by `mobbsim init`.  Paths are "
		"relative to this file.\n"
		"# Drop a file in spool/in/woz/, run mobbd, and look with "
		"mobbjob.\n"
		"\n"
		"# A PostgreSQL of our own in db/, started when it is "
		"needed.\n"
		"database: private\n"
		"spool: spool\n"
		"# Makes the ids of letters; lose it and the same letter gets "
		"another id.\n"
		"site_key: keys/site.key\n"
		"# Definitions of the files suppliers deliver, one per "
		"layout.\n"
		"formats: ");
	add_quoted(out, formats);
	add_ours(ports, senders, out);
	buf_format(out,
		"# Where box letters go, how fast, and how many lots may be "
		"on their way at once.\n"
		"endpoints:\n"
		"  - name: simulator\n"
		"    environment: simulator\n"
		"    wus: \"https://localhost:%d/wus\"\n"
		"    trust: pki/root.crt\n"
		"    letters: 3600000/h\n"
		"    bytes: 50MB/s\n"
		"    in_flight: 2\n"
		"    # As many as you like: this service is our own.\n"
		"    wus_max: 1000000\n"
		"    wus_daily: 100000000\n"
		"\n",
		ports->theirs);
	buf_text(out, "# Who prints what cannot go to a box; bundles appear in "
		      "spool/print/out/.\n"
		      "printers:\n"
		      "  - name: drukker\n"
		      "    receipts: none\n"
		      "    bundle_letters: 10000\n"
		      "    bundle_bytes: 2GB\n");
	add_streams(senders, out);
}

void
room_text_sim(const struct room_ports *ports, int senders, const char *schemas,
	struct buf *out)
{
	struct room_sender sender;
	int i;

	struct buf path = BUF_MAX((size_t)PATH_MAX + 64);

	buf_text(out, "# The other side of the rehearsal, read by "
		      "`mobbsim serve`.  Paths are relative to\n"
		      "# this file; what it keeps is in sim/.\n\n");
	buf_format(out,
		"# /ebms and /wus, over two-way TLS.\n"
		"listen: \"127.0.0.1:%d\"\n"
		"max_body: 160MB\n"
		"oin: \"" ROOM_THEIR_OIN "\"\n"
		"cpa: [",
		ports->theirs);
	for (i = 1; i <= senders; i++) {
		room_sender(i, &sender);
		buf_format(out, "%s%s", i == 1 ? "" : ", ", sender.cpa);
	}
	buf_text(out, "]\n"
		      "certificate: pki/theirs-server.crt\n"
		      "key: pki/theirs-server.key\n"
		      "client_certificate: pki/theirs-client.crt\n"
		      "client_key: pki/theirs-client.key\n"
		      "trust: pki/root.crt\n"
		      "# A delivery is judged by this.\n"
		      "schema: ");
	buf_format(&path, "%s/box-request.xsd", schemas);
	add_quoted(out, path.bytes);
	buf_done(&path);
	buf_text(out, "\n"
		      "# How long after a delivery its result is pushed; 0 is "
		      "at once.\n"
		      "result_after: 2s\n"
		      "# The same for the answer to a bulk question about "
		      "subscriptions.\n"
		      "answer_after: 2s\n"
		      "# BerichtTypes that are registered; without this line "
		      "all are.\n"
		      "#types: [WOZ, UITKER, JAAROPG, PARKEREN, PRINT]\n");
}
