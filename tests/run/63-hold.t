#!/bin/sh
# Hold under load: it answers at once with exact numbers, nothing else leaves or
# is printed, and after a release everything arrives once.
. tests/run/lib.sh
house dark
# Lots of 20, slow enough to be caught in the middle.
sed -i 's|^    in_flight: 2|    in_flight: 2\n    lot_letters: 20|' "$dir/jobs.yaml"
sed -i 's|^    bytes: .*|    bytes: 1MB/s|' "$dir/jobs.yaml"
sim_start
mobbd -f "$dir/jobs.yaml" >>"$dir/service.log" 2>&1 &
service=$!
pids="$pids $service"
wait_for 30 grep -q 'listening on' "$dir/service.log"

now_ms() { date +%s%3N; }
value() { printf '%s\n' "$1" | sed -n "s/^$2	//p"; }
# Letters of deliveries that the other side saw begin, each message once, up to
# or after a moment.
began() { # began OP MS
	TZ=UTC awk -F';' -v op="$1" -v at="$2" 'NR > 1 && $6 > 0 && $8 != "yes" {
		t = $1; sub(/Z$/, "", t); split(t, p, /[-T:.]/)
		ms = mktime(p[1] " " p[2] " " p[3] " " p[4] " " p[5] " " p[6]) * 1000 + substr(p[7] "000", 1, 3)
		if (op == "<" ? ms <= at : ms > at) n += $6
	} END { print n + 0 }' "$dir/sim/posts.csv"
}
seen() { awk -F';' 'NR > 1 && $6 > 0 && $8 != "yes" { n += $6 } END { print n + 0 }' \
	"$dir/sim/posts.csv"; }
ready() { find "$dir/spool/print/out" -name '*.ready' | wc -l; }
at_least() { [ "$(seen)" -ge "$1" ]; }

# --- a job, in the middle of its lots ---

f=$dir/load.zip
batch "$f" 600 63
drop "$f"
wait_for 60 at_least 60
id=$(field id)
t0=$(now_ms)
out=$(job hold "$id" --reason 'verkeerde bijlage' --plain)
code=$?
t1=$(now_ms)
is "hold is done" "$code" 0
ok "and answered within a second ($((t1 - t0)) ms)" test $((t1 - t0)) -lt 1000
left=$(value "$out" left) flying=$(value "$out" 'in flight')
echo "# left $left, in flight $flying, $(seen) seen"
is "the numbers add up to the letters" "$(printf '%s\n' "$out" |
	awk -F'\t' '$1 != "declined" { n += $2 } END { print n }')" "$(field letters)"
ok "there were letters that waited" test "$(value "$out" wait)" -gt 200
sleep 4
# One that the box declined did leave, and waits for paper.
is "what left and what was in flight is what the other side saw begin" \
	"$(seen)" $((left + flying + $(value "$out" declined)))
is "no delivery began later than the hold (its own second aside)" \
	"$(began '>' $((t1 + 500)))" 0
is "and nothing is printed" "$(ready)" 0
is "what was in flight ended by itself" "$(job hold "$id" --reason again --plain |
	sed -n 's/^in flight	//p')" 0
is "the job is held" "$(field state)" held
like "the list says by whom and why" "$(job)" 'MOBB-1321|verkeerde bijlage'
like "it is recorded" "$(job events "$id")" "held.*verkeerde bijlage; $left letters"
ok "released it goes on" job release "$id" --reason 'bijlage klopt toch'
through() { [ "$(count "$f.truth.csv" | sed -n 's/^open //p')" = 0 ]; }
ok "to its end" wait_for 90 through
is "everything arrived once" \
	"$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
is "the sum is right" "$(field sum_ok)$(field handed_over)" \
	"$(field sum_ok)$(count "$f.truth.csv" | sed -n 's/^paper //p')"

# --- a whole stream: jobs are taken in, nobody is asked, nothing leaves ---

out=$(job hold --stream woz --reason 'Logius belde' --plain)
is "a stream is held" $? 0
is "nothing of it is in flight" "$(value "$out" 'in flight')" 0
_out=$(job hold --stream woz --reason 'nog eens' 2>&1)
is "a second time is no mistake" $? 0
like "and says so" "$_out" 'was held already'
wus() { grep -c ';/wus;' "$dir/sim/posts.csv"; }
asked=$(wus)
before=$(seen)
g=$dir/later.zip
batch "$g" 40 631
drop "$g"
taken() { [ "$(field file)$(field letters)" = later.zip40 ]; }
ok "a file is taken in all the same" wait_for 30 taken
sleep 3
is "nobody is asked about it" "$(wus)" "$asked"
is "nothing of it leaves" "$(seen)" "$before"
like "the list says what is held, by whom and why" "$(job)" \
	'stream woz is held since .*Logius belde \(MOBB-1321\): mobbjob release --stream woz'
like "show says it of the job" "$(job show "$(field id)")" 'nothing leaves.*stream woz'
like "also as JSON" "$(job list --json)" '"schema":"mobb.stop/1".*"name":"woz"'
job hold --endpoint simulator --reason 'netwerk' >/dev/null
like "an endpoint says it of itself" "$(job endpoint list)" 'endpoint simulator is held'
# Killed in the middle: it is held, or it is not, and nothing hangs.
job release --stream woz --reason ok >/dev/null
is "one stop of two is left" "$(job list --json | grep -c mobb.stop/1)" 1
for k in 0.00 0.01 0.02 0.03 0.05; do
	job hold --sender voorbeeld --reason kill >/dev/null 2>&1 &
	p=$!
	sleep $k
	kill -9 $p 2>/dev/null
	wait $p 2>/dev/null
done
t0=$(now_ms)
job hold --sender voorbeeld --reason 'na de kill' >/dev/null
t1=$(now_ms)
ok "a hold after kills does not wait ($((t1 - t0)) ms)" test $((t1 - t0)) -lt 1000
job release --sender voorbeeld --reason ok >/dev/null
sleep 2
is "while the endpoint is held nothing leaves" "$(seen)" "$before"
job release --endpoint simulator --reason ok >/dev/null
_out=$(job release --endpoint simulator --reason ok 2>&1)
like "what is not held is not released" "$_out" 'MOBB-1303'
ended() { [ "$(count "$g.truth.csv" 2>/dev/null | sed -n 's/^open //p')" = 0 ]; }
ok "then all of it goes" wait_for 60 ended
like "a name that is not there is refused" \
	"$(job hold --stream wozz --reason x 2>&1)" 'MOBB-1301.*no such stream'
like "as is nothing" "$(job hold --reason x 2>&1)" 'MOBB-1306'
finish
