#!/bin/sh
# A file that ends the intake each time costs only itself.
. tests/run/lib.sh
house dark
sim_start
f=$dir/big.zip
g=$dir/small.zip
batch "$f" 4000 71
batch "$g" 30 72
mobbd -f "$dir/jobs.yaml" >>"$dir/service.log" 2>&1 &
service=$!
pids="$pids $service"
wait_for 20 grep -q 'listening on' "$dir/service.log"
drop "$f"
taken() { [ "$(grep -c 'big.zip received' "$dir/service.log")" -ge "$1" ]; }
n=1
while [ $n -le 3 ]; do
	wait_for 20 taken $n
	kill -9 "$(pgrep -f -- "$dir/jobs.yaml --role intake")"
	n=$((n + 1))
done
ok "the intake died on it three times" taken 3
drop "$g"
small() { job list --all --json | grep -q '"file":"small.zip".*"state":"[sa]'; }
ok "another file is taken in all the same" wait_for 30 small
like "and it says what it leaves alone" "$(cat "$dir/service.log")" \
	'its file ended the intake 3 times'
kill $service
wait $service
# A new start tries again; this time nothing ends it.
mobbd -f "$dir/jobs.yaml" >>"$dir/service.log" 2>&1 &
service=$!
pids="$pids $service"
big() {
	job list --all --json | grep '"file":"big.zip"' | grep -q '"waiting_for_route":0,"to_box":0,"to_paper":0,"offered":0,"unknown":0,"to_resend":0,.*"bundled":0,"handed_over":[1-9]'
}
ok "after a new start it is read whole" wait_for 90 big
kill $service
wait $service
is "nothing lost, twice, in both or mixed" \
	"$(MUST_END=1 count "$f.truth.csv:$g.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
