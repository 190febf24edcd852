#!/bin/sh
# What is kept too long goes, after a crash too: files, bundles, and what the
# books say of citizens.  Counts, events and the sum remain, and of a job that
# goes on, or is kept longer, nothing goes.
cc -shared -fPIC -o /tmp/mobb-kill-$$.so tests/run/kill.c -ldl || {
	echo "1..0 # SKIP no compiler"
	exit 0
}
. tests/run/lib.sh
dir=$(mktemp -d /tmp/mobb-run-XXXXXX)
chmod 755 "$dir"
mv /tmp/mobb-kill-$$.so "$dir/kill.so"
mobbsim init "$dir" --senders 2 --ports auto >"$dir/init.log" 2>&1 || exit 1
sed -i 's/^\(result\|answer\)_after:.*/\1_after: 0s/' "$dir/sim.yaml"
# The first sender's jobs are kept for 30 days, the second's for ever.
sed -i -e 's/^  - name: voorbeeld$/&\n    keep: 30d/' \
	-e 's/^\( *\)bundle_letters: .*/&\n\1proof: 2\n\1proof_wait: false/' \
	"$dir/jobs.yaml"
sim_start
listen_start
two=00000099000000010002
batch "$dir/old.zip" 40 21
batch "$dir/other.zip" 30 22 --sender $two
batch "$dir/open.zip" 20 23
drop "$dir/old.zip" woz/voorbeeld
drop "$dir/other.zip" woz/voorbeeld-2
settle
for b in $(job print --json | sed -n 's/.*"bundle":"\([^"]*\)".*/\1/p'); do
	job posted "$b" --date "$(date +%F)" --reason test >/dev/null
done
once
old=$(job list --all --json | grep '"old.zip"' |
	sed 's/.*"id":"\([^"]*\).*/\1/')
other=$(job list --all --json | grep '"other.zip"' |
	sed 's/.*"id":"\([^"]*\).*/\1/')
drop "$dir/open.zip" woz/voorbeeld
settle
open=$(job list --json | grep '"open.zip"' | sed 's/.*"id":"\([^"]*\).*/\1/')
is "two have ended, one goes on" "$(ls "$dir/spool/done" | sort | tr '\n' ' ')" \
	"$(printf '%s\n' "$old" "$other" | sort | tr '\n' ' ')"

like "nothing is due before its time" "$(job retention)" \
	'^0 jobs with 0 letters are removed now, 0 within 7 days'
like "all that has a time is in the long list" "$(job retention --all)" \
	"$old +woz +voorbeeld "
sql "update job set settled_ms = settled_ms - 40 * 86400000::bigint,
	received_ms = received_ms - 40 * 86400000::bigint"
like "forty days later one is" "$(job retention)" \
	'^1 jobs with 40 letters are removed now'
is "to look removes nothing" "$(ls "$dir/spool/done/$old" | grep -c "old.zip$")" 1
proof=$(job show "$old" | grep -E '^ *(sum|state)')
like "its sum is right before" "$proof" 'sum OK'
ok "somebody closes it" job report "$old" --close --reason 'all is well'
bundle=$(cd "$dir/spool/print/out" && ls | grep "$old" | head -1)
ok "its bundle lies there" test -n "$bundle"
ok "and a proof" test -e "$(echo "$dir"/spool/print/out/print-"$old"-*PROOF.zip)"
mkdir "$dir/spool/print/proef" # a printer had this one before
cp "$dir/spool/print/out/$bundle" "$dir/spool/print/proef/.$bundle.part"

for when in before after; do
	rm -f "$dir/kill.count"
	LD_PRELOAD=$dir/kill.so KILL_NAME=old.zip KILL_AT=1 KILL_WHEN=$when \
		KILL_FILE=$dir/kill.count setsid mobbd -f "$dir/jobs.yaml" \
		--once >>"$dir/once.log" 2>&1
	is "killed $when the file goes: the letters are still there" \
		"$(sql "select count(*) from letter l join job j on j.number
			= l.job_no where j.id = '$old'")" 40
done
# What cannot be removed holds up nothing else.
sql "insert into receipt_file (name, sha256, said, lot_no, at_ms)
	values ('print-x.ack', '', 1, 0, 1);
	insert into print_alarm (file_no, job_no, lot_no, code, lines, text,
	at_ms) select f.number, j.number, 0, 1363, 1, 'x', 1
	from receipt_file f, job j where j.id = '$open'"
mkdir -p "$dir/spool/done/$old/of-a-person"
once
ok "a folder in its folder: it stays" test -d "$dir/spool/done/$old/of-a-person"
like "which is said" "$(cat "$dir/once.log")" 'remove what is kept no longer'
like "and an alarm is given all the same" "$(job events "$open")" \
	'needs a person +MOBB-1363'
rmdir "$dir/spool/done/$old/of-a-person"
once
ok "then it is finished: no file" test ! -e "$dir/spool/done/$old"
is "no bundle and no proof in any folder" \
	"$(find "$dir/spool/print" -name "*$old*")" ""
is "and no letter" "$(job letters "$old" --json | wc -l)" 0
is "not a word about its citizens in the books" \
	"$(cut -d';' -f3 "$dir/old.zip.truth.csv" | sed 1d | sort -u |
		while read -r bsn; do
			sql "select 1 from letter where bsn = $bsn and job_no =
				(select number from job where id = '$old')"
		done | wc -l)" 0
is "state and sum are as before" \
	"$(job show "$old" | grep -E '^ *(sum|state)')" "$proof"
like "who closed it stands in the report" "$(job report "$old" --html)" \
	'stated on .* complete: .*all is well'
like "the events say what happened" "$(job events "$old")" 'retention'
is "the other sender's job is whole" "$(ls "$dir/spool/done/$other" |
	grep -c "other.zip$") $(job letters "$other" --json | wc -l)" "1 30"
is "and the one that goes on" "$(ls "$dir/spool/work/$open" |
	grep -c "open.zip$") $(job letters "$open" --json | wc -l)" "1 20"
drop "$dir/old.zip" woz/voorbeeld
once
like "the same file is still known" \
	"$(tr -s '\n\t ' ' ' <"$(echo "$dir"/spool/bad/*/old.zip.reason)")" \
	'MOBB-0[0-9]+'
finish
