#!/bin/sh
# The same file again is refused; a person may let it come as edition 2, once.
. tests/run/lib.sh
house
f=$dir/woz.zip
batch "$f" 30 31
gone() { # letters that took effect at the other side
	awk -F';' 'NR > 1 && $9 == "yes"' "$dir/sim/ledger.csv" | wc -l
}
drop "$f"
settle
first=$(field id)
is "the file went" "$(field in)" 30
one=$(gone)
ok "some of it to the box" test "$one" -gt 0

again() { # again NAME: the same bytes under another name
	cp "$f" "$dir/$1"
	cp "$f.totals" "$dir/$1.totals"
}
again again.zip
drop "$dir/again.zip"
settle
is "the same content again is a refused job" "$(field state)" refused
like "with the code and the job it was" "$(job show "$(field id)")" \
	"MOBB-0105: .*job $first"
like "the supplier is told" \
	"$(cat "$dir"/spool/bad/*/again.zip.reason 2>/dev/null)" 'MOBB-0105'
ok "its file lies in bad/" cmp "$f" "$dir"/spool/bad/*/again.zip
is "no letter went twice" "$(gone)" "$one"

again two.zip
_out=$(job submit "$dir/two.zip" --stream woz --edition 2 2>&1)
is "an edition wants a reason" $? 2
like "and says so" "$_out" '--reason TEXT'
_out=$(job submit "$dir/two.zip" --stream woz --edition 1 --reason x 2>&1)
is "edition 1 is no edition" $? 2
_out=$(job submit woz "$dir/two.zip" --stream woz 2>&1)
is "one stream, not two" $? 2
is "nothing was dropped" "$(ls -A "$dir/spool/in/woz" | wc -l)" 0
like "it can be tried" "$(job submit "$dir/two.zip" --stream woz --edition 2 \
	--dry-run)" '^would be: two.zip dropped in in/woz as edition 2'
ok "a person lets it come as edition 2" \
	job submit "$dir/two.zip" --stream woz --edition 2 --reason "lost at sea"
settle
second=$(field id)
is "it is taken in" "$(field in)" 30
is "as edition 2" "$(field edition)" 2
like "show tells it" "$(job show "$second")" 'edition +2'
like "with who and why on record" "$(job events "$second")" \
	"edition 2 allowed.*lost at sea"
is "all of it went once more" "$(gone)" "$((one * 2))"
is "under other ids" "$(awk -F';' 'NR > 1 && $9 == "yes" { print $4 }' \
	"$dir/sim/ledger.csv" | sort | uniq -d | wc -l)" 0

again three.zip
_out=$(job submit "$dir/three.zip" --stream woz --edition 2 --reason x 2>&1)
is "edition 2 a second time is refused" $? 5
like "it names the job that had it" "$_out" "MOBB-0105.*$second, edition 2"
is "nothing was dropped then" "$(ls -A "$dir/spool/in/woz" | wc -l)" 0
drop "$dir/three.zip"
settle
is "and without an edition it is refused as before" "$(field state)" refused
is "nothing more went" "$(gone)" "$((one * 2))"
finish
