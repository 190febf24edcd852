#!/bin/sh
# Nothing older than seven days decides: not at routing, not at release.
. tests/run/lib.sh
house
sed -i 's/release: automatic/release: person/' "$dir/jobs.yaml"
older() { # all answers become older than seven days
	sql "update subscription_list set asked_ms = asked_ms - 604860000;
	update answer set asked_ms = asked_ms - 604860000" >/dev/null
}
batch "$dir/a.zip" 40 550
drop "$dir/a.zip"
once
id=$(field id)
is "routed, and waits for a person" "$(field state)" held
answers=$(job subscriptions --json | grep -c mobb.answer)
older
ok "released after a week" job release "$id" --reason late
: >"$dir/once.log"
once
like "what was known is too old: looked up anew" "$(cat "$dir/once.log")" \
	'more than 7 days ago'
ok "by a new answer" [ "$(job subscriptions --json |
	grep -c mobb.answer)" -gt "$answers" ]
is "nothing has left" "$(sed 1d "$dir/sim/ledger.csv" 2>/dev/null | wc -l)" 0
is "and a person lets it go once more" "$(field state)" held
like "its events say why" "$(job events "$id")" 'split again.*MOBB-2306'
ok "released" job release "$id" --reason "looked again"
settle
is "then every letter goes its way" "$(
	count "$dir/a.zip.truth.csv" | grep -c '^lost 0')" 1
older
batch "$dir/b.zip" 40 551
drop "$dir/b.zip"
n=$(job subscriptions --json | grep -c mobb.answer)
once
ok "the next job is asked about anew" [ "$(job subscriptions --json |
	grep -c mobb.answer)" -gt "$n" ]
finish
