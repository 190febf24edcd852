#!/bin/sh
# Cron: the run ends, results arrive afterwards, the next run applies them.
. tests/run/lib.sh
house dark
sed -i 's/^result_after:.*/result_after: 4s/' "$dir/sim.yaml"
f=$dir/woz.zip
batch "$f" 60 2
drop "$f"
once
is "without a listener nothing is sent: exit 7" "$code" 7
like "and it says so with a code" "$(cat "$dir/once.log")" 'MOBB-2007'
sim_start
: >"$dir/once.log"
once
is "with the other side there but no listener: exit 7 again" "$code" 7
is "the file is taken in and routed all the same" "$(field state)" sending
is "but not one letter was posted" \
	"$(awk -F';' 'NR > 1 && $6 > 0' "$dir/sim/posts.csv" | wc -l)" 0
listen_start
once
is "letters are open when the run ends: exit 12" "$code" 12
is "no result is in yet" "$(job list --json | grep -c '"delivered":0')" 1
is "no bundle yet" "$(ls "$dir/spool/print/out" | wc -l)" 0
sleep 5
once
is "the next run applies the results and closes the bundle" \
	"$(ls "$dir"/spool/print/out/*.ready 2>/dev/null | wc -l)" 1
is "all that is open is with the printer" \
	"$(field to_box)+$(field offered)+$(field unknown) $(field open)" \
	"0+0+0 $(field handed_over)"
is "the count agrees" "$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
mobbd -f "$dir/jobs.yaml" >"$dir/service.log" 2>&1 &
pids="$pids $!"
service=$!
wait_for 20 grep -q 'keeper' "$dir/service.log"
sleep 1
once
is "beside an active mobbd a run ends with 11" "$code" 11
t0=$(date +%s)
kill $service
wait $service
is "SIGTERM ends the service with 0" $? 0
ok "within 5 seconds" test $(($(date +%s) - t0)) -le 5
finish
