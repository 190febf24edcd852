#!/bin/sh
# Many jobs at once: chosen by stream, sender, state and day, shown, asked once,
# one event each; the wrong number changes nothing.
. tests/run/lib.sh
dir=$(mktemp -d /tmp/mobb-run-XXXXXX)
chmod 755 "$dir"
mobbsim init "$dir" --senders 2 --ports auto >"$dir/init.log" 2>&1 || exit 1
sed -i 's/^\(result\|answer\)_after:.*/\1_after: 0s/
	s/release: automatic/release: person/' "$dir/jobs.yaml"
sim_start
listen_start
two=00000099000000010002
for n in 1 2 3; do
	batch "$dir/a$n.zip" 12 3$n
	drop "$dir/a$n.zip" woz/voorbeeld
done
batch "$dir/b1.zip" 12 34 --sender $two
drop "$dir/b1.zip" woz/voorbeeld-2
once
held() { job list --json | grep '"mobb.job/1"' | grep -c '"state":"held"'; }
is "four jobs wait" "$(held)" 4

pick="--stream woz --sender voorbeeld --since today --state held"
out=$(job release $pick --dry-run)
like "they are shown" "$out" '^3 jobs with 36 open letters would be released'
is "and only those" "$(echo "$out" | grep -c ' voorbeeld-2 ')" 0
is "a dry run changes nothing" "$(held)" 4
job release $pick --reason test >"$dir/out" 2>&1
is "without a number nothing happens: exit 2" "$?" 2
job release $pick --jobs 4 --reason test >"$dir/out" 2>&1
is "the wrong number: exit 2" "$?" 2
like "it says so" "$(cat "$dir/out")" 'MOBB-1386: 4 jobs are meant, 3 were found'
is "and nothing changed" "$(held)" 4
job release --stream woz --since tomorrow >"$dir/out" 2>&1
is "a day that makes no sense: exit 2" "$?" 2
job release --stream wos --state held >"$dir/out" 2>&1
is "a stream that is not there: exit 10" "$?" 10
like "one name alone is the stream itself" \
	"$(job hold --stream woz --dry-run 2>&1)" 'stream woz held'
ok "the right number releases them" \
	job release $pick --jobs 3 --reason "three looked at"
is "one event each, with the reason" \
	"$(job list --all --json | sed -n 's/.*"job":"\([^"]*\)".*/\1/p' |
		while read -r j; do
			job events "$j" --json
		done | grep '"what":"released"' | grep -c 'three looked at')" 3
is "the other sender's job is still held" \
	"$(job list --json | grep '"state":"held"' |
		grep -c '"sender":"voorbeeld-2"')" 1

like "sums by sender" "$(job list --by sender --plain)" \
	"voorbeeld-2	1	1	12"
is "sums by stream are those of all" \
	"$(job list --by stream --json --all | sed 's/.*"in":\([0-9]*\).*/\1/')" 48
ok "the other one is cancelled" job cancel --sender voorbeeld-2 --state held \
	--jobs 1 --reason "not ours"
is "nothing of it left" \
	"$(settle; cut -d';' -f2 "$dir/b1.zip.truth.csv" | sed 1d |
		grep -cFf - "$dir/sim/ledger.csv")" 0
job posted --stream woz --since yesterday --date "$(date +%F)" --jobs 3 \
	--reason paper --json >"$dir/out"
is "all bundles are posted" "$(grep -c '"done":true' "$dir/out")" 3
once
is "and every job has its end" "$(job list --json | grep -c mobb.job/1)" 0
finish
