#!/bin/sh
# One letter, two documents: the box gets its own, the envelope gets its own and
# one more; and what is for the box only is in no bundle, whatever happens.
#
# The judge reads the other side's ledger and the bundles.
. tests/run/lib.sh
house dark
mkdir "$dir/x" "$dir/formats"
mobbsim batch --stream index --letters 24 --seed 95 --out "$dir/pdfs.zip" >/dev/null
(cd "$dir/x" && bsdtar -xf "$dir/pdfs.zip")
# A semicolon in a name is not what this is about.
sed -i 's/"[^"]*"/J. Proef/g' "$dir/x/index.csv"
# Two layouts: their index with a column for each way.
sed -e 's/^format: .*/format: wegen/' \
	-e '/name: document, .*filename/{s/at: document/at: box/;p;s/name: document/name: papier/;s/at: box/at: papier/;p;s/name: papier/name: kanaal/;s/at: papier/at: kanaal/;s/type: filename, *length: 1-60, *use: required/type: enum, values: [papier, box, beide], use: optional/;s/example: .*}/example: box }/}' \
	-e 's/^  - { name: brief, href: document.*/  - { name: box, href: document, for: box, title: "{onderwerp}" }\n  - { name: papier, href: papier, for: paper, title: "{onderwerp}" }\n  - { name: bijlage, file: folder.pdf, for: paper, title: Folder }/' \
	-e 's/^  recipient: bsn/&\n  channel: kanaal\n  paper_only: [papier]\n  box_only: [box]/' \
	formats/index-csv.yaml >"$dir/formats/wegen.yaml"
ok "the layout is sound" job check "$dir/formats/wegen.yaml"
sed -i -e "s,^formats:.*,formats: $dir/formats," "$dir/jobs.yaml"
grep -q '^formats:' "$dir/jobs.yaml" ||
	sed -i "1i formats: $dir/formats" "$dir/jobs.yaml"
cp formats/*.yaml "$dir/formats/"
sed -i -e 's/^\( *\)format: woz-biljet.*/\1format: wegen\/1\n\1expect_paper: 60%\n\1paper_points: 60/' "$dir/jobs.yaml"
# A line is referentie;bsn;...;document: half of them twenty citizens.
(
	cd "$dir/x" || exit
	set -- *.pdf
	n=0
	for p in "$@"; do
		n=$((n + 1))
		cp "$p" "p-$p"
		echo "% paper $n" >>"p-$p"
	done
	cp "$1" folder.pdf
	echo "% folder" >>folder.pdf
	awk -F';' -v OFS=';' 'NR == 1 {
			for (i = 1; i <= NF; i++) if ($i == "document") d = i
			$d = "box"; print $0, "papier", "kanaal"; next }
		{ k = NR % 3 == 0 ? "papier" : NR % 3 == 1 ? "box" : ""
		print $0, "p-" $d, k }' index.csv >new.csv
	mv new.csv index.csv
	bsdtar --format zip -cf ../wegen.zip -- *
)
sed -n '2,$p' "$dir/x/index.csv" >"$dir/rows"
# Column numbers by name.
col() { head -1 "$dir/x/index.csv" | tr ';' '\n' | grep -nx "$1" | cut -d: -f1; }
k=$(col kanaal) b=$(col bsn) r=$(col referentie) x=$(col box) p=$(col papier)
# Half of them have a box; of each kind some.
awk -F';' -v b="$b" 'NR % 2 && $b != "" { print $b }' "$dir/rows" \
	>"$dir/sim/subscribers.txt"
sim_start
listen_start
drop "$dir/wegen.zip"
settle
job release "$(field id)" --reason "no totals" >"$dir/release.log" 2>&1
settle
one() { # one CHANNEL HAS-A-BOX: references, sorted
	awk -F';' -v k="$k" -v b="$b" -v r="$r" -v want="$1" -v has="$2" \
		'FILENAME ~ /subscribers/ { box[$1] = 1; next }
		$k == want && ($b in box) == has { print $r }' \
		"$dir/sim/subscribers.txt" "$dir/rows" | sort
}
sent() { grep ';yes;' "$dir/sim/ledger.csv" | cut -d';' -f5 | sort; }
mkdir "$dir/look"
for z in "$dir"/spool/print/out/*.zip; do
	bsdtar -xOf "$z" letters.csv | sed 1d
done >"$dir/letters"
printed() { cut -d';' -f3 "$dir/letters" | tr -d '"' | sort; }
ok "there are some of each kind" test \
	"$(one box 0 | grep -c .)" -gt 1 -a "$(one "" 1 | grep -c .)" -gt 1
is "the box gets what may go there and has one" "$(sent)" \
	"$( (one "" 1; one box 1) | sort)"
is "on paper go who have no box and who want paper" "$(printed)" \
	"$( (one "" 0; one papier 0; one papier 1) | sort)"
is "what is for the box only, and has none, waits" \
	"$(one box 0 | while read -r l; do
		job why "$l" </dev/null 2>&1 | grep -q 'MOBB-1361' && echo "$l"
	done)" "$(one box 0)"
sums() { # sums FILE-COLUMN: reference;digest of that document
	awk -F';' -v r="$r" -v c="$1" '{ print $r, $c }' "$dir/rows" |
		while read -r ref file; do
			echo "$ref;$(sha256sum <"$dir/x/$file" | cut -d' ' -f1)"
		done | sort
}
sums "$x" >"$dir/box.sums"
sums "$p" >"$dir/paper.sums"
is "the box has its own document, alone" \
	"$(grep ';yes;' "$dir/sim/ledger.csv" | cut -d';' -f5,7 | sort |
		comm -23 - "$dir/box.sums")" ""
folder=$(sha256sum <"$dir/x/folder.pdf" | cut -d' ' -f1)
is "the envelope has its own, and the leaflet behind it" \
	"$(tr -d '"' <"$dir/letters" | awk -F';' -v f="$folder" '{
		split($5, s, " "); print $3 ";" s[1]
		if (s[2] != f || s[3] != "") print $3 ": leaflet" }' | sort |
		comm -23 - "$dir/paper.sums")" ""
first=$(one box 0 | head -1)
job resolve "$first" --as paper --reason "test" >"$dir/resolve.log" 2>&1
settle
is "nobody has it printed by a decision" "$(for z in "$dir"/spool/print/out/*.zip; do
	bsdtar -xOf "$z" letters.csv; done | grep -c "$first")" 0
finish
