#!/bin/sh
# Who has a box: nobody is asked where the stream says so, and then a list is
# needed.
. tests/run/lib.sh
house
f=$dir/woz.zip
batch "$f" 30 50
sed -i 's/^    release: automatic/&\n    ask: register/' "$dir/jobs.yaml"
drop "$f"
once
is "nothing leaves" "$(sed 1d "$dir/sim/posts.csv" 2>/dev/null | wc -l)" 0
is "the job has no routes" "$(field state)" split
like "and a person is told why" "$(cat "$dir/once.log")" \
	"MOBB-2307 .*$(field id)"
sed -i '/ask: register/d' "$dir/jobs.yaml"
once
is "asked by WUS it goes its way" "$(field waiting_for_route)" 0
like "each letter knows which answer decided" "$(job why "$(field id)/1")" \
	'as answered by wus, answer [0-9]+'
finish
