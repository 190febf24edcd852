#!/bin/sh
# A misconfigured stream stops after its first result, one that is declined too
# often at its limit; a person lets it go on.
. tests/run/lib.sh
house dark
sed -i -e 's/^    in_flight: .*//' \
	-e 's/^    environment: simulator/&\n    lot_letters: 10\n    in_flight: 1/;' \
	"$dir/jobs.yaml"
# Only the endpoint has lots.
awk '/^senders:/ { s = 1 } /^endpoints:/ { s = 0 }
	s && /(lot_letters|in_flight):/ { next } { print }' \
	"$dir/jobs.yaml" >"$dir/j" && mv "$dir/j" "$dir/jobs.yaml"
sed -i 's/^    letters: .*/    letters: 36000\/h/' "$dir/jobs.yaml"
grep -q 'letters: 36000/h' "$dir/jobs.yaml" ||
	sed -i 's/^    lot_letters: 10/&\n    letters: 36000\/h/' "$dir/jobs.yaml"
listen_start
posted() { # lots that left
	sed 1d "$dir/sim/posts.csv" 2>/dev/null | grep -c ';[0-9a-f-]\{36\};'
}

printf 'every 1 request code BerichtTypeNietOndersteund 1000\n' >"$dir/plan"
sim_start --faults "$dir/plan"
batch "$dir/type.zip" 320 300 --number 1
drop "$dir/type.zip"
once
like "its lots" "$(field lots)" '^(19|2[0-9])$'
left=$(posted)
like "of some twenty lots few left: those under way when the result came" \
	"$left" '^[1-6]$'
like "the stream is held, and why" "$(job needs)" \
	'stream woz.*BerichtTypeNietOndersteund.*MOBB-2205'
like "the command for it is said" "$(job needs)" \
	'mobbjob release --stream woz --reason'
once
is "nothing more leaves" "$(posted)" "$left"
ls "$dir/spool/print/out" >"$dir/bundles" 2>&1
is "and nothing is printed" "$(grep -c zip "$dir/bundles")" 0
like "why says it of a letter" "$(job why "$(job letters "$(field id)" --json |
	grep '"state":"held"' | head -1 |
	sed 's/.*"letter":"\([^"]*\).*/\1/')")" 'BerichtTypeNietOndersteund'

# Mended: the rest goes, the first lots wait for a person.
sim_stop
sim_start
ok "a person lets it go on" job release --stream woz --reason "registered now"
settle 40
is "all others are delivered" \
	"$(field to_box) $(field offered) $(field unknown)" "0 0 0"
like "those declined wait for a decision" "$(field letters_held)" '^[1-6]?[0-9]$'

# One in four is declined: more than the limit of ten percent.
sim_stop
printf 'every 1 request code NietActiefOfGeabonneerd 3\n' >"$dir/plan"
sim_start --faults "$dir/plan"
batch "$dir/many.zip" 320 301 --number 2
drop "$dir/many.zip"
before=$(posted)
once
like "the stream stops at its limit" "$(job needs)" \
	'stream woz.*of the newest [0-9]+ results.*MOBB-1312'
like "before all of it left" "$(($(posted) - before))" '^([1-9]|1[0-5])$'
left=$(posted)
once
is "nothing more leaves then" "$(posted)" "$left"
sim_stop
sim_start
ok "a person looks, and lets it go on" \
	job release --stream woz --reason "they cancelled, all of them"
settle 40
is "then it ends" "$(field to_box) $(field offered) $(field to_paper)" "0 0 0"
finish
