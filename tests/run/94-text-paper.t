#!/bin/sh
# Letters without a PDF are printed: each page has the address, the reference
# and the amounts of its own citizen, and what cannot be printed is told.
#
# The judge reads the bundles: their PDFs by pdftotext, what must stand in them
# from the supplier's file.
. tests/run/lib.sh
command -v pdftotext >/dev/null || skip_all "pdftotext is not installed"
house
sed -i 's/^\( *\)bundle_letters: .*/&\n\1letter_code: true\n\1window: { left: 22.5mm, top: 48mm, width: 85mm, height: 36mm }/' \
	"$dir/jobs.yaml"
sed -i 's/^\( *\)lpr: .*/&/' "$dir/jobs.yaml"
f=$dir/tekst.csv
mobbsim batch --stream uitkering --letters 40 --seed 94 --out "$f" >/dev/null
# The first that must be on paper gets a word that our fonts do not have.
ref=$(awk -F';' '$4 == "paper" { print $2; exit }' "$f.truth.csv")
nr=${ref##*-}
LC_ALL=C awk -F';' -v OFS=';' -v nr="$nr" \
	'$1 == "SP" && $2 == nr && !done { $15 = "\344\270\255\345\233\275"; done = 1 } { print }' \
	"$f" >"$dir/new.csv"
cp "$dir/new.csv" "$f"
rm -f "$f.sha256"
drop "$f" uitkering
settle
out=$(count "$f.truth.csv")
is "each text letter came once, to its citizen" \
	"$(echo "$out" | tail -4 | tr '\n' ' ')" "lost 0 twice 0 both 0 mixed 0 "
paper=$(awk -F';' '$4 == "paper" || $4 == "late"' "$f.truth.csv" | wc -l)
ok "some of them are for paper" test "$paper" -gt 4
is "all of these are printed but the one with a word of another script" \
	"$(echo "$out" | sed -n 's/^paper //p') $(echo "$out" | sed -n 's/^open //p')" \
	"$((paper - 1)) 1"
like "which waits, with the code" "$(job why "$ref" 2>&1)" 'MOBB-1358'

mkdir "$dir/look"
for z in "$dir"/spool/print/out/*.zip; do
	bsdtar -xf "$z" -C "$dir/look"
	sed 1d "$dir/look/letters.csv"
done >"$dir/letters"
wrong() { # what of letters.csv does not stand on its own page
	while IFS=';' read -r _ id ref file sha _ pages _ l1 l2 l3 _; do
		pdftotext -layout "$dir/look/$file" "$dir/page.txt"
		client=$(awk -F';' -v r="${ref##*-}" '$1 == "SP" && $2 == r {
			gsub(/"([^"]|"")*"/, ""); print $4 }' "$f")
		[ "$(sha256sum <"$dir/look/$file" | cut -d' ' -f1)" = "$sha" ] ||
			echo "$ref: another digest"
		for w in "$l1" "$l2" "$l3" "Kenmerk: $ref" "$id" "$client" \
			"1 van $pages"; do
			w=$(echo "$w" | tr -d '"' | tr -s ' ')
			tr -s ' ' <"$dir/page.txt" | grep -qF -- "$w" ||
				echo "$ref: without $w"
		done
	done <"$dir/letters"
}
is "on each page stand address, reference, id and number of its own citizen" \
	"$(wrong)" ""
outside() { # words in the window that are not of the address, and the reverse
	while IFS=';' read -r _ _ ref file _ _ _ _ l1 l2 l3 l4 l5 l6 _; do
		want=$(echo "$l1$l2$l3$l4$l5$l6" | tr -d '" ')
		got=$(pdftotext -f 1 -l 1 -bbox "$dir/look/$file" - | sed -n \
			's/.*<word xMin="\([0-9.]*\)" yMin="\([0-9.]*\)" xMax="\([0-9.]*\)" yMax="\([0-9.]*\)">\(.*\)<.word>/\1 \2 \3 \4 \5/p' |
			awk '{ k = 25.4 / 72 } $3 * k > 22.5 && $1 * k < 107.5 &&
				$4 * k > 48 && $2 * k < 84 { printf "%s", $5 }' |
			sed 's/&amp;/\&/g;s/&apos;/'"'"'/g;s/&#39;/'"'"'/g')
		[ "$got" = "$want" ] || echo "$ref: $got, not $want"
	done <"$dir/letters"
}
is "in the window of the envelope stands the address and nothing else" \
	"$(outside)" ""
is "fonts are inside" "$(for p in "$dir"/look/pdf/*.pdf; do
	pdffonts "$p" | sed 1,2d | awk '$(NF - 4) != "yes"'
done)" ""
finish
