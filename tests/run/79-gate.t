#!/bin/sh
# The limited production run: before Logius released production, a few letters
# of a stream leave, to the box and on paper, and everything else rests.
. tests/run/lib.sh
. tests/run/persons.sh
[ "$(id -u)" = 0 ] || skip_all "only root can be other users"
house
sed -i "s/^\( *\)environment: simulator/\1environment: production/
	s/^\( *\)key: pki\/ours-client.key/&\n\1environment: production/" \
	"$dir/jobs.yaml"
sed -i 's/^\( *\)type: WOZ/&\n\1lpr: 10/' "$dir/jobs.yaml"
# In production only a person that the database knows decides.
persons 'release: automatic'
ok "the jobs file is sound" job check "$dir/jobs.yaml"
ok "a person may release" job person add daemon --may release --reason test
ok "another may not" job person add man --may operate --reason test

# What the other side and the printer have: letters, judged by their books.
boxed() { awk -F';' 'NR > 1' "$dir/sim/ledger.csv" | wc -l; }
delivered() { awk -F';' '$9 == "yes"' "$dir/sim/ledger.csv" | wc -l; }
printed() {
	for _z in "$dir"/spool/print/out/*.zip; do
		[ -e "$_z" ] && bsdtar -xOf "$_z" letters.csv | sed 1d
	done | wc -l
}
tally() { MUST_END=${2:-} count "$1" | tail -4 | tr '\n' ' '; }

f=$dir/one.zip
batch "$f" 60 79
drop "$f"
settle 6
is "lpr: 10 letters were chosen" "$(field gate_letters)" 10
is "half of them are to the box" "$(boxed)" 5
is "and the others on paper, with those the box declined" \
	"$(($(delivered) + $(printed)))" 10
is "a run from cron says that a person is needed" "$code" 3
one=$(field id)
like "the list says what it waits for" "$(job)" \
	'limited production run: 10 of 60 letters were chosen, the rest waits until Logius released production'
like "show says it" "$(job show "$one")" 'gate +limited production run: only 10'
like "and the events how" "$(job events "$one")" \
	'10 letters chosen, spread over the job; 10 of stream woz so far, 10 allowed'
like "mobbjob lpr: closed, all chosen" "$(as daemon lpr)" \
	'^woz .*closed, all chosen +10 +10 +1 '
is "five of the letters lie before the middle of the file, or four" \
	"$(sql "select count(*) between 4 and 6 from gate_letter where record <= 30")" t
is "nothing twice, in both or mixed" "$(tally "$f.truth.csv" | sed 's/lost [0-9]*//')" \
	" twice 0 both 0 mixed 0 "

# --- later jobs rest wholly; a crash adds nothing ---

g=$dir/two.zip
batch "$g" 40 80 --number 2
drop "$g"
once
once
is "a later job rests wholly" "$(field state) $(field gate_letters)" "released 0"
is "nothing of it went" "$(($(delivered) + $(printed)))" 10
_out=$(as daemon lpr woz -n 3 --reason more 2>&1)
is "more than is allowed is refused" "$? $(echo "$_out" | grep -c MOBB-1335)" "3 1"
_out=$(as daemon lpr woz --as closed --reason x 2>&1)
is "a gate is not closed by a command" $? 2
_out=$(as daemon lpr nostream 2>&1)
like "a stream that is not there" "$_out" 'no stream named nostream'
_out=$(as daemon lpr woz --as open 2>&1)
is "without a reason it stays closed" "$? $(echo "$_out" | grep -c MOBB-1306)" "2 1"
_out=$(as man lpr woz --as open --reason "I say so" 2>&1)
is "nor by who may not release" "$? $(echo "$_out" | grep -c MOBB-1304)" "9 1"
_out=$(job lpr woz --as open --reason "I am root" 2>&1)
is "nor by root" "$? $(echo "$_out" | grep -c MOBB-1327)" "9 1"
like "--dry-run opens nothing" \
	"$(as daemon lpr woz --as open --dry-run)$(as daemon lpr --plain)" \
	'would be: .*2 jobs that rested'

# --- opened ---

ok "a person records that Logius released production" \
	as daemon lpr woz --as open --reason "Logius mail of 3 March, case 4711"
settle
is "then all the rest goes, and exactly" \
	"$(tally "$f.truth.csv:$g.truth.csv" 1)" "lost 0 twice 0 both 0 mixed 0 "
like "who and why is with the job" "$(job events "$one")" \
	'production released.*case 4711'
like "and with the gate" "$(as daemon lpr)" '^woz .* open .*case 4711'
_out=$(as daemon lpr woz --as open --reason again 2>&1)
is "opening twice is refused" "$? $(echo "$_out" | grep -c MOBB-1303)" "1 1"
h=$dir/three.zip
batch "$h" 20 81 --number 3
drop "$h"
settle
is "a job of a stream that is open passes" \
	"$(tally "$f.truth.csv:$g.truth.csv:$h.truth.csv" 1)" "lost 0 twice 0 both 0 mixed 0 "
finish
