/* channels/print_readme.c - README.txt of a bundle; see channels/print_list.h
 *
 * For whoever opens a bundle and has nothing else.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <string.h>

#include "channels/print_list.h"

static const char marks_test[] =
	"THIS IS A TEST.  Print it to look at it; nothing of it is for "
	"citizens, and\nnothing of it may be posted.\n\n";
static const char marks_proof[] =
	"THIS IS A PROOF of a run that follows.  Print it and send it to the "
	"contact\nbelow; post nothing.  The same letters come again in the "
	"run, "
	"in bundles without\nPROOF in their names.\n\n";

static const char files_all[] =
	"Files\n"
	"  manifest.xml   every letter with its documents, address lines and "
	"sort key;\n"
	"                 schema: print-manifest.xsd\n"
	"  letters.csv    the same, one line a letter, UTF-8, ';' between the "
	"columns:\n"
	"                 seq letter_id reference file sha256 bytes pages "
	"sheets\n"
	"                 line1 .. line6 postcode housenumber zone kix "
	"sort_key "
	"reason shortened\n"
	"                 (more documents: file and sha256 hold them in order, "
	"a "
	"blank\n"
	"                 between them)\n"
	"  adressen.csv   addresses for the upload of the post\n";
static const char files_zip[] = "  pdf/           the documents; the number is "
				"the order of printing\n\n";
static const char files_merged[] =
	"  letters.pdf    all documents, one after the other, in the order of "
	"printing\n"
	"  pages.csv      the page index: the first and last page of each "
	"document.  On both\n"
	"                 sides an empty page follows a document with an odd "
	"number of pages,\n"
	"                 so that the next one begins on a new sheet; it is in "
	"no range\n\n";

static const char rules[] =
	"Rules\n"
	"  Print each address as its lines say; line for line, unchanged.\n"
	"  Documents of one letter go in one envelope, in order, each on a new "
	"sheet.\n"
	"  Never put two letters in one envelope, also not for one address.\n"
	"  A bundle of a name that was printed before is the same bundle: do "
	"not print\n"
	"  it again.\n\n";

/* What a printer of this kind is asked to say; spec print.md 5.5. */
static void
receipts(const struct print_bundle *bundle, struct buf *out)
{
	const char *name = bundle->name;

	if (bundle->proof || bundle->test ||
		strcmp(bundle->receipts, "none") == 0)
		return;
	buf_format(out,
		"Receipts, as files in the folder of receipts; write them "
		"under a name that ends in\n.part and rename them\n"
		"  %s.ack\n"
		"                 the bundle was taken in: one line, "
		"letters;sha256\n"
		"                 %zu;the digest in the .sha256 beside the "
		"bundle\n"
		"  %s.nack\n"
		"                 it was refused and nothing is printed: "
		"letter_id;code;text;\n"
		"                 without letter_id what is about the whole "
		"bundle\n"
		"  %s.rejected.csv\n"
		"                 single letters: letter_id;code;text\n",
		name, bundle->letter_count, name, name);
	if (strcmp(bundle->receipts, "posted") == 0)
		buf_format(out,
			"  %s.posted.csv\n"
			"                 printed and posted: "
			"letter_id;date;product;sheets;pages\n"
			"  retour-YYYYMMDD.csv\n"
			"                 came back: "
			"letter_id;date;reason;new_address\n",
			name);
	buf_text(out, "\n");
}

static void
line(struct buf *out, const char *name, const char *text)
{
	if (text[0] != '\0')
		buf_format(out, "%-12s %s\n", name, text);
}

void
print_readme(const struct print_bundle *bundle, struct buf *out)
{
	struct print_sums all = print_sums(bundle);
	size_t i;

	buf_format(out, "Print bundle %s\n\n", bundle->name);
	if (bundle->test)
		buf_text(out, marks_test);
	if (bundle->proof)
		buf_text(out, marks_proof);
	buf_format(out,
		"sender       %s (%s)\n"
		"stream       %s, job %s, from file %s\n"
		"environment  %s\n"
		"letters      %zu\n"
		"pages        %" PRId64 ", sheets %" PRId64 " (%s, %s)\n"
		"addresses    NL %" PRId64 ", EU %" PRId64
		", other countries %" PRId64 "\n",
		bundle->sender_name, bundle->sender_oin, bundle->stream,
		bundle->job, bundle->delivery, bundle->environment,
		bundle->letter_count, all.pages, all.sheets,
		bundle->simplex ? "simplex" : "duplex",
		bundle->colour ? "colour" : "mono", all.zones[0], all.zones[1],
		all.zones[2]);
	line(out, "account", bundle->account);
	line(out, "product", bundle->product);
	line(out, "post", bundle->post);
	line(out, "envelope", bundle->envelope);
	if (bundle->weight > 0)
		buf_format(out, "weight       at most %d grams a letter\n",
			bundle->weight);
	for (i = 0; i < bundle->insert_count; i++)
		line(out, "insert", bundle->inserts[i]);
	line(out, "returned", bundle->returned);
	line(out, "before it", bundle->previous);
	buf_text(out, "\n");
	buf_text(out, files_all);
	buf_text(out, bundle->merged ? files_merged : files_zip);
	buf_text(out, rules);
	receipts(bundle, out);
	buf_format(out, "Questions: %s, with the name of the bundle.\n",
		bundle->contact[0] != '\0' ? bundle->contact
					   : "the sender named above");
}
