#!/bin/sh
# What the operator sees of a whole run, and what nobody sees: a citizen number.
. tests/run/lib.sh
house
f=$dir/woz.zip
batch "$f" 60 11 --bad 4
sed -i 's/^\( *\)\(release:\).*/\1\2 person/' "$dir/jobs.yaml"
grep -q 'release: person' "$dir/jobs.yaml" ||
	sed -i 's/format: woz-biljet\/1/&, release: person/' "$dir/jobs.yaml"
ok "the set-up is sound" job check "$dir/jobs.yaml"
drop "$f"
once
id=$(field id)
is "a stream that wants a person holds the job" "$(field state)" held
like "the list says what a person must do" "$(job)" "mobbjob release $id"
is "without a reason it is not released" \
	"$(job release "$id" </dev/null 2>&1 | grep -c 'MOBB-1306')" 1
job release "$id" --dry-run --reason x >/dev/null
is "--dry-run changes nothing" "$(field state)" held
ok "a person releases it" job release "$id" --reason "totals agreed"
like "that is recorded with name and reason" \
	"$(job events "$id")" "$(id -un).*totals agreed"
settle
part=${id#*-}
is "a part of the id is enough" "$(job show "$part")" "$(job show "$id")"

truth=$f.truth.csv
box=$(awk -F';' '$4 == "box" { print $2; exit }' "$truth")
late=$(awk -F';' '$4 == "paper" || $4 == "late" { print $2; exit }' "$truth")
doc=$(awk -F';' -v r="$box" '$2 == r { print $6 }' "$truth")
why=$(job why "$box")
like "why: the document of the intake" "$why" "SHA-256 at intake $doc"
like "why: the rule" "$why" 'route: the box, because'
like "why: the lot with its BatchID" "$why" 'BatchID [0-9a-f-]{36}'
like "why: the MessageId" "$why" 'offered with MessageId .+@'
like "why: acknowledged" "$why" 'acknowledged'
like "why: its result" "$why" 'result: '
like "why: where it is now" "$why" 'now: delivered'
like "why: a letter on paper is with the printer" \
	"$(job why "$late")" 'now: handed over'
letter=$(echo "$why" | sed -n 's/.*the letter got id //p')
is "a letter is found by its id too" "$(job why "$letter")" "$why"
record=$(awk -F';' -v r="$box" '$2 == r { print $1 }' "$truth")
is "and by JOB/RECORD" "$(job why "$id/$record")" "$why"
is "no such letter: exit 10" "$(
	job why "$id/999999" >/dev/null 2>&1
	echo $?
)" 10

is "every letter is listed once" "$(job letters "$id" --json | wc -l)" 56
is "by different ids" "$(job letters "$id" --json |
	sed 's/.*"letter":"\([^"]*\).*/\1/' | sort -u | wc -l)" 56
is "every rejected record is listed" "$(job rejects "$id" --json | wc -l)" 4
is "also among the warnings" "$(job rejects "$id" --all --json |
	grep -c '"warning":false')" 4
like "with advice under the table" "$(job rejects "$id")" 'what to do: '
lots=$(job lots "$id")
like "lots: settled, with their counters" "$lots" 'they count: [0-9,]+ in all'
is "lots: no counter differs" "$(echo "$lots" | grep -c '(we: ')" 0
bundle=$(job print --json | sed -n 's/.*"bundle":"\([^"]*\).*/\1/p')
ok "the bundle in the queue is the file for the printer" \
	test -e "$dir/spool/print/out/$bundle.zip"
is "its digest is the one in the books" "$(job print --json |
	sed -n 's/.*"sha256":"\([^"]*\).*/\1/p')" \
	"$(cut -d' ' -f1 <"$dir/spool/print/out/$bundle.zip.sha256")"
is "posted needs a day: exit 2" "$(
	job posted "$bundle" >/dev/null 2>&1
	echo $?
)" 2
is "not one in the future: exit 2" "$(
	job posted "$bundle" --date 2999-01-01 >/dev/null 2>&1
	echo $?
)" 2
is "nor one that does not exist: exit 2" "$(
	job posted "$bundle" --date 2026-02-30 >/dev/null 2>&1
	echo $?
)" 2
job posted "$bundle" --date 2026-02-20 --dry-run >/dev/null
like "handed over is not posted" "$(job show "$id")" 'not posted yet'
ok "a person says it was posted" job posted "$bundle" --date 2026-02-20
is "a second time is refused: exit 1" "$(
	job posted "$bundle" --date 2026-02-20 >/dev/null 2>&1
	echo $?
)" 1
once
like "then the sum closes" "$(job show "$id")" \
	'in 60 = .* 4 rejected \+ 0 withdrawn \+ 0 open   sum OK'
is "JSON agrees" "$(job show "$id" --json | grep -c '"sum_ok":true')" 1

# A file that is refused
printf 'no zip' >"$dir/no.zip"
drop "$dir/no.zip"
once
no=$(field id)
is "a refused file is shown" "$(field state)" refused
like "with its code" "$(job show "$no")" 'reason +MOBB-0109: '
like "and no sum is claimed" "$(job show "$no")" 'nothing of it was or will'
is "in JSON neither" "$(job show "$no" --json | grep -c '"sum_ok":true')" 0

# Nothing that is shown holds a citizen number.
cut -d';' -f3 "$truth" | grep -Ex '[0-9]{9}' >"$dir/bsn"
for c in "list --all" "show $id" "letters $id" "why $box" "rejects $id" \
	"lots $id" "events $id" "print --all"; do
	for o in "" --json --plain; do
		# shellcheck disable=SC2086
		is "no citizen number in $c $o" \
			"$(job $c $o 2>&1 | grep -cFf "$dir/bsn")" 0
	done
done
like "its last digits only" "$(job letters "$id")" '\*{6}[0-9]{3}'
finish
