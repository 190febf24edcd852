#!/bin/sh
# Who has a box, asked in bulk: one question for all that wait, whose answer is
# in the register whole or not at all.  Judged by the other side's ledger and by
# the bundles.
. tests/run/lib.sh
house
sed -i 's/^    release: automatic/&\n    ask: bulk/' "$dir/jobs.yaml"

questions() { # put to the other side, whatever it answered
	sed 1d "$dir/sim/questions.csv" 2>/dev/null | wc -l | tr -d ' '
}

batch "$dir/bulk.zip" 3000 51
drop "$dir/bulk.zip"
settle
is "3,000 letters are asked about in one question" "$(questions)" 1
is "answered whole" "$(tail -1 "$dir/sim/questions.csv" | cut -d';' -f4,6)" \
	"list;whole"
is "then every letter goes its way: nothing lost, twice, both or mixed" "$(
	MUST_END=1 count "$dir/bulk.zip.truth.csv" | tail -4 | tr '\n' ' '
)" "lost 0 twice 0 both 0 mixed 0 "
like "each letter knows which answer decided" "$(job why "$(field id)/1")" \
	'bulk question|list'
finish
