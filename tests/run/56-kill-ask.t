#!/bin/sh
# Killed at any moment while it asks: nothing is lost, and nobody is asked more
# than once more.  See 10-crash.t for how.
. tests/run/lib.sh
kills=${KILLS:-12}
command -v setsid >/dev/null || skip_all "setsid is not installed"
${CC:-gcc} -shared -fPIC -O1 -o /tmp/mobb-kill-$$.so tests/run/kill.c -ldl ||
	skip_all "the library cannot be built"
house
rm -f "$dir/kill.so"
mv /tmp/mobb-kill-$$.so "$dir/kill.so"
sed -i 's/^    release: automatic/&\n    ask: bulk/' "$dir/jobs.yaml"
questions() { # different ones
	sed 1d "$dir/sim/questions.csv" 2>/dev/null | cut -d';' -f3 | sort -u |
		wc -l
}
run_killed() { # run_killed AT WHEN
	rm -f "$dir/kill.count"
	LD_PRELOAD=$dir/kill.so KILL_AT=$1 KILL_WHEN=$2 \
		KILL_FILE=$dir/kill.count ONCE_SECONDS=60 \
		setsid --wait mobbd -f "$dir/jobs.yaml" --once \
		>>"$dir/once.log" 2>&1
}
truths=
one() { # one NR AT WHEN: a job about citizens of whom nothing is known
	f=$dir/woz-$1.zip
	batch "$f" 20 "$1"
	truths=$truths${truths:+:}$f.truth.csv
	sql 'delete from subscription_list; delete from question
		where state >= 5' >/dev/null 2>&1
	drop "$f"
	run_killed "$2" "$3"
}

one 5600 1000000 before
settle 40
events=$(stat -c %s "$dir/kill.count")
ok "there are enough moments ($events)" test "$events" -gt "$kills"
i=0 died=0 most=0
while [ "$i" -lt "$kills" ]; do
	at=$(((2 * i + 1) * events / (2 * kills) + 1))
	[ $((i % 2)) = 0 ] && when=before || when=after
	asked=$(questions)
	one $((5610 + i)) "$at" $when
	[ "$(stat -c %s "$dir/kill.count")" -ge "$at" ] && died=$((died + 1))
	settle 40
	asked=$(($(questions) - asked))
	[ "$asked" -gt "$most" ] && most=$asked
	i=$((i + 1))
done
ok "most runs were killed ($died of $kills)" test "$died" -gt $((kills / 2))
ok "nobody was asked more than once more ($most)" test "$most" -le 2
is "nothing lost, twice, both or mixed" "$(
	MUST_END=1 count "$truths" | tail -4 | tr '\n' ' '
)" "lost 0 twice 0 both 0 mixed 0 "
finish
