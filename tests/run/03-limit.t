#!/bin/sh
# The limit: letters an hour, judged by the receiver's own times.
. tests/run/lib.sh
house
# 72000/h is 20 letters a second; lots of 40: one lot every two seconds.
sed -i -e 's/letters: [0-9]*\/h/letters: 72000\/h/' \
	-e 's/in_flight: 2/in_flight: 2\n    lot_letters: 40/' "$dir/jobs.yaml"
f=$dir/woz.zip
batch "$f" 400 3
drop "$f"
t0=$(date +%s)
settle
t1=$(date +%s)
# The judge: letters whose post began in any window W are at most
# limit x W + in_flight x largest lot.  posts.csv:
# first_byte;last_byte;path;message_id;batch_id;letters;bytes;duplicate;http
judged=$(awk -F';' '
	NR > 1 && $6 > 0 {
		split($1, p, /[-T:.Z]/)
		t[++n] = ((p[3] * 24 + p[4]) * 60 + p[5]) * 60 + p[6] \
			+ p[7] / 1000
		l[n] = $6; sum += $6
	}
	END {
		worst = -1e9
		for (i = 1; i <= n; i++) {
			s = 0
			for (j = i; j <= n; j++) {
				s += l[j]
				over = s - (20 * (t[j] - t[i]) + 2 * 40)
				if (over > worst) worst = over
			}
		}
		printf "%d posts %d letters %s\n", n, sum, \
			worst <= 0 ? "within" : "over by " worst
	}' "$dir/sim/posts.csv")
echo "# $judged in $((t1 - t0)) s"
like "never over the limit, by the receiver's times" "$judged" 'within$'
ok "and it took as long as the limit asks" test $((t1 - t0)) -ge 10
is "all arrived" "$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "

# Nobody means a limit of 0; to stop there is mobbjob hold.
sed -i 's/letters: 72000\/h/letters: 0\/h/' "$dir/jobs.yaml"
: >"$dir/once.log"
ONCE_SECONDS=60 once
is "a limit of 0 is a mistake in the jobs file" "$code" 4
like "its line and column are named" "$(cat "$dir/once.log")" \
	'MOBB-1377 .*jobs.yaml:[0-9]+:[0-9]+.*limit of 0'
finish
