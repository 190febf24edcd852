#!/bin/sh
# mobbjob limit: less may leave from the next lot on, without a restart, until
# the moment that was said; judged by the receiver's own times.
. tests/run/lib.sh
house
# 144000/h is 40 letters a second; lots of 20: two a second.
sed -i -e 's/letters: [0-9]*\/h/letters: 144000\/h/' \
	-e 's/in_flight: 2/in_flight: 4\n    lot_letters: 20/' "$dir/jobs.yaml"
told() { job "$@" 2>&1; }

is "a limit above that of the jobs file needs a word more" \
	"$(told limit simulator 200000/h --reason x | sed -n 's/.*\(MOBB-[0-9]*\).*/\1/p')" MOBB-1378
told limit simulator 200000/h --reason x >/dev/null
is "its exit status says not allowed" $? 9
like "a limit of 0 is no way to stop" \
	"$(told limit simulator 0/h --reason x)" 'MOBB-1377.*mobbjob hold'
like "nor is a day the hour of an endpoint" \
	"$(told limit simulator 100/d --reason x)" 'written as 20000/h'
told limit nobody 100/h --reason x >/dev/null
is "nobody has a limit" $? 10
told limit simulator --off --reason x >/dev/null
ok "there is none to take off" test $? -ne 0
like "--dry-run sets nothing" "$(told limit simulator 3600/h --dry-run)" \
	'would be: limit 3,600/h of endpoint simulator by'
is "so the jobs file holds" "$(told limit --plain | cut -f1-4,8 | head -1)" \
	"$(printf 'endpoint\tsimulator\t144,000/h\t144,000/h\tas in the jobs file')"
told limit simulator 3600/h >/dev/null 2>&1 </dev/null
is "without a reason nothing is set" $? 2

f=$dir/woz.zip
batch "$f" 900 7
drop "$f"
once &
run=$!
posts() { [ "$(grep -c ebms "$dir/sim/posts.csv" 2>/dev/null)" -ge "$1" ]; }
wait_for 40 posts 8
until=$(($(date +%s) + 7))
at=$(date +%s.%N)
told limit simulator 36000/h --reason 'they asked for less' \
	--until "$(date -u -d @$until +%Y-%m-%dT%H:%M:%SZ)" >"$dir/set"
like "it says what holds now, until when, by whom and why" "$(cat "$dir/set")" \
	'^limit 36,000/h of endpoint simulator until .* by .*: they asked for less \(jobs file: 144,000/h\); from the next lot on$'
like "list says so too" "$(told list)" \
	'limit 36,000/h of endpoint simulator until .*they asked for less'
wait $run
# Letters that began in a time of the day, by the clock of the other side.
began() { # began FROM UNTIL
	awk -F';' -v a="$1" -v b="$2" 'NR > 1 && $6 > 0 {
		split($1, p, /[-T:.Z]/)
		t = (p[4] * 60 + p[5]) * 60 + p[6] + p[7] / 1000
		if (t >= a % 86400 && t < b % 86400) n += $6 }
		END { print n + 0 }' "$dir/sim/posts.csv"
}
slow=$(began "$at" "$until")
w=$(awk -v a="$at" -v b="$until" 'BEGIN { print b - a }')
echo "# $slow letters in $w s at 10 a second; before it and after it 40"
ok "from the next lot on it is 10 a second" \
	awk -v n="$slow" -v w="$w" 'BEGIN { exit n > 10 * w + 80 }'
ok "and that is used" awk -v n="$slow" -v w="$w" 'BEGIN { exit n < 10 * w - 40 }'
fast=$(began "$until" $((until + 3)))
ok "its end comes by itself: $fast letters in the 3 s after it" \
	test "$fast" -ge 60
like "events tell who set it and why" "$(told events --all --plain; sql 'select text from event')" \
	'endpoint simulator: 36000/h until .*; the jobs file says 144000/h: they asked for less'
once
like "and that it ended" "$(sql 'select text from event')" \
	'endpoint simulator: the limit of 36000/h by .* has ended'
told limit simulator 60000/h --raise --reason y >/dev/null
told limit simulator --off --reason 'as agreed' >"$dir/off"
like "taken off, the jobs file holds again" "$(cat "$dir/off")" \
	'^limit 144,000/h of endpoint simulator, as in the jobs file again$'
like "one may be set above the jobs file on purpose" \
	"$(told limit simulator 200000/h --raise --reason 'Logius agreed')" \
	'^limit 200,000/h of endpoint simulator by'
is "all arrived" "$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
