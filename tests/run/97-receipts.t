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
is "a second run has nothing to do" "$(once; echo $code)" 0
finish
