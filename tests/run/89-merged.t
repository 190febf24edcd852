#!/bin/sh
# One merged PDF and a page index, for a printer that wants it so.
#
# qpdf judges the PDF, pdftotext (where it is there) that each range of pages is
# the document that the letter had in the file.
. tests/run/lib.sh
command -v qpdf >/dev/null 2>&1 || skip_all "qpdf is not installed"
house dark
: >"$dir/sim/subscribers.txt" # nobody has a box
sim_start
listen_start
f=$dir/woz.zip
batch "$f" 40 90
out=$dir/spool/print/out
sed -i -e 's/^\( *\)bundle_letters: .*/\1bundle_letters: 25\n\1bundle: merged/' \
	-e 's/^\( *\)type: WOZ$/&\n\1expect_paper: 100%/' "$dir/jobs.yaml"
drop "$f"
settle
is "every letter went" "$(field handed_over)" 40
mkdir "$dir/pdf"
bsdtar -xf "$f" -C "$dir/pdf"
for z in "$out"/print-*.zip; do
	n=$(basename "$z" .zip)
	mkdir "$dir/$n"
	bsdtar -xf "$z" -C "$dir/$n"
	m=$dir/$n/letters.pdf
	ok "$n: qpdf finds nothing wrong" qpdf --check "$m"
	ok "its manifest fits the schema" xmllint --nonet --noout \
		--schema schemas/print-manifest.xsd "$dir/$n/manifest.xml"
	# On both sides: an even number of pages for each document.
	is "pages are those of the index, with empty ones between" "$(
		qpdf --show-npages "$m")" "$(awk -F';' 'NR > 1 {
			p = $5 - $4 + 1; n += p + p % 2 } END { print n }' \
			"$dir/$n/pages.csv")"
	is "the index is without holes, and each begins on a new sheet" "$(
		awk -F';' 'NR > 1 { if ($4 % 2 != 1 || $4 <= last) print; last = $5 }' \
			"$dir/$n/pages.csv")" ""
	is "a line of the index for each letter" \
		"$(sed 1d "$dir/$n/pages.csv" | cut -d';' -f2 | sort -u | wc -l)" \
		"$(sed 1d "$dir/$n/letters.csv" | wc -l)"
	is "no PDF of its own for any letter" "$(bsdtar -tf "$z" | grep -c '^pdf/')" 0
done
# Who gets which pages: the text of the range, against the file of the supplier.
if command -v pdftotext >/dev/null 2>&1; then
	for d in "$dir"/print-*/; do
		sed 1d "$d/pages.csv" | while IFS=';' read -r seq id doc a b; do
			sha=$(awk -F';' -v id="$id" '$2 == id { print $5 }' "$d/letters.csv")
			src=$(cd "$dir/pdf" && sha256sum $(find . -name '*.pdf') |
				awk -v s="$sha" '$1 == s { print $2; exit }')
			pdftotext -f "$a" -l "$b" "$d/letters.pdf" "$dir/one.txt"
			pdftotext "$dir/pdf/$src" "$dir/two.txt"
			cmp -s "$dir/one.txt" "$dir/two.txt" || echo "$d $seq"
		done
	done >"$dir/mixed"
	is "nobody has the pages of another" "$(cat "$dir/mixed")" ""
fi
finish
