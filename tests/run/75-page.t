#!/bin/sh
# The release page: what a person sees of a job before saying yes, and that it
# was so afterwards.  Judged by what the other side got and by the bundles.
. tests/run/lib.sh
house
sed -i -e 's/release: automatic/release: person/' \
	-e 's/in_flight: 2/in_flight: 2\n    lot_letters: 50/' "$dir/jobs.yaml"
f=$dir/woz.zip
batch "$f" 300 41 --bad 5
drop "$f"
once
id=$(field id)
page=$(job show "$id" --plain)
of() { printf '%s\n' "$page" | sed -n "s/^$1	//p"; }
is "it is held" "$(field state)" held
# What the supplier meant, from its own list.
box=$(awk -F';' '$4 == "box" || $4 == "late"' "$f.truth.csv" | wc -l)
paper=$(awk -F';' '$4 == "paper"' "$f.truth.csv" | wc -l)
like "letters for the box, in lots of 50" "$(of 'to the box')" \
	"^$box letters in $(((box + 49) / 50)) lots, [0-9.]+ MB$"
like "letters on paper, with pages and sheets" "$(of 'on paper')" \
	"^$paper letters in 1 bundle, [0-9,]+ pages on [0-9,]+ sheets \(both sides\)"
like "the share, and that nothing can be compared" "$(of 'paper share')" \
	'^[0-9]+\.[0-9] %; this stream has no run before$'
like "dates" "$(of 'letters dated')" '^20[0-9-]+'
is "publication" "$(of publication)" "at once"
like "when all will have left" "$(of 'all sent')" 'limit|as fast as|no limit'
like "what was rejected, and where to see it" "$(of rejected)" \
	'^5 \(mobbjob rejects'
like "the total" "$(of 'control total')" '300 letters announced'
like "why it is held" "$(of reason)" 'MOBB-1305'
like "what to do next: look" "$(of 'look first')" "mobbjob sample $id"
like "and then: release" "$(of 'needs a person')" "mobbjob release $id"
pages=$(of 'on paper' | sed 's/.*bundle, \([0-9,]*\) page.*/\1/; s/,//')
ok "released" job release "$id" --reason "looked at"
settle
is "as many lots as were told" \
	"$(awk -F';' 'NR > 1 && $6 > 1 && $8 != "yes" { print $5 }' \
		"$dir/sim/posts.csv" | sort -u | wc -l)" $(((box + 49) / 50))
late=$(awk -F';' '$4 == "late"' "$f.truth.csv" | wc -l)
inside=$(for z in "$dir"/spool/print/out/*.zip; do
	bsdtar -xOf "$z" letters.csv | tail -n +2; done | wc -l)
is "in the bundle: what was told, and what the box declined" "$inside" \
	$((paper + late))
like "afterwards it says when all had left" "$(job show "$id")" \
	'all sent +20[0-9]{2}-'

# A second run is compared with the first; the printer prints on one side.
sed -i 's/receipts: none/receipts: none\n    sides: simplex/' "$dir/jobs.yaml"
sed -i 's/receipts: none/receipts: none\n    letter_price: 0.75\n    sheet_price: 0.04/' \
	"$dir/jobs.yaml"
printf 'tariffs:\n  - { year: 2018, letter: 0.47 }\n' >>"$dir/jobs.yaml"
listen_stop
listen_start
g=$dir/two.zip
batch "$g" 300 42
drop "$g"
once
page=$(job show "$(field id)" --plain)
like "with the last run beside it" "$(of 'paper share')" \
	"[0-9.]+ % in the last run, job $id"
like "sheets of one side" "$(of 'on paper')" 'one side'
# Box letters at 0.47; on paper 0.75 a letter and 0.04 a sheet.
num() { of "$1" | sed "s/$2/\\1/; s/,//g"; }
boxes=$(num 'to the box' '\([0-9,]*\) letter.*')
papers=$(num 'on paper' '\([0-9,]*\) letter.*')
sheets=$(num 'on paper' '.* on \([0-9,]*\) sheet.*')
cents=$((boxes * 47 + papers * 75 + sheets * 4))
is "what it costs" "$(of cost | sed 's/;.*//; s/[^0-9]//g')" "$cents"
like "and what all on paper would" "$(of cost)" 'EUR [0-9.]+ with all on paper$'
like "a day that is not in the letters is not shown" "$(of 'last day')" '^$'
json=$(job show "$(field id)" --json)
for k in split_box split_paper box_lots box_bytes paper_sheets send_ms \
	last_paper_share_permille cost_cents finish_at; do
	like "--json has $k" "$json" "\"$k\":"
done
job release "$(field id)" --reason "and again" >/dev/null
once
for z in "$dir"/spool/print/out/*.zip; do
	bsdtar -xOf "$z" manifest.xml | grep -o '<sides>[a-z]*' 
done | sort -u >"$dir/sides"
is "the printer is told, too" "$(tr '\n' ' ' <"$dir/sides")" \
	"<sides>duplex <sides>simplex "

# Of what was refused there is nothing to say.
echo nothing >"$dir/bad.zip"
drop "$dir/bad.zip"
once
_out=$(job forecast "$(field id)" 2>&1)
like "no forecast of a file that was refused" "$_out" 'MOBB-1334'
finish
