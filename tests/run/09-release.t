#!/bin/sh
# Totals that do not agree hold a job; a person releases it, or it stays.
. tests/run/lib.sh
house
f=$dir/woz.zip
batch "$f" 40 21
posted() { awk -F';' 'NR > 1 && $6 > 0' "$dir/sim/posts.csv" | wc -l; }
echo "letters=41" >"$f.totals"
drop "$f"
once
is "one letter less than announced: held" "$(field state)" held
like "and it says so" "$(job show "$(field id)")" \
	'announced 41 letters, the file holds 40'
like "the list names what needs a person" "$(job)" 'needs? a person'
is "nothing of it left" "$(posted)" 0
ok "a person lets it go" job release "$(field id)" --reason "supplier called"
settle
is "then all of it arrives" \
	"$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
like "who and why is on record" "$(job events "$(field id)")" 'supplier called'
_out=$(job release "$(field id)" --reason again 2>&1)
is "releasing twice is refused" $? 1
like "with a code" "$_out" 'MOBB-1303'

g=$dir/two.zip
batch "$g" 20 22
rm "$g.totals"
drop "$g"
once
is "without a total: held" "$(field state)" held
like "no control total is named" "$(job show "$(field id)")" 'no control total'

h=$dir/three.zip
batch "$h" 20 23
sed -i 's/amount=[0-9]*/amount=1/' "$h.totals"
drop "$h"
once
is "another amount: held" "$(field state)" held

k=$dir/four.zip
batch "$k" 20 24
sed -i 's/release: automatic/release: person/' "$dir/jobs.yaml"
drop "$k"
once
is "a stream for persons: held" "$(field state)" held

# The print run is closed by a person before every result is in.
sed -i 's/release: person/release: automatic/' "$dir/jobs.yaml"
sim_stop
sed -i 's/^result_after:.*/result_after: 1h/' "$dir/sim.yaml"
sim_start
l=$dir/five.zip
batch "$l" 40 25
drop "$l"
once
is "results are awaited: no bundle yet" "$(field bundled)$(field handed_over)" 00
ok "print close" job print close "$(field id)" --reason "cut-off"
once
ok "the bundle is written without waiting" test "$(field handed_over)" -gt 0
finish
