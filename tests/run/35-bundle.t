#!/bin/sh
# bundle_letters and bundle_bytes are what they say.
. tests/run/lib.sh
house
f=$dir/woz.zip
batch "$f" 80 95
sed -i 's/bundle_bytes: 2GB/bundle_bytes: 300kB/' "$dir/jobs.yaml"
drop "$f"
settle
n=$(ls "$dir"/spool/print/out/*.ready | wc -l)
ok "more than one bundle ($n)" test "$n" -gt 1
# The PDFs lie in the ZIP as they are; lists take the rest.
ok "none much larger than asked" test -z "$(
	find "$dir/spool/print/out" -name '*.zip' -size +330k
)"
is "nothing lost, twice, in both or mixed" \
	"$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
