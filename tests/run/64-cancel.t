#!/bin/sh
# Cancel: a job, a letter, letters by a list; what left stays, and is named.
. tests/run/lib.sh
house
sed -i 's|^    in_flight: 2|    in_flight: 1\n    lot_letters: 10|' "$dir/jobs.yaml"
sed -i 's/release: automatic/release: person/' "$dir/jobs.yaml"
value() { printf '%s\n' "$1" | sed -n "s/^$2	//p" | head -1; }
references() { awk -F';' -v want="$2" 'NR > 1 && $4 == want { print $2 }' "$1.truth.csv"; }
ledger() { awk -F';' 'NR > 1 { print $5 }' "$dir/sim/ledger.csv"; }
printed() { for z in "$dir"/spool/print/out/*.ready; do
	[ -e "$z" ] && bsdtar -xOf "${z%.ready}" letters.csv | sed 1d | tr -d '"' | cut -d';' -f3
done; }
state_of() { job why "$1" | sed -n 's/.*now: \([^,]*\).*/\1/p'; }

# --- a whole job, before anything left ---

f=$dir/whole.zip
batch "$f" 100 641
drop "$f"
once
id=$(field id)
is "a job waits for a person" "$(field state)" held
out=$(job cancel "$id" --dry-run --plain)
is "the preview shows how many would change" "$(value "$out" change)" "$(field letters)"
like "by state" "$out" '^change box	[0-9]+$'
is "and changes nothing" "$(field withdrawn)$(field state)" 0held
ok "it is refused when another number was typed" sh -c \
	"! mobbjob -f $dir/jobs.yaml cancel $id --letters 7 --reason x"
is "which changes nothing either" "$(field withdrawn)$(field state)" 0held
ok "cancel a job" job cancel "$id" --letters "$(field letters)" --reason 'verkeerd bestand'
is "it is cancelled" "$(field state)" cancelled
is "all its letters are withdrawn" "$(field withdrawn)" "$(field letters)"
once
is "the file goes to done/" "$(find "$dir/spool/done/$id" -name whole.zip | wc -l)" 1
like "who and why is on record" "$(job events "$id")" 'cancelled.*verkeerd bestand'
like "also with the letter" \
	"$(job why "$id/1")" "cancelled by .*verkeerd bestand"
_out=$(job cancel "$id" --reason again 2>&1)
like "it cannot be cancelled twice" "$_out" 'MOBB-1303.*cancelled'
drop "$f"
once
is "the same file may come again" "$(field state)$(field rejected)" "held$(awk -F';' \
	'$4 == "rejected" { n++ } END { print n + 0 }' "$f.truth.csv")"
id=$(field id)

# --- letters of a job that waits ---

references "$f" box | head -3 >"$dir/three"
references "$f" paper | head -2 >>"$dir/three"
one=$(references "$f" box | tail -1)
printf 'unknown-1\n' | cat "$dir/three" - >"$dir/wrong"
printf '\nunknown-2\n' >>"$dir/wrong"
_out=$(job cancel "$id" --refs "$dir/wrong" --reason x 2>&1)
is "a list with unknown references is refused" $? 10
like "with their lines" "$_out" 'wrong: lines 6, 8'
is "and nothing is done" "$(field withdrawn)" 0
ok "cancel by a list" job cancel "$id" --refs "$dir/three" --reason 'overleden'
is "five are withdrawn" "$(field withdrawn)" 5
ok "cancel a letter" job cancel "$one" --reason 'dubbel'
is "one more" "$(field withdrawn)" 6
is "it says so" "$(state_of "$one")" withdrawn
_out=$(job cancel "$one" --reason x 2>&1)
like "not twice" "$_out" 'MOBB-1303.*withdrawn'
cat "$dir/three" >"$dir/gone"
echo "$one" >>"$dir/gone"

# --- in the middle: what left stays ---

job release "$id" --reason ok >/dev/null
sim_stop
sed -i 's/^result_after:.*/result_after: 1h/' "$dir/sim.yaml"
sed -i 's/letters: 3600000\/h/letters: 3600\/h/' "$dir/jobs.yaml"
sim_start
timeout 5 mobbd -f "$dir/jobs.yaml" --once >>"$dir/once.log" 2>&1
ok "some lots left" test "$(ledger | wc -l)" -ge 10
out=$(job cancel "$id" --reason 'stop ermee' --plain)
is "cancel is done" $? 0
left=$(ledger | wc -l)
is "what left is told by BatchID" "$(printf '%s\n' "$out" | sed -n 's/^left batch	//p' |
	awk -F'\t' '{ n += $1; print $2 } END { print n }' | sort | tr '\n' ' ')" \
	"$(awk -F';' 'NR > 1 { print $3; n++ } END { print n }' "$dir/sim/ledger.csv" |
		sort -u | tr '\n' ' ')"
is "and is in the count" "$(value "$out" left)" "$left"
is "all others are withdrawn" "$(field withdrawn)" $(($(field letters) - left))
sim_stop
sed -i 's/^result_after:.*/result_after: 0s/' "$dir/sim.yaml"
sed -i 's/letters: 3600\/h/letters: 3600000\/h/' "$dir/jobs.yaml"
sim_start
settle 5
is "nothing else left" "$(ledger | wc -l)" "$left"
is "and nothing was printed but what was declined" \
	"$(printed | wc -l)" "$(field handed_over)"
ledger | sort >"$dir/left"
is "none of those that were withdrawn before" \
	"$(sort "$dir/gone" | comm -12 - "$dir/left" | wc -l)" 0
finish
