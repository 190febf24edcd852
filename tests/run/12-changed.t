#!/bin/sh
# What changed since it was taken in does not leave.
. tests/run/lib.sh
house dark
delivered() { sed 1d "$dir/sim/ledger.csv" 2>/dev/null | wc -l; }
lot_state() { job lots "$1" --json | sed -n 's/.*"state":"\([^"]*\)".*/\1/p' | head -1; }

# One byte of one document changes on disk between intake and sending.  The
# documents lie in the ZIP as they are, so that it is still a sound ZIP file.
f=$dir/woz.zip
batch "$f" 30 31
mkdir "$dir/x"
(cd "$dir/x" && bsdtar -xf "$f" && rm "$f" &&
	bsdtar --format zip --options zip:compression=store -cf "$f" *)
sed -i 's/release: automatic/release: person/' "$dir/jobs.yaml"
sim_start
listen_start
drop "$f"
once
id=$(field id)
is "taken in, and waits for a person" "$(field state)" held
z=$dir/spool/work/$id/woz.zip
sha=$(awk -F';' '$4 == "box" { print $6; exit }' "$f.truth.csv")
pdf=$(cd "$dir/x" && sha256sum ./*.pdf | awk -v s="$sha" '$1 == s { print $2 }')
# Its name stands in index.xml, and then before its bytes.
at=$(grep -abo -F "$(basename "$pdf")" "$z" | sed -n 2p | cut -d: -f1)
at=$((at + 2000))
was=$(od -An -tu1 -j $at -N 1 "$z" | tr -d ' ')
printf '%b' "\\0$(printf %o $(((was + 1) % 256)))" |
	dd of="$z" bs=1 seek=$at conv=notrunc 2>/dev/null
is "one byte of the file differs" "$(cmp -l "$f" "$z" | wc -l)" 1
ok "released" job release "$id" --reason test
: >"$dir/once.log"
once
like "the change is noticed while its lot is sent" \
	"$(cat "$dir/once.log")" 'MOBB-2105'
is "a cut message is no delivery: the other side has no letter" \
	"$(delivered)" 0
is "nor has it kept one" "$(ls "$dir/sim/received" 2>/dev/null | wc -l)" 0
is "nothing was delivered" "$(field delivered)" 0
is "the lot is held" "$(lot_state "$id")" held
like "a person is asked" "$(job)" "job $id|$id.* held"

# Between two posts of one message the BerichtType changes: the first is not
# received, and the second would be other bytes under the same MessageId.
listen_stop
sed -i 's/release: person/release: automatic/' "$dir/jobs.yaml"
g=$dir/two.zip
batch "$g" 30 32
drop "$g"
once
is "routed, and not sent without a listener" "$code $(field state)" "7 sending"
id=$(field id)
sim_stop
listen_start
ONCE_SECONDS=4 once
like "the first post is not received" "$(cat "$dir/once.log")" 'not received'
like "the list tells what is tried again, and why" "$(job list)" \
	"$id  lot [0-9]+, offered [0-9] times: not received"
sed -i 's/type: WOZ/type: WOZ26/' "$dir/jobs.yaml"
sim_start
: >"$dir/once.log"
n=0
# A retry has its time; a run that comes too early ends.
while [ $n -lt 40 ] && ! grep -q 'lot [0-9]' "$dir/once.log"; do
	once
	sleep 0.3
	n=$((n + 1))
done
like "a retry that would be other bytes is not sent" \
	"$(cat "$dir/once.log")" 'MOBB-2104'
is "not one letter of it arrived" "$(delivered)" 0
is "its lot is held too" "$(lot_state "$id")" held
finish
