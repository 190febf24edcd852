#!/bin/sh
# What is for the box only and is declined there is never printed: it waits for
# a person, or goes back to the supplier with `box_only: return`.
. tests/run/lib.sh
house dark
mkdir "$dir/x" "$dir/formats"
cp formats/*.yaml "$dir/formats/"
# The index has one column more, which says box.
sed -e 's/^format: .*/format: alleen/' \
	-e '/name: datum,/{p;s/name: datum, *at: datum, *type: "date:iso", *use: required/name: kanaal, at: kanaal, type: enum, values: [papier, box], use: optional/}' \
	-e 's/^  recipient: bsn/&\n  channel: kanaal\n  paper_only: [papier]\n  box_only: [box]/' \
	formats/index-csv.yaml >"$dir/formats/alleen.yaml"
ok "the layout is sound" job check "$dir/formats/alleen.yaml"
sed -i -e "1i formats: $dir/formats" -e '/^formats:/d' \
	-e 's/^\( *\)format: woz-biljet.*/\1format: alleen\/1\n\1decline_limit: 100%\n\1box_only: hold/' \
	"$dir/jobs.yaml"
make_zip() { # make_zip NAME SEED: all citizens have a box
	rm -rf "$dir/x" && mkdir "$dir/x"
	mobbsim batch --stream index --letters 12 --seed "$2" --number "$2" \
		--out "$dir/pdfs.zip" >/dev/null
	(cd "$dir/x" && bsdtar -xf "$dir/pdfs.zip" &&
		sed -i -e '1s/$/;kanaal/' -e '2,$s/$/;box/' index.csv &&
		bsdtar --format zip -cf "../$1" -- *)
	grep -o ';[0-9]\{9\};' "$dir/x/index.csv" | tr -d ';' \
		>>"$dir/sim/subscribers.txt"
}
go() { # go NAME
	drop "$dir/$1"
	settle
	job release "$(field id)" --reason "no totals" >"$dir/release.log" 2>&1
	settle
}
make_zip one.zip 96
printf 'every 1 request code NietActiefOfGeabonneerd 1000\n' >"$dir/plan"
sim_start --faults "$dir/plan"
listen_start
go one.zip
n=$(field letters_held)
like "all that were declined wait for a person" "$n" '^1[0-2]$'
one=$(cut -d';' -f1 "$dir/x/index.csv" | sed 1d | tr -d '"' | head -1)
like "why says what it waits for" "$(job why "$one")" MOBB-1361
job resolve "$one" --as paper --reason test >"$dir/out" 2>&1
like "nobody can have it printed" "$(cat "$dir/out")" 'cannot be put on paper'

sed -i 's/box_only: hold/box_only: return/' "$dir/jobs.yaml"
make_zip two.zip 97
go two.zip
is "now they go back to the supplier" \
	"$(field withdrawn) $(field open)" "$(field letters) 0"
like "whose report says why" "$(cat "$dir"/spool/out/woz/two.zip*)" MOBB-1361
is "in none of both cases is anything printed" \
	"$(find "$dir/spool/print" -name '*.zip' | wc -l)" 0
finish
