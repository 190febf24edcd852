#!/bin/sh
# A night from cron: --once --until ends at its time and says what is left, the
# next night goes on; a killed one is caught up; two at once and one beside the
# daemon do no harm; and a night on which all is well says nothing.
. tests/run/lib.sh
house
night() { # night WHAT...: as cron runs it; what it would mail is in mail
	timeout 100 mobbd -f "$dir/jobs.yaml" --once --log "$dir/night.log" \
		"$@" >"$dir/mail" 2>&1
	code=$?
}
nobody() { # nobody is declined: who would be has no box
	awk -F';' '$4 == "box" { print $3 }' "$1.truth.csv" \
		>"$dir/sim/subscribers.txt"
	sim_stop
	sim_start
}

# Nothing to do, and a job that ends well.
night
is "a night without work: exit 0" "$code" 0
is "and not a word" "$(cat "$dir/mail")" ""
a=$dir/a.zip
batch "$a" 40 11
nobody "$a"
drop "$a"
night
n=10
while [ "$code" = 12 ] && [ $n -gt 0 ]; do
	sleep 0.5
	night
	n=$((n - 1))
done
is "a night on which all went well: exit 0" "$code" 0
is "not a word either" "$(cat "$dir/mail")" ""
like "the log has it" "$(cat "$dir/night.log")" 'lot 1, .* offered'
is "nobody but owner and group reads it" "$(stat -c %a "$dir/night.log")" 640

# What needs a person is mailed: a file that is no batch file is the supplier's
# business, a job that must be released is ours.
sed -i 's/^    release: automatic/    release: person/' "$dir/jobs.yaml"
b=$dir/b.zip
batch "$b" 200 12
nobody "$b"
drop "$b"
night
is "its letters are open: exit 12" "$code" 12
like "a job that waits for a person is mailed, with the command" \
	"$(cat "$dir/mail")" 'mobbjob release .* --reason'
is "and that is all of the mail" \
	"$(grep -vc '^job\|^    mobbjob' "$dir/mail")" 0

# The clock ends a night, here 15 seconds after its beginning; a lot of 10 letters
# takes three seconds.
sed -i -e 's/bytes: [0-9]*MB\/s/bytes: 100kB\/s/' \
	-e 's/in_flight: 2/in_flight: 2\n    lot_letters: 10/' "$dir/jobs.yaml"
job release "$(field id)" --reason test >/dev/null
cc -shared -fPIC -o "$dir/late.so" tests/run/late.c -ldl || exit 1
late() { # late N COMMAND...: on a clock that is N seconds past the minute now
	_n=$1
	shift
	export LATE_SECONDS=$(((60 + _n - $(date +%s) % 60) % 60))
	LD_PRELOAD=$dir/late.so "$@"
}
minute() { TZ=Europe/Amsterdam late "$1" date -d 'now + 20 seconds' +%H:%M; }
t0=$(date +%s)
late 45 night --until "$(minute 45)"
took=$(($(date +%s) - t0))
is "letters are left at its end: exit 12" "$code" 12
ok "it ended at that time, not after ($took s)" test "$took" -le 21
is "one line says what is left" "$(grep -c \
	'^left for the next run: [0-9]* letters for the box' "$dir/mail")" 1
is "and it is the only one" "$(wc -l <"$dir/mail")" 1
posts() { awk -F';' 'NR > 1 && $6 > 0' "$dir/sim/posts.csv" | wc -l; }
ok "some lots left ($(posts))" test "$(posts)" -gt 1
is "none was broken off" "$(grep -c 'not received' "$dir/night.log")" 0
left=$(posts)
late 58 night --until "$(minute 58)"
is "with no time for a lot none begins" "$(posts)" "$left"

# A night that is killed in the middle of a lot; two at once; beside the daemon.
timeout -s KILL 6 mobbd -f "$dir/jobs.yaml" --once >/dev/null 2>&1
sed -i -e 's/bytes: 100kB\/s/bytes: 1MB\/s/' "$dir/jobs.yaml"
night &
first=$!
timeout 100 mobbd -f "$dir/jobs.yaml" --once --log "$dir/night.log" \
	>"$dir/mail2" 2>&1
second=$?
wait $first
is "of two at once one does the work, or one after the other, without a word" \
	"$(case $second in 0 | 11 | 12) echo fine ;; esac) $(wc -l <"$dir/mail2")" \
	"fine 0"
listen_stop
mobbd -f "$dir/jobs.yaml" >"$dir/service.log" 2>&1 &
service=$!
pids="$pids $service"
wait_for 30 grep -q 'listening on' "$dir/service.log"
night
is "beside the daemon a night ends with 11" "$code" 11
is "which is nobody's business" "$(cat "$dir/mail")" ""
ended() { [ "$(field open)" = "$(field handed_over)" ]; }
ok "everything that was left is caught up" wait_for 60 ended
kill $service
wait $service
is "nothing lost, twice, in both or mixed" \
	"$(count "$a.truth.csv:$b.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
is "no message was taken twice" "$(awk -F';' \
	'NR > 1 && $6 > 0 && $8 == "no" { print $4 }' "$dir/sim/posts.csv" |
	sort | uniq -d | wc -l)" 0
finish
