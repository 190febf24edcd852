#!/bin/sh
# What cannot be addressed waits for a person, who corrects it; the correction
# is on the envelope, who did it is on record, and the rest did not wait.
. tests/run/lib.sh
house
f=$dir/index.zip
mobbsim batch --stream index --letters 60 --seed 91 --bad 24 \
	--faults postcode --out "$f" >"$dir/batch.log" 2>&1
drop "$f" parkeren
settle
in_bundle() { # in_bundle FILE: of all bundles
	for _z in "$dir"/spool/print/out/*.zip; do bsdtar -xOf "$_z" "$1"; done
}
waiting=$(job address --plain | cut -f 2)
n=$(awk -F';' '$5 == "MOBB-0212" && $4 != "box"' "$f.truth.csv" | wc -l)
ok "the file has some ($n)" test "$n" -gt 1
is "those that must be printed and have no postcode wait" \
	"$(echo "$waiting" | wc -l)" "$n"
letter=$(echo "$waiting" | head -1)
out=$(job address "$letter")
like "why it cannot be printed" "$out" 'cannot be printed: .*MOBB-0212'
like "with its fields as delivered" "$out" '  name='
ok "to look at the change changes nothing" job address "$letter" \
	--set postcode=1234AB --set 'street=Lange Nieuwe Lindelaan' --dry-run
is "it still waits" "$(job address --plain | wc -l)" "$n"
ok "not without a reason" test "$(
	job address "$letter" --set postcode=1234AB >"$dir/o" 2>&1 </dev/null
	echo $?
)" != 0
ok "a wrong postcode is refused" test "$(
	job address "$letter" --set postcode=0234AB --reason x >"$dir/o" 2>&1
	echo $?
)" != 0
like "with its code" "$(cat "$dir/o")" MOBB-0212
ok "fields are corrected" job address "$letter" --set postcode=1234ab \
	--set 'street=Lange Nieuwe Lindelaan' --reason 'asked by phone'
second=$(echo "$waiting" | sed -n 2p)
printf '%s\n' 'J. Jansen' 'Postbus 17' '1234 CD demodam' |
	job address "$second" --line - --reason 'asked by phone' >"$dir/o" 2>&1
is "lines are written, from standard input" $? 0
like "who did it" "$(job address "$letter")" 'corrected by .*asked by phone'
like "it is on record" "$(job events "$(field id)")" 'address corrected.*phone'
settle
is "two wait no more" "$(job address --plain | wc -l)" $((n - 2))
lines=$(in_bundle manifest.xml)
like "the corrected street is printed" "$lines" '<line>Lange Nieuwe Lindelaan'
like "and the lines of the person" "$lines" '<line>1234 CD  DEMODAM</line>'
like "a PO box has its own KIX" "$lines" '<kix>1234CD17</kix>'
ok "too late once it is in a bundle" test "$(
	job address "$letter" --set number=9 --reason x >"$dir/o" 2>&1
	echo $?
)" != 0
like "and says so" "$(cat "$dir/o")" MOBB-1355
like "why tells it" "$(job why "$letter")" 'address corrected by'
is "the judge: nothing lost, twice, in both or mixed" \
	"$(count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
