#!/bin/sh
# Killed at any moment while it asks: nothing is lost, and nobody is asked more
# than once more.
. tests/run/lib.sh
house dark
sed -i 's/^    release: automatic/&\n    ask: bulk/' "$dir/jobs.yaml"
sed -i 's/^answer_after:.*/answer_after: 1s/' "$dir/sim.yaml"
questions() { sed 1d "$dir/sim/questions.csv" 2>/dev/null | cut -d';' -f3 |
	sort -u | wc -l; }
routed() { case $(field state) in received | split | '') false ;; esac; }
killed=0
sim_start
batch "$dir/a.zip" 200 560
drop "$dir/a.zip"
for pause in 0.4 0.6 0.8 1 1.2 1.4 1.6 2 2.4; do
	setsid mobbd -f "$dir/jobs.yaml" >>"$dir/mobbd.log" 2>&1 &
	daemon=$!
	sleep "$pause"
	kill -9 -"$daemon" 2>/dev/null
	wait "$daemon" 2>/dev/null
	kill -0 -"$daemon" 2>/dev/null || killed=$((killed + 1))
done
is "killed, with all its roles" "$killed" 9
mobbd -f "$dir/jobs.yaml" >>"$dir/mobbd.log" 2>&1 &
daemon=$!
pids="$pids $daemon"
ok "after nine kills the job goes on" wait_for 60 routed
ok "and was asked about at most twice" [ "$(questions)" -le 2 ]
ok "at least once" [ "$(questions)" -ge 1 ]
done_() { [ "$(count "$dir/a.zip.truth.csv" | grep -c '^lost 0')" = 1 ]; }
ok "no letter is lost" wait_for 60 done_
is "none twice, both or mixed" "$(count "$dir/a.zip.truth.csv" |
	grep -c -e '^twice 0' -e '^both 0' -e '^mixed 0')" 3
finish
