#!/bin/sh
# letters: N/d of a printer: no more than that is bundled on a day of the
# calendar, counted in the bundles; the rest goes when there is room again.
. tests/run/lib.sh
house
sed -i 's/^  - name: drukker$/&\n    letters: 20\/d/' "$dir/jobs.yaml"
f=$dir/woz.zip
batch "$f" 100 8
drop "$f"
settle 6
printed() { # letters in all bundles
	for _z in "$dir"/spool/print/out/*.zip; do
		[ -e "$_z" ] && bsdtar -xOf "$_z" '*letters.csv' | sed 1d
	done | grep -c .
}
is "so many letters are bundled today" "$(printed)" 20
like "mobbjob limit says that none are left" \
	"$(job limit --plain | grep drukker)" '20/d	20/d	0'
once
is "another run adds none" "$(printed)" 20
job limit drukker 100000/d --raise --reason 'the printer agreed' >/dev/null
settle 6
is "when a person allows more, the rest goes, and nothing is lost or twice" \
	"$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
