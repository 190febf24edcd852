#!/bin/sh
# The printer takes the bundles, says so, posts them; later some come back.
. tests/run/lib.sh
house
sed -i -e "s/receipts: none/receipts: posted/" \
	-e "s/bundle_letters: .*/bundle_letters: 8/" "$dir/jobs.yaml"
f=$dir/woz.zip
batch "$f" 60 97
drop "$f"
settle
in=$dir/spool/print/in
printed() { sed 1d "$dir/sim/printed.csv" | wc -l; }
paper=$(awk -F';' '$4 == "paper" || $4 == "late"' "$f.truth.csv" | wc -l)
is "nothing is posted before the printer says so" "$(field posted)" 0

ok "the printer finds the bundles as they promise to be" \
	mobbsim printer "$dir" --only ack
is "and has printed nothing yet" "$(printed)" 0
once
like "the queue tells that he has them" \
	"$(job print --plain | cut -f2 | sort -u)" '^acknowledged$'
ok "then he prints and posts" mobbsim printer "$dir"
once
is "every letter on paper came out of the machine" "$(printed)" "$paper"
is "once" "$(sed 1d "$dir/sim/printed.csv" | cut -d';' -f4 | sort | uniq -d)" ""
is "we say what the machine says" "$(field posted)" "$(printed)"
is "and the job is settled" "$(field state)" settled
is "no error of the printer" "$(sed 1d "$dir/sim/printer-errors.csv")" ""
is "all receipts are applied" "$(ls "$in" | tr '\n' ' ')" "done "
like "the queue is empty" "$(job print)" "no bundle waits"
bundle=$(ls "$dir"/spool/print/out/*.zip | head -1)
bundle=$(basename "$bundle" .zip)
like "one bundle, with its receipts" "$(job print "$bundle")" \
	"$bundle.posted.csv +posted"

# The same files once more: the same books.
before=$(job list --all --json | sed 's/"changed_at"[^,]*,//')
cp "$in"/done/* "$in/"
once
is "the same files again change nothing" \
	"$(job list --all --json | sed 's/"changed_at"[^,]*,//')" "$before"
ok "they are told apart in done" test -e "$in/done/$bundle.ack.2"
ok "and the printer prints nothing again" mobbsim printer "$dir" --again
is "as his list says" "$(printed)" "$paper"

# The printer is a judge that can say no: the same letters under another name, a
# document that was changed, a digest that does not fit.
out=$dir/spool/print/out
made() { # made NAME: a bundle of what lies in $dir/x
	(cd "$dir/x" && bsdtar -cf "$out/$1.zip" --format zip manifest.xml \
		letters.csv adressen.csv README.txt pdf/*)
	(cd "$out" && sha256sum "$1.zip" >"$1.zip.sha256")
	touch "$out/$1.zip.ready"
}
mkdir "$dir/x"
bsdtar -xf "$out/$bundle.zip" -C "$dir/x"
other=print-20260101-aaaa-20260101-001-0000000
sed -i "s/>$bundle</>${other}1</" "$dir/x/manifest.xml"
made ${other}1
mobbsim printer "$dir" 2>/dev/null
like "letters that were printed before are not printed" \
	"$(cat "$dir/sim/printer-errors.csv")" "${other}1;a letter of it was printed"
sed -i "s/>${other}1</>${other}2</" "$dir/x/manifest.xml"
pdf=$(ls "$dir"/x/pdf | head -1)
echo >>"$dir/x/pdf/$pdf"
made ${other}2
mobbsim printer "$dir" 2>/dev/null
like "nor a document that is another" "$(cat "$dir/sim/printer-errors.csv")" \
	"${other}2;pdf/$pdf is not what the manifest says"
echo >>"$out/${other}2.zip.sha256"
mobbsim printer "$dir" 2>/dev/null
like "nor what has another digest" \
	"$(tail -1 "$dir/sim/printer-errors.csv")" 'the digest beside it'
is "nothing came out of the machine" "$(printed)" "$paper"
rm -f "$out/$other"*
once
like "and his nacks about them are told: they are not ours" \
	"$(job needs --plain)" "MOBB-1363.*${other}2"

# Months later.
ok "four letters come back" mobbsim printer "$dir" --retour 4
once
report=$dir/spool/out/woz/woz.zip.report.csv
is "the supplier is told of each" "$(grep -c 'MOBB-1369' "$report")" 4
like "and how many" "$(cat "$report")" '^returned;4;'
like "with reason and new address" "$(cat "$report")" \
	'returned by the post on .*: moved, a new address is known'
like "the sum still closes" "$(cat "$report")" '^sum;.*sum OK'
ref=$(grep MOBB-1369 "$report" | head -1 | cut -d';' -f4)
like "why says so" "$(job why "$ref")" 'came back by the post on'
is "posted stays posted" "$(field posted)" "$paper"
finish
