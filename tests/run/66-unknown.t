#!/bin/sh
# No acknowledgment ever: the outcome is unknown, paper is blocked, the same ids
# are offered again, what is there already is delivered, and else a person
# decides, with the risk on record.
. tests/run/lib.sh
dir=$(mktemp -d /tmp/mobb-run-XXXXXX)
chmod 755 "$dir"
mobbsim init "$dir" --ports auto --retries 1 --interval PT1S >"$dir/init.log" 2>&1 || {
	cat "$dir/init.log"
	exit 1
}
sed -i 's/^result_after:.*/result_after: 1h/' "$dir/sim.yaml"
sed -i -e 's|^    in_flight: 2|    in_flight: 4\n    lot_letters: 10|' \
	-e 's|^    release: automatic|&\n    resend: 1s\n    resends: 1|' "$dir/jobs.yaml"
echo 'every 1 ack lost' >"$dir/plan"
sim_start --faults "$dir/plan"
service_start() {
	: >"$dir/service.log"
	mobbd -f "$dir/jobs.yaml" >>"$dir/service.log" 2>&1 &
	service=$!
	pids="$pids $service"
	wait_for 30 grep -q 'listening on' "$dir/service.log"
}
service_start
field_is() { [ "$(field "$1")" = "$2" ]; }
some() { [ "$(field "$1")" -gt 0 ]; }
ready() { find "$dir/spool/print/out" -name '*.ready' | wc -l; }
printed() { for z in "$dir"/spool/print/out/*.ready; do
	[ -e "$z" ] && bsdtar -xOf "${z%.ready}" letters.csv | sed 1d |
		tr -d '"' | cut -d';' -f3
done; }
state_of() { job why "$1" | sed -n 's/.*now: \([^,]*\).*/\1/p'; }
f=$dir/un.zip
batch "$f" 60 66
drop "$f"
ok "the outcome becomes unknown" wait_for 60 some unknown
id=$(field id)
ok "while there is paper" test "$(field to_paper)" -gt 0
is "paper is blocked" "$(ready)" 0
all_held() { [ "$(field letters_held)" -gt 0 ] && [ "$(field unknown)$(field offered)" = 00 ]; }
ok "tries used up: a person decides" wait_for 90 all_held
held=$(field letters_held)
is "each lot was offered twice with the same ids" \
	"$(awk -F';' 'NR > 1 && $6 > 0 && $8 != "yes" { n[$5]++ } END { for (b in n) print n[b] }' \
		"$dir/sim/posts.csv" | sort -u)" 2
like "the list asks for a person" "$(job)" "letters? (is|are) held"

# --- a person decides ---

one=$(job letters "$id" --json | sed -n 's/.*"reference":"\([^"]*\)".*"state":"held".*/\1/p' | sed -n 1p)
two=$(job letters "$id" --json | sed -n 's/.*"reference":"\([^"]*\)".*"state":"held".*/\1/p' | sed -n 2p)
three=$(job letters "$id" --json | sed -n 's/.*"reference":"\([^"]*\)".*"state":"held".*/\1/p' | sed -n 3p)
is "none of those was printed" "$(printed | grep -c -e "$one" -e "$two")" 0
_out=$(job resolve "$one" --as paper --reason 'burger belde' --dry-run)
like "a look tells the risk" "$_out" 'may be in a box already'
is "and changes nothing" "$(state_of "$one")" held
ok "one on paper" job resolve "$one" --as paper --reason 'burger belde'
like "why shows who accepted the risk" "$(job why "$one")" \
	'resolved by .*risk accepted: 1 may be delivered.*burger belde'
like "with its code" "$(job why "$one" --json)" 'MOBB-1322'
ok "one is delivered, on evidence" job resolve "$two" --as delivered \
	--reason 'gezien in MijnOverheid'
like "which is on record" "$(job why "$two" --json)" 'MOBB-1323'
ok "one is withdrawn" job resolve "$three" --as withdrawn --reason 'ingetrokken'
_out=$(job resolve "$two" --as paper --reason x 2>&1)
like "what has its end is not decided about again" "$_out" 'MOBB-1303.*delivered'
printed_one() { printed | grep -q "$one"; }
ok "the one on paper is printed" wait_for 30 printed_one

# The rest: offered again, with the other side well.
sim_stop
sed -i 's/^result_after:.*/result_after: 0s/' "$dir/sim.yaml"
rm -f "$dir"/sim/faults.*
sim_start
lots=$(job lots "$id" --json | sed -n 's/.*"lot":\([0-9]*\),.*"kind":"box".*"state":"\(held\|settled\)".*/\1/p')
lot=$(echo "$lots" | tail -1)
n=$(job resolve "$id" --lot "$lot" --as resend --dry-run --plain | sed -n 's/^change	//p')
ok "a number has to be typed" sh -c \
	"! mobbjob -f $dir/jobs.yaml resolve $id --lot $lot --as resend --reason x </dev/null"
# Killed in the middle: all of it happened, or nothing.
for k in 0.00 0.01 0.02 0.04 0.06; do
	job resolve "$id" --lot "$lot" --as resend --letters "$n" \
		--reason 'opnieuw' >/dev/null 2>&1 &
	p=$!
	sleep $k
	kill -9 $p 2>/dev/null
	wait $p 2>/dev/null
done
left=$(job resolve "$id" --lot "$lot" --as resend --dry-run --plain 2>/dev/null |
	sed -n 's/^change	//p')
ok "a kill leaves all or nothing ($left of $n)" test "$left" = "$n" -o "$left" = 0
for lot in $lots; do
	n=$(job resolve "$id" --lot "$lot" --as resend --dry-run --plain 2>/dev/null |
		sed -n 's/^change	//p')
	[ "${n:-0}" = 0 ] || job resolve "$id" --lot "$lot" --as resend \
		--letters "$n" --reason 'opnieuw' >/dev/null
done
none_open() { [ "$(field unknown)$(field offered)$(field letters_held)$(field to_resend)$(field to_box)$(field to_paper)$(field bundled)" = 0000000 ]; }
ok "all come to an end" wait_for 60 none_open
is "BerichtBestaatAl was the proof" "$(sql "select count(*) > 0 from receipt
	where wire_code = 'BerichtBestaatAl' and state = 5")" t
is "as many are in a box, effective once" \
	"$(awk -F';' '$9 == "yes" { n[$4]++ } END { for (b in n) { t++; if (n[b] > 1) bad++ } print t + 0, bad + 0 }' \
		"$dir/sim/ledger.csv")" \
	"$(($(field delivered) + 2)) 0"
like "only those two decisions differ from the other side" "$(job show "$id")" 'sum'
for b in $(job lots "$id" --json | sed -n 's/.*"bundle":"\([^"]*\)".*/\1/p'); do
	job posted "$b" --date "$(date +%Y-%m-%d)" >/dev/null
done
ok "the job settles with its last letter" wait_for 20 field_is state settled
ok "and its file moves" wait_for 20 test -d "$dir/spool/done/$id"
echo "# held $held"
finish
