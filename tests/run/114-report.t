#!/bin/sh
# The report of a job: sums that a judge finds too, one page that needs nothing
# else and tells nothing about a citizen, and a statement that waits for all.
. tests/run/lib.sh
house
f=$dir/woz.zip
batch "$f" 80 114 --bad 8
drop "$f"
settle
id=$(field id)
p=$dir/report.html
ok "a page is written" job report "$id" -o "$p"
ok "it is well-formed" xmllint --noout --nonet "$p"
is "and has no script, and nothing that is fetched" \
	"$(grep -Ec '<script|src=|href=|url\(|@import|onload' "$p")" 0
is "small" "$(($(wc -c <"$p") < 200000))" 1
is "--html is the same, but for the moment" \
	"$(job report "$id" --html | grep -v 'Made on')" "$(grep -v 'Made on' "$p")"
# References, names and numbers of the file: none of them.
cut -d';' -f2,3 "$f.truth.csv" | tail -n +2 | tr ';' '\n' | grep . >"$dir/secret"
is "nothing of a citizen is in it" "$(grep -Fcf "$dir/secret" "$p")" 0
json=$(job report "$id" --json)
value() { echo "$json" | sed -n "s/.*\"$1\":\\([0-9]*\\).*/\\1/p"; }
is "in is what the supplier made" "$(value in)" 80
is "delivered is what the other side counts" "$(value delivered)" \
	"$(awk -F';' '$9 == "yes"' "$dir/sim/ledger.csv" | wc -l)"
is "the hours add up to what was offered" \
	"$(echo "$json" | sed 's/.*"hours":\[\([^]]*\)\].*/\1/' |
		grep -o '"letters":[0-9]*' | awk -F: '{ s += $2 } END { print s }')" \
	"$(awk -F';' 'NR > 1 { s += $6 } END { print s }' "$dir/sim/posts.csv")"
like "declines have a code" "$json" '"answer":"NietActiefOfGeabonneerd","code"'
like "rejected records too" "$json" '"rejects":\[\{"code":"MOBB-0'

ok "not closed while letters are open" test "$(
	job report "$id" --close --reason done >"$dir/o" 2>&1
	echo $?
)" != 0
like "it says how many" "$(cat "$dir/o")" 'MOBB-1356.*still open'
for b in "$dir"/spool/print/out/*.zip; do
	job posted "$(basename "$b" .zip)" --date 2026-02-20 --reason x \
		>"$dir/o" 2>&1
done
for r in $(job letters "$id" --json | grep '"state":"held"' |
	sed 's/.*"record":\([0-9]*\).*/\1/'); do
	job cancel "$id/$r" --reason "no address" >"$dir/o" 2>&1
done
once
ok "to look if it could be closed changes nothing" \
	job report "$id" --close --dry-run
ok "closed when all have their end" \
	job report "$id" --close --reason 'all is well'
like "it is on the page" "$(job report "$id" --html)" \
	'stated on .* complete: .*all is well'
like "and on record" "$(job events "$id")" 'closed.*all is well'
ok "not twice" test "$(
	job report "$id" --close --reason again >"$dir/o" 2>&1
	echo $?
)" != 0
ok "the page is still well-formed" sh -c \
	"mobbjob -f $dir/jobs.yaml report $id --html | xmllint --noout -"
finish
