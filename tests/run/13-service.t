#!/bin/sh
# The service: SIGTERM and SIGHUP in the middle of work lose and repeat nothing.
. tests/run/lib.sh
house dark
sed -i -e 's/bytes: [0-9]*MB\/s/bytes: 4MB\/s/' \
	-e 's/in_flight: 2/in_flight: 2\n    lot_letters: 40/' "$dir/jobs.yaml"
sim_start
serve() {
	mobbd -f "$dir/jobs.yaml" >>"$dir/service.log" 2>&1 &
	service=$!
	pids="$pids $service"
}
a=$dir/a.zip b=$dir/b.zip
batch "$a" 200 41
batch "$b" 150 42 --bad 5
serve
drop "$a"
wait_for 30 grep -q 'lot 1, .*offered' "$dir/service.log"
t0=$(date +%s%N)
kill $service
wait $service
is "SIGTERM while a lot is under way ends it with 0" $? 0
ms=$((($(date +%s%N) - t0) / 1000000))
ok "within 5 seconds ($ms ms)" test "$ms" -lt 5000
is "no process of it is left" "$(pgrep -f "$dir/jobs.yaml" | wc -l)" 0
drop "$b"
serve
wait_for 30 grep -q 'lot 3, .*offered' "$dir/service.log"
kill -HUP $service
# Every box letter of both jobs has its result.
done_a() { job list --all --json | grep -c '"offered":0,.*"handed_over":[1-9]'; }
both() { [ "$(done_a)" = 2 ]; }
ok "both jobs come to their end" wait_for 60 both
is "SIGHUP did not end it" "$(kill -0 $service && echo alive)" alive
kill $service
wait $service
is "nothing lost, twice, in both or mixed" \
	"$(MUST_END=1 count "$a.truth.csv:$b.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
posts=$(awk -F';' 'NR > 1 && $6 > 0 && $8 == "no" { print $4 }' \
	"$dir/sim/posts.csv" | sort | uniq -d | wc -l)
is "no message was taken twice by the other side" "$posts" 0
finish
