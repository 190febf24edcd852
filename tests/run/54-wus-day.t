#!/bin/sh
# So many numbers a day by WUS, exact over restarts; then in bulk.
. tests/run/lib.sh
house
sed -i 's/wus_daily: .*/wus_daily: 100/; s/wus_max: .*/wus_max: 70/' \
	"$dir/jobs.yaml"
questions() { sed 1d "$dir/sim/questions.csv" 2>/dev/null | wc -l; }
today() { sql 'select coalesce(sum(numbers), 0) from wus_day'; }
batch "$dir/a.zip" 60 540
drop "$dir/a.zip"
once
is "60 are few: asked by WUS" "$(questions) $(field waiting_for_route)" "0 0"
first=$(today)
ok "and counted" [ "$first" -gt 50 ]
# The same numbers are in the register now; others are needed.
sql 'delete from subscription_list' >/dev/null
batch "$dir/b.zip" 60 541
drop "$dir/b.zip"
settle
is "the next 60 would be more than 100 today: asked in bulk" "$(questions)" 1
ok "and it goes its way" [ "$(field waiting_for_route)" = 0 ]
sql 'delete from subscription_list; delete from question' >/dev/null
sed -i 's/^    release: automatic/&\n    ask: wus/' "$dir/jobs.yaml"
batch "$dir/c.zip" 60 542
drop "$dir/c.zip"
once
is "by WUS alone it waits for tomorrow" "$(field state)" split
like "and says so" "$(cat "$dir/once.log")" 'MOBB-2307'
ok "never more than a hundred" [ "$(today)" -le 100 ]
finish
