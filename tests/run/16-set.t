#!/bin/sh
# A set of files: one job when all parts are there, none when they are not.
. tests/run/lib.sh
house
in=$dir/spool/in/woz

refused() { # refused "sentence" NAME CODE PARTS
	_b=$(ls -d "$dir"/spool/bad/*/"$2".reason 2>/dev/null | head -1)
	like "$1: refused as $3" "$(cat "$_b" 2>/dev/null)" "$3"
	is "$1: all its parts lie in bad/" \
		"$(ls "$(dirname "$_b")" | grep -c 'zip$')" "$4"
	is "$1: none is left in in/" "$(ls "$in" | wc -l)" 0
}
jobs() { job list --all --json | grep -c '"id"'; }

# Dropped in the wrong order; the totals beside the last part are those of all.
f=$dir/aanslagen-2026.zip
batch "$f" 30 16 --parts 3
p=$dir/aanslagen-2026_00
drop "${p}3_laatste.zip"
drop "${p}1.zip"
once
is "without its second part the set waits" "$(ls "$in" | grep -c 'zip$')" 2
is "and is no job" "$(jobs)" 0
drop "${p}2.zip"
settle
is "with it the set is one job" "$(jobs)" 1
is "of all letters" "$(field letters)" 30
is "named after its last part" "$(field file)" aanslagen-2026_003_laatste.zip
is "each letter came once, to its citizen" \
	"$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
is "and nothing is left in in/" "$(ls "$in" | wc -l)" 0

# A part that is there twice can never become right.
g=$dir/dubbel-2026.zip
batch "$g" 6 17 --parts 2
p=$dir/dubbel-2026_00
cp "${p}1.zip" "$dir/dubbel-2026_01.zip"
drop "${p}1.zip"
drop "$dir/dubbel-2026_01.zip"
drop "${p}2_laatste.zip"
once
refused "a number twice" dubbel-2026_002_laatste.zip MOBB-0103 3

# A digest is that of one part.
h=$dir/digest-2026.zip
batch "$h" 6 18 --parts 2
p=$dir/digest-2026_00
sha256sum "${p}2_laatste.zip" | cut -c1-64 >"${p}1.zip.sha256"
drop "${p}1.zip"
drop "${p}2_laatste.zip"
once
refused "the digest of another part" digest-2026_002_laatste.zip MOBB-0102 2
like "which part is said" "$(cat "$dir"/spool/bad/*/digest*.reason)" \
	'^Plaats: deel 1 van 2'

# Too late: what is there is refused, so that somebody asks for the rest.
sed -i 's/^\( *\)format: woz.*/&\n\1wait: 1s/' "$dir/jobs.yaml"
listen_stop
listen_start
k=$dir/telaat-2026.zip
batch "$k" 6 19 --parts 2
drop "$dir/telaat-2026_001.zip"
sleep 1.2
once
refused "a set that lacks its last part" telaat-2026_001.zip MOBB-0101 1
like "what is missing is said" "$(cat "$dir"/spool/bad/*/telaat*.reason)" \
	'has 1 of a set'
# ... and then the whole set is taken as if nothing had been.
drop "$dir/telaat-2026_001.zip"
drop "$dir/telaat-2026_002_laatste.zip"
settle
is "delivered again it is taken" "$(field letters)" 6
is "of the refused ones nothing was sent" \
	"$(cat "$g.truth.csv" "$h.truth.csv" | sed '/^record;/d' | cut -d';' -f2 |
		grep -c -F -f - "$dir/sim/ledger.csv")" 0
finish
