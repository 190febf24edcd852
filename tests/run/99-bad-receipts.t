#!/bin/sh
# Receipts with everything wrong: good lines count, a bad line keeps the file and
# tells a person; nothing is printed twice, nothing lost.
. tests/run/lib.sh
house
sed -i -e "s/receipts: none/receipts: posted/" \
	-e "s/bundle_letters: .*/bundle_letters: 5/" "$dir/jobs.yaml"
in=$dir/spool/print/in
f=$dir/woz.zip
batch "$f" 60 99
drop "$f"
settle
paper=$(awk -F';' '$4 == "paper" || $4 == "late"' "$f.truth.csv" | wc -l)

# The acks: one is lost, then one counts wrong, then right.
mobbsim printer "$dir" --only ack --fault lost-ack
once
is "a lost ack is no ack" "$(job print --json |
	grep -c '"acknowledged_at":null')" "$(job print --json | wc -l)"
mobbsim printer "$dir" --only ack --again --fault wrong-count
once
like "an ack that counts otherwise is an alarm" "$(job needs --plain)" \
	'MOBB-1364'
ok "and kept, with its reason" sh -c "ls '$in'/bad/*.ack.reason"
like "which names the next step" "$(cat "$in"/bad/*.ack.reason | head -12)" \
	'print seen'
mobbsim printer "$dir" --only ack --again
once
is "then all are acknowledged" "$(job print --json |
	grep -c '"state":"acknowledged"')" "$(job print --json | wc -l)"

# Everything wrong at once; the first letter of each bundle is refused.
mobbsim printer "$dir" --reject 1 --fault bad-line --fault unknown-id \
	--fault wrong-bundle --fault doubled --fault wrong-pages
once
bundles=$(ls "$dir"/spool/print/out/*.zip | wc -l)
is "all good lines count" "$(field posted)" "$((paper - bundles))"
is "as the machine says" "$(field posted)" \
	"$(sed 1d "$dir/sim/printed.csv" | wc -l)"
is "refused letters wait for a person" "$(field letters_held)" "$bundles"
is "files with bad lines are kept" \
	"$(ls "$in"/bad/*.posted.csv | wc -l)" "$bundles"
needs=$(job needs --plain)
like "broken lines are told" "$needs" 'MOBB-1362'
like "letters of nobody or of another bundle too" "$needs" 'MOBB-1363'
like "and pages that differ" "$needs" 'MOBB-1364'
reason=$(ls "$in"/bad/*.posted.csv.reason | head -1)
like "the reason names the line" "$(cat "$reason")" 'line [0-9]'
ref=$(job letters "$(field id)" --json | grep '"state":"held"' | head -1 |
	sed 's/.*"reference":"\([^"]*\).*/\1/')
like "why tells the printer's own words" "$(job why "$ref")" \
	'PDF-7 the PDF cannot be opened'
file=$(basename "$reason" .reason)
ok "a person has seen it" job print seen "$file" --reason "called them"
ok "then it is told no more" sh -c "! mobbjob -f '$dir/jobs.yaml' needs \
	--plain | grep -q '$file'"

# What is no receipt at all.
printf 'not a receipt\n' >"$in/hello.txt"
printf 'a\0b;c\n' >"$in/retour-2026.csv"
: >"$in/retour-2027.csv"
printf '3;00\n' >"$in/print-20200101-aaaa-20200101-001-00000000.ack"
printf 'x;2026-01-01;moved\n' >"$in/with blank.ack"
printf 'half a line;2026' >"$in/retour-2028.csv.part"
ln -s "$dir/jobs.yaml" "$in/retour-2029.csv"
mkfifo "$in/retour-2030.csv"
once
is "all of it is put aside" "$(find "$in" -maxdepth 1 -mindepth 1 \
	! -name done ! -name bad | sed 's/.*\///')" "retour-2028.csv.part"
like "a link was not followed" "$(cat "$in"/bad/retour-2029.csv.reason)" \
	'no plain file'
ok "nobody is named in a log" sh -c "! grep -E '9999[0-9]{5}|half a line' \
	'$dir/once.log'"

# Refused letters go again, by a person; then the sum closes.
job letters "$(field id)" --json | grep '"state":"held"' |
	sed 's/.*"reference":"\([^"]*\).*/\1/' >"$dir/refs"
job resolve "$(field id)" --refs "$dir/refs" --as paper --reason mended \
	--letters "$bundles"
once
mobbsim printer "$dir" --only posted
once
is "every letter came out of the machine" \
	"$(sed 1d "$dir/sim/printed.csv" | wc -l)" "$paper"
is "none twice" "$(sed 1d "$dir/sim/printed.csv" | cut -d';' -f4 | sort |
	uniq -d)" ""
is "and all are posted" "$(field posted) $(field state)" "$paper settled"
is "and nobody's letter is lost" \
	"$(job show "$(field id)" | grep -c 'sum OK')" 1
finish
