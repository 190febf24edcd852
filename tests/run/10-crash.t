#!/bin/sh
# SIGKILL at many moments of a 300-letter job: nothing lost, nothing twice.
#
# A preloaded library counts renames, syncs, statements and TLS writes over all
# processes of a run, and kills the whole process group before or after one of
# them.  KILLS= and KILL_LETTERS= go further.
. tests/run/lib.sh
kills=${KILLS:-44}
letters=${KILL_LETTERS:-300}
${CC:-gcc} -shared -fPIC -O1 -o /tmp/mobb-kill-$$.so tests/run/kill.c -ldl ||
	skip_all "the library cannot be built"
house
# Shares of so many small jobs differ by chance.
sed -i 's/^\( *\)type: WOZ/&\n\1paper_points: 30/' "$dir/jobs.yaml"
rm -f "$dir/kill.so"
mv /tmp/mobb-kill-$$.so "$dir/kill.so"

run_killed() { # run_killed AT WHEN
	rm -f "$dir/kill.count"
	LD_PRELOAD=$dir/kill.so KILL_AT=$1 KILL_WHEN=$2 \
		KILL_FILE=$dir/kill.count ONCE_SECONDS=60 \
		setsid --wait mobbd -f "$dir/jobs.yaml" --once \
		>>"$dir/once.log" 2>&1
}

truths=
one() { # one NR AT WHEN
	f=$dir/woz-$1.zip
	batch "$f" "$letters" "$1"
	truths=$truths${truths:+:}$f.truth.csv
	drop "$f"
	run_killed "$2" "$3"
}

# How many events does an undisturbed job have?
one 1000 1000000 before
settle 40
events=$(stat -c %s "$dir/kill.count")
echo "# an undisturbed run has $events events"
ok "there are enough moments" test "$events" -gt "$kills"

i=0 died=0
while [ "$i" -lt "$kills" ]; do
	at=$(((2 * i + 1) * events / (2 * kills) + 1))
	[ $((i % 2)) = 0 ] && when=before || when=after
	one $((2000 + i)) "$at" $when
	[ "$(stat -c %s "$dir/kill.count")" -ge "$at" ] && died=$((died + 1))
	# The listener is killed as well now and then.
	if [ $((i % 4)) = 3 ]; then
		kill -9 "$listener"
		wait "$listener" 2>/dev/null
		pkill -9 -f "$dir/jobs.yaml --role listener"
		: >"$dir/listen.log"
		listen_start
	fi
	settle 40
	[ "$code" = 3 ] || [ "$code" = 0 ] ||
		echo "# kill $when event $at: settled with exit $code"
	i=$((i + 1))
done
echo "# $died of $kills runs were killed"
ok "at least 40 different moments" test "$died" -ge 40
counted=$(MUST_END=1 count "$truths")
echo "$counted" | sed 's/^/# /'
is "0 lost, 0 twice, 0 in both, 0 mixed" \
	"$(echo "$counted" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
is "no job is held or open at the box" \
	"$(job list --all --json | grep -Ec '"state":"(held|split|routed|released|sending|received)"')" 0
finish
