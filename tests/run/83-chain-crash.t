#!/bin/sh
# A chain test while the other side stumbles and the courier is killed: each
# message is repeated with the same bytes and nothing of it leaves twice as
# something else; one more run goes beside real letters without touching them.
. tests/run/lib.sh
house dark
sed -i 's/^#types:.*/types: [WOZ, UITKER]/' "$dir/sim.yaml"
awk 'BEGIN { for (n = 999990000; k < 3; n++) {
	s = -(n % 10); m = int(n / 10)
	for (w = 2; w <= 9; w++) { s += w * (m % 10); m = int(m / 10) }
	if (s % 11 == 0) { print n; k++ } } }' >"$dir/numbers"
f=$dir/real.zip
batch "$f" 40 83
{
	head -2 "$dir/numbers"
	awk -F';' '$4 == "box" { print $3 }' "$f.truth.csv"
} >"$dir/sim/subscribers.txt"
awk '{ printf "test-%d;%s;%s\n", NR, $1, NR < 3 ? "yes" : "no" }' \
	"$dir/numbers" >"$dir/accounts.csv"
chmod 600 "$dir/accounts.csv"
cat >"$dir/plan" <<'END'
nth 1 request status 503
nth 3 request cut 2000
nth 5 request silent 500ms
nth 2 ack lost
nth 4 result lost
END
sim_start --faults "$dir/plan"
mobbd -f "$dir/jobs.yaml" >"$dir/service.log" 2>&1 &
pids="$pids $!"
wait_for 30 grep -q 'listening on' "$dir/service.log"
job chaintest simulator --accounts "$dir/accounts.csv" --stream woz \
	--listener-down 2s --reason "with stumbles" -o "$dir/report.html" \
	>"$dir/out" 2>&1
drop "$f"
n=0
while [ $n -lt 4 ]; do
	sleep 1
	kill -9 $(pgrep -f -- "$dir/jobs.yaml --role courier") 2>/dev/null &&
		n=$((n + 1))
done
job chaintest simulator --wait 100s -o "$dir/report.html" >"$dir/out" 2>&1
_code=$?
ok "the courier was killed four times" test "$n" = 4
is "nothing is open, and nothing differs" "$_code $(grep -c 'open$\|DIFFERS$' \
	"$dir/out")" "0 0"
# By the posts of the other side: 20 messages, each of one length.
awk -F';' 'NR > 1 && $4 != "" { print $4 }' "$dir/sim/posts.csv" | sort -u \
	>"$dir/seen"
sql "select message_id from chain_case" | sort -u >"$dir/messages"
is "20 cases are 20 messages that the other side had" \
	"$(comm -12 "$dir/seen" "$dir/messages" | wc -l)" 20
is "a message that is repeated has the same length" "$(awk -F';' 'NR > 1 &&
	$7 > 0 && $9 ~ /^2/ { print $4 ";" $7 }' "$dir/sim/posts.csv" | sort -u |
	cut -d';' -f1 | sort | uniq -d | wc -l)" 0
# Posts that were cut off have no length of their own.
wait_for 60 sh -c "[ \"\$(mobbjob -f '$dir/jobs.yaml' list --all --json |
	head -1 | sed -n 's/.*\"handed_over\":\\([0-9]*\\).*/\\1/p')\" -gt 0 ]"
grep -v ';Ketentest\|;KT[0-9]' "$dir/sim/ledger.csv" |
	awk -F';' 'NR == 1 || $5 !~ /^(KT|$)/' >"$dir/ledger"
is "the letters of the job beside it: nothing lost, twice, in both or mixed" \
	"$(MUST_END=1 "$top/tests/run/count" "$f.truth.csv" "$dir/ledger" \
		"$dir/spool/print/out" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
is "no letter of the test came twice as new" "$(awk -F';' '$5 ~ /^KT/ &&
	$9 == "yes" { print $4 }' "$dir/sim/ledger.csv" | sort | uniq -d |
	wc -l)" 0
finish
