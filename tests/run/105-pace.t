#!/bin/sh
# The limit is kept and used: bytes a second and letters an hour, judged by the
# receiver's own times, with a restart in the middle.
. tests/run/lib.sh
house
# 144000/h is 40 letters a second; lots of 20: two a second.
sed -i -e 's/letters: [0-9]*\/h/letters: 144000\/h/' \
	-e 's/in_flight: 2/in_flight: 4\n    lot_letters: 20/' "$dir/jobs.yaml"
f=$dir/woz.zip
batch "$f" 900 5
drop "$f"
once &
run=$!
posts() { [ "$(grep -c ebms "$dir/sim/posts.csv" 2>/dev/null)" -ge "$1" ]; }
wait_for 60 posts 6
kill $run # another process goes on
wait $run
settle
# The most letters over the limit in any window, and the share of it that was
# used while there was work: from the seventh post after the restart on.
awk -F';' '
	NR > 1 && $6 > 0 {
		split($1, p, /[-T:.Z]/)
		t[++n] = (p[4] * 60 + p[5]) * 60 + p[6] + p[7] / 1000
		l[n] = $6
	}
	END {
		worst = -1e9
		for (i = 1; i <= n; i++) {
			s = 0
			for (j = i; j <= n; j++) {
				s += l[j]
				over = s - (40 * (t[j] - t[i]) + 4 * 20)
				if (over > worst) worst = over
			}
		}
		from = 1
		for (i = 2; i <= n; i++)
			if (t[i] - t[i - 1] > gap) { gap = t[i] - t[i - 1]; from = i }
		s = 0
		for (i = from; i < n - 1; i++) s += l[i]
		used = s / (40 * (t[n - 1] - t[from]))
		printf "%d posts, %d over, gap %.1f, used %.3f\n", n, worst, \
			gap, used
	}' "$dir/sim/posts.csv" >"$dir/judged"
echo "# $(cat "$dir/judged"), load $(cut -d' ' -f1 /proc/loadavg)"
ok "never over the limit, by the receiver's times" \
	awk '{ good = $3 <= 0 } END { exit !good }' "$dir/judged"
ok "and 99 % of it is used while there is work" \
	awk '{ good = $NF >= 0.99 } END { exit !good }' "$dir/judged"
is "all arrived" "$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
