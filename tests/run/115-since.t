#!/bin/sh
# One mail from cron: silence when all is well, else what needs a person.
. tests/run/lib.sh
house
f=$dir/woz.zip
batch "$f" 20 115
drop "$f"
settle
is "silent when all is well" "$(job report --since yesterday 2>&1)" ''
ok "and it ends well" job report --since yesterday
out=$(job report --since yesterday --always)
like "--always tells that nothing needs a person" "$out" 'Nothing needs'
like "and what ran" "$out" "$(field id).*20 in"
is "not what was before" "$(job report --since 2099-01-01 --always |
	grep -c "$(field id)")" 0
ok "job held" job hold --stream woz --reason 'look first'
out=$(job report --since today)
like "then it is told" "$out" '1 thing needs a person'
like "with the command" "$out" 'mobbjob release --stream woz'
like "as JSON too" "$(job report --since today --json)" '"needs":\[\{'
job release --stream woz --reason ok >"$dir/o" 2>&1
is "silent again" "$(job report --since today 2>&1)" ''
echo 'no XML' >"$dir/bad.xml"
drop "$dir/bad.xml"
once
like "a file that was refused is told" "$(job report --since today)" 'refused'
for bad in tomorrow 2026-02-30 2026-02-15T25:00 '' 2026-02-15x; do
	ok "no moment: '$bad'" test "$(
		job report --since "$bad" >"$dir/o" 2>&1
		echo $?
	)" = 2
done
ok "--since is no report of a job" test "$(
	job report --since today --html >"$dir/o" 2>&1
	echo $?
)" = 2
finish
