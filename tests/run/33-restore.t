#!/bin/sh
# The database is put back to a moment after the lots were cut and before they
# left; what was declined and printed since is not offered to a box again, even
# if the citizen has one by now.
. tests/run/lib.sh
house dark
sim_start
f=$dir/woz.zip
batch "$f" 200 81
drop "$f"
once
is "cut, and nothing left" "$(field state)" sending
conn=$(job database conninfo)
pgbin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
ok "a dump" "$pgbin/pg_dump" -Fc -f "$dir/before.dump" "$conn"
listen_start
settle
# A result that comes as a run ends leaves its paper to the next one.
[ "$(field handed_over)" -gt 0 ] || settle
ok "the paper is handed over" test "$(field handed_over)" -gt 0
ok "some of it was declined" grep -q NietActief "$dir/sim/ledger.csv"
listen_stop
ok "restored" "$pgbin/pg_restore" --clean --if-exists -d "$conn" "$dir/before.dump"
is "the books say that nothing left" "$(field state)" sending
# By now everybody has a box.
sim_stop
cut -d';' -f3 "$f.truth.csv" | sed 1d | grep . >"$dir/sim/subscribers.txt"
sim_start
listen_start
settle 6
is "nothing twice, nothing in both" \
	"$(count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
like "a person is asked" "$(job lots "$(field id)")" 'held'
finish
