#!/bin/sh
# Resolve: each thing a person can decide about letters that are held; and what
# the other side says later does not undo it.
. tests/run/lib.sh
house dark
sed -i -e 's|^    in_flight: 2|    in_flight: 4\n    lot_letters: 40|' "$dir/jobs.yaml"
echo 'nth 1 request code PublicatieDatumLigtTeVerInDeToekomst 8' >"$dir/plan"
echo 'nth 3 result late 12s' >>"$dir/plan"
sim_start --faults "$dir/plan"
mobbd -f "$dir/jobs.yaml" >>"$dir/service.log" 2>&1 &
pids="$pids $!"
wait_for 30 grep -q 'listening on' "$dir/service.log"
field_is() { [ "$(field "$1")" = "$2" ]; }
printed() { for z in "$dir"/spool/print/out/*.ready; do
	[ -e "$z" ] && bsdtar -xOf "${z%.ready}" letters.csv | sed 1d |
		tr -d '"' | cut -d';' -f3
done; }
state_of() { job why "$1" | sed -n 's/.*now: \([^,]*\).*/\1/p'; }
in_state() { [ "$(state_of "$1")" = "$2" ]; }
references() { job letters "$id" --json | grep "\"state\":\"$1\"" |
	sed -n 's/.*"reference":"\([^"]*\)".*/\1/p'; }
effective() { awk -F';' -v r="$1" '$5 == r && $9 == "yes" { n++ } END { print n + 0 }' \
	"$dir/sim/ledger.csv"; }
nth_result() { job lots "$id" --json | grep -c '"result_at":"'; }

# --- held by what the other side said ---

f=$dir/one.zip
batch "$f" 30 651
drop "$f"
ok "letters are held for a person" wait_for 60 field_is letters_held 8
id=$(field id)
references held >"$dir/held"
a=$(sed -n 1p "$dir/held") b=$(sed -n 2p "$dir/held") c=$(sed -n 3p "$dir/held")
ok "as paper" job resolve "$a" --as paper --reason 'datum voorbij'
is "there is no risk in it: it was declined" \
	"$(job why "$a" | grep -c 'risk accepted')" 0
ok "as withdrawn" job resolve "$b" --as withdrawn --reason 'ingetrokken'
ok "as resend" job resolve "$c" --as resend --reason 'datum gecorrigeerd'
ok "it is delivered now" wait_for 30 in_state "$c" delivered
is "once" "$(effective "$c")" 1
is "with the same ids" "$(awk -F';' -v r="$c" '$5 == r { print $3, $4 }' \
	"$dir/sim/ledger.csv" | sort -u | wc -l)" 1
sed -n 4,5p "$dir/held" >"$dir/two"
_out=$(job resolve "$id" --refs "$dir/two" --as delivered --letters 3 --reason x 2>&1)
is "another number than was typed is refused" $? 9
like "and it says how many" "$_out" '2 letters would change, not 3'
ok "by a list, as delivered" job resolve "$id" --refs "$dir/two" --as delivered \
	--letters 2 --reason 'gezien'
sed -n 6,8p "$dir/held" >"$dir/three"
printf 'niemand\n' >>"$dir/three"
_out=$(job resolve "$id" --refs "$dir/three" --as paper --letters 3 --reason x 2>&1)
like "an unknown reference stops it" "$_out" 'line 4'
is "three are still held" "$(field letters_held)" 3
sed -i '$d' "$dir/three"
ok "the rest on paper" job resolve "$id" --refs "$dir/three" --as paper \
	--letters 3 --reason 'op papier'
on_paper() { printed >"$dir/printed" && [ "$(sort "$dir/printed" |
	comm -12 - "$dir/want" | wc -l)" = 4 ]; }
{ echo "$a"; cat "$dir/three"; } | sort >"$dir/want"
ok "what was decided so is printed" wait_for 30 on_paper
is "and what was withdrawn is nowhere" \
	"$(grep -c "$b" "$dir/printed")$(effective "$b")" 00
like "the printer sees who decided" "$(for z in "$dir"/spool/print/out/*.ready; do
	bsdtar -xOf "${z%.ready}" manifest.xml; done)" '<reason>decided_by_person</reason>'
is "not one was printed twice" "$(sort "$dir/printed" | uniq -d | wc -l)" 0

# --- the other side says something else, later ---

f=$dir/two.zip
batch "$f" 30 652
drop "$f"
acknowledged() { [ "$(field file)$(field lots_acknowledged)" = two.zip1 ]; }
ok "a lot waits for its result" wait_for 30 acknowledged
id=$(field id)
references offered >"$dir/offered"
a=$(sed -n 1p "$dir/offered") b=$(sed -n 2p "$dir/offered") c=$(sed -n 3p "$dir/offered")
job resolve "$a" --as paper --reason 'geen uitslag' >/dev/null
job resolve "$b" --as withdrawn --reason 'geen uitslag' >/dev/null
job resolve "$c" --as delivered --reason 'gezien' >/dev/null
is "decided while no result comes" "$(state_of "$a") $(state_of "$b") $(state_of "$c")" \
	"paper withdrawn delivered"
ok "the result comes: the box has what was to be printed, so it is held" \
	wait_for 40 in_state "$a" held
like "and says why" "$(job why "$a")" 'MOBB-1325'
is "what was withdrawn stays so" "$(state_of "$b")" withdrawn
like "it is told" "$(job events "$id")" 'second opinion'
like "a person is asked to look" "$(job)" 'says something else about 2 letters'
ok "who looked says so" job resolve "$id" --as seen --reason 'gebeld met Logius'
is "then nobody is asked any more" "$(job | grep -c 'says something else')" 0
ok "and decides anew" job resolve "$a" --as delivered --reason 'de box heeft hem'
is "nothing of it was printed" "$(printed | grep -c "$a")" 0
finish
