#!/bin/sh
# mobbjob find: a helpdesk asks about one letter among all jobs and gets one
# plain sentence; a citizen number is never an argument, and never shown.
. tests/run/lib.sh
TZ=Europe/Amsterdam
export TZ
house
batch "$dir/woz.zip" 300 61 --bad 3
drop "$dir/woz.zip"
settle
truth=$dir/woz.zip.truth.csv
one() { awk -F';' -v o="$1" '$4 == o && $3 ~ /^9/ { print $2; exit }' "$truth"; }
bsn_of() { awk -F';' -v r="$1" '$2 == r { print $3; exit }' "$truth"; }
moment='[0-9]+ [A-Z][a-z]+ 20[0-9][0-9] at [0-2][0-9]:[0-5][0-9]'
box=$(one box) paper=$(one paper) late=$(one late)

# One sentence, by reference.
like "a delivered letter" "$(job find "$box" | head -1)" \
	"^The letter \".+\" with reference $box was delivered to the Berichtenbox on $moment\.$"
like "the steps stand below it" "$(job find "$box")" 'result: '
like "a letter on paper says why" "$(job find "$paper" | head -1)" \
	"went to the printer on $moment; nobody recorded yet that it was posted \(on paper, because the citizen has no active Berichtenbox"
like "one the box declined" "$(job find "$late" | head -1)" \
	'on paper, because the Berichtenbox did not take it'
bundle=$(basename "$dir"/spool/print/out/*.ready .zip.ready)
job posted "$bundle" --date "$(date +%F)" --reason 'the printer says so' >/dev/null
like "once posted it says when" "$(job find "$paper" | head -1)" \
	'was posted on [0-9]+ [A-Z][a-z]+ 20[0-9][0-9] \(on paper'
bad=$(awk -F';' '$4 == "rejected" && $2 != "" { print $2; exit }' "$truth")
like "a rejected record" "$(job find "$bad")" \
	"^The record with reference $bad was rejected on $moment and became no letter: .* \(MOBB-0[0-9]+\)\.$"

# By id.
id=$(job find "$box" --json | sed -n 's/.*"letter":"\([0-9a-f-]*\)".*/\1/p')
like "by BerichtID" "$(job find "$id" | head -1)" "reference $box was delivered"
batch_id=$(cut -d';' -f3 "$dir/sim/ledger.csv" | sed -n 2p)
like "by BatchID" "$(job find "$batch_id")" \
	"^The lot with [0-9]+ letters was processed by the Berichtenbox on $moment"
out=$(job find no-such-thing 2>&1)
is "what is not there has its own exit code" "$?" 10
like "and is said" "$out" 'no letter has this reference'

# By citizen number: from standard input only.
bsn=$(bsn_of "$box")
like "by citizen number" "$(echo "$bsn" | job find --bsn | head -1)" \
	"reference $box was delivered"
spaced=$(echo "$bsn" | sed 's/\(...\)\(...\)/\1.\2./')
like "as people write it" "$(echo "$spaced" | job find --bsn | head -1)" \
	"reference $box was delivered"
out=$(job find "$bsn" 2>&1)
is "as an argument it is refused" "$?" 2
like "with its own code" "$out" 'MOBB-1346'
out=$(echo 999990018 | job find --bsn 2>&1)
is "a number that is none" "$?" 2
out=$(echo 999990019 | job find --bsn 2>&1)
is "a number without letters" "$?" 10
like "and is said" "$out" 'no letter is for this citizen number'
recorded=$(sql "select person || ' ' || what || ' ' || text from event
	where what = 'looked up' order by number")
is "each look-up is recorded, with the number of letters" \
	"$(echo "$recorded" | grep -c "^$(id -un) looked up a citizen number: [01] letters$")" 3
is "no event holds the number" "$(sql "select count(*) from event
	where text ~ '$bsn|99999001'")" 0

# Several.
sed -i 's/^    release: automatic/    release: person/' "$dir/jobs.yaml"
job submit "$dir/woz.zip" --stream woz --edition 2 --reason 'once more' >/dev/null
settle 2
out=$(job find "$box")
is "the same letter of two jobs: a sentence each" \
	"$(echo "$out" | grep -c "^The letter .* reference $box ")" 2
like "the newest first" "$(echo "$out" | head -1)" 'has not left yet|waits|is not decided'
is "by number too" "$(echo "$bsn" | job find --bsn --plain | wc -l | tr -d ' ')" 2
is "a limit" "$(echo "$bsn" | job find --bsn -n 1 --plain | wc -l | tr -d ' ')" 1
is "JSON: one object each" "$(job find "$box" --json | grep -c '^{"schema":"mobb.found/1"')" 2

# The key.
mv "$dir/keys/site.key" "$dir/keys/away"
out=$(echo "$bsn" | job find --bsn 2>&1)
is "without the site key nothing is looked up" "$?" 9
like "and it says why" "$out" 'MOBB-1347.*site.key'
(umask 077 && tr '0-9a-f' '1-9a-f0' <"$dir/keys/away" >"$dir/keys/site.key")
out=$(echo "$bsn" | job find --bsn 2>&1)
like "another site key would find nothing, and says so" "$out" 'MOBB-1502'
is "neither is recorded as a look-up" \
	"$(sql "select count(*) from event where what = 'looked up'")" 5

# By index, in every partition.
is "each partition has its index" \
	"$(sql "select count(*) from pg_inherits i where inhparent = 'letter'::regclass
		and not exists (select from pg_index x join pg_class c on c.oid = x.indexrelid
		where x.indrelid = i.inhrelid and c.relname like '%_bsn')")" 0
finish
