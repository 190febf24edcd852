#!/bin/sh
# The database goes away and comes back under a running service: there is one
# mobbd all the time, and the run completes without a person.
. tests/run/lib.sh
house dark
sim_start
mobbd -f "$dir/jobs.yaml" >>"$dir/service.log" 2>&1 &
service=$!
pids="$pids $service"
wait_for 20 grep -q 'listening on' "$dir/service.log"
sleep 1

listener_pid() { pgrep -f -- "$dir/jobs.yaml --role listener"; }

# Nothing is under way, and no message comes in that would tell the listener.
was=$(listener_pid)
job database stop >/dev/null
sleep 4
is "the listener outlives it" "$(listener_pid)" "$was"
wait_for 40 sql "select"
sleep 3
once
is "a second mobbd still finds the first one active" "$code" 11
f=$dir/woz.zip
batch "$f" 60 51
drop "$f"
on_paper() { [ "$(field handed_over)" -gt 0 ]; }
ok "what is dropped afterwards gets to its end" wait_for 60 on_paper

# In the middle of a lot: its end cannot be told to the database.
sed -i 's/bytes: [0-9]*MB\/s/bytes: 1MB\/s/' "$dir/jobs.yaml"
kill -HUP $service
sleep 3
g=$dir/two.zip
batch "$g" 60 52
drop "$g"
posting() { [ "$(sql 'select count(*) from attempt where state = 1')" = 1 ]; }
ok "a lot is under way" wait_for 30 posting
sim_stop
job database stop >/dev/null
sleep 6
sim_start
ok "it is offered again and ends" wait_for 90 on_paper
kill $service
wait $service
is "the service ends with 0" $? 0
is "nothing lost, twice, in both or mixed" \
	"$(MUST_END=1 count "$f.truth.csv:$g.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
