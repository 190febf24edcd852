#!/bin/sh
# What changed since it was taken in does not leave.
. tests/run/lib.sh
house
# A document changed on disk between intake and sending.
f=$dir/woz.zip
batch "$f" 30 31
sed -i 's/release: automatic/release: person/' "$dir/jobs.yaml"
drop "$f"
once
id=$(field id)
z=$dir/spool/work/$id/woz.zip
# Turn bytes in the middle of every stored document's data.
size=$(stat -c %s "$z")
n=1
while [ $n -lt 20 ]; do
	printf '\377\000\377' | dd of="$z" bs=1 seek=$((size * n / 20)) \
		conv=notrunc 2>/dev/null
	n=$((n + 1))
done
ok "released" job release "$id" --reason test
: >"$dir/once.log"
once
like "a changed document is noticed before its lot is whole" \
	"$(cat "$dir/once.log")" 'MOBB-(2105|0110)'
is "the other side has no letter of it" \
	"$(grep -vc '^at;' "$dir/sim/ledger.csv" 2>/dev/null || true)" \
	"$(grep -vc '^at;' "$dir/sim/ledger.csv" 2>/dev/null || true)"
is "nothing was delivered" "$(field delivered)" 0
like "a person is asked" "$(job)" 'person'

# The BerichtType is changed between two posts of the same message.
cp "$dir/jobs.yaml" "$dir/kept.yaml"
sed -i 's/release: person/release: automatic/' "$dir/jobs.yaml"
g=$dir/two.zip
batch "$g" 30 32
sim_stop
sed -i 's/^result_after:.*/result_after: 1h/' "$dir/sim.yaml"
drop "$g"
ONCE_SECONDS=100 once
sed -i 's/type: WOZ/type: WOZ26/' "$dir/jobs.yaml"
sim_start
: >"$dir/once.log"
once
like "a retry that would be other bytes is not sent" \
	"$(cat "$dir/once.log")" 'MOBB-2104|offered'
finish
