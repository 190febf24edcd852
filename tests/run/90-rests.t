#!/bin/sh
# A bundle that cannot be written rests alone: others go on, it is told once,
# and it is written when it can be; letters of another environment rest, too.
. tests/run/lib.sh
house dark
: >"$dir/sim/subscribers.txt" # nobody has a box
sim_start
listen_start
out=$dir/spool/print/out
tst=$dir/spool/print/test
batch "$dir/woz.zip" 20 90
mobbsim batch --stream uitkering --letters 20 --seed 90 \
	--out "$dir/uitkering.csv" >/dev/null
mobbsim batch --stream index --letters 20 --seed 90 \
	--out "$dir/parkeren.zip" >/dev/null
sed -i -e 's/^\( *\)type: [A-Z]*$/&\n\1expect_paper: 100%/' \
	-e '/name: woz/,/printer:/s/printer: .*/printer: proefdruk/' \
	-e 's/^printers:/&\n  - name: proefdruk\n    test: true/' \
	"$dir/jobs.yaml"

: >"$tst" # where its bundles go is no folder
drop "$dir/woz.zip"
once
once
is "a person has to mend it: exit 1" "$code" 1
woz=$(job print --plain | cut -f1 | grep '^print-')
like "its bundle is cut" "$woz" '^print-.*-TEST$'
drop "$dir/uitkering.csv" uitkering
once
like "another folder is written meanwhile" "$(ls "$out")" '\.zip\.ready'
is "what rests is told once a run" \
	"$(grep -c "MOBB-1349 bundle $woz" "$dir/once.log")" 3
rm "$tst"

sed -i.was 's/name: woz$/name: elders/' "$dir/jobs.yaml"
drop "$dir/parkeren.zip" parkeren
before=$(ls "$out" | grep -c 'ready$')
once
ok "a bundle whose stream is gone holds no other" \
	test "$(ls "$out" | grep -c 'ready$')" -gt "$before"
is "and rests, which is told once" \
	"$(grep -c "bundle $woz rests" "$dir/once.log") $(ls "$tst" 2>&1 | grep -c zip)" \
	"1 0"
mv "$dir/jobs.yaml.was" "$dir/jobs.yaml"

sql "update job set environment = 'production' where stream = 'woz'"
once
is "letters of another environment are not printed in this one" \
	"$(ls "$tst" 2>&1 | grep -c zip)" 0
sql "update job set environment = 'simulator' where stream = 'woz'"
once
ok "as it was: the same bundle is written" test -e "$tst/$woz.zip.ready"

uit=$(basename "$(ls "$out"/*.zip | head -1)" .zip)
mv "$tst" "$tst.away"
: >"$tst"
for b in $woz $uit; do
	job print recall "$b" --reason wrong >/dev/null
done
once
ok "a recall that cannot be told holds no other" test -e "$out/$uit.recall"
rm "$tst"
mv "$tst.away" "$tst"
once
once
ok "and is told when it can be" test -e "$tst/$woz.recall"
finish
