#!/bin/sh
# The paper run of a job: in the order of the post over all its bundles, each
# letter once; the same bundles after a crash and a folder that takes nothing.
#
# The judge reads the bundles: sort and awk know the order, xmllint the schema.
. tests/run/lib.sh
house dark
: >"$dir/sim/subscribers.txt" # nobody has a box
sim_start
f=$dir/woz.zip
batch "$f" 120 87
sed -i -e 's/bundle_letters: .*/bundle_letters: 25/' \
	-e 's/^\( *\)type: WOZ$/&\n\1expect_paper: 100%/' "$dir/jobs.yaml"
out=$dir/spool/print/out
printed() { # reference;digest of the PDF of each letter in these bundles
	rm -rf "$dir/look"
	mkdir "$dir/look"
	for z in "$@"; do
		bsdtar -xf "$z" -C "$dir/look"
		(cd "$dir/look" && sha256sum pdf/*) |
			awk 'NR == FNR { sum[$2] = $1; next } FNR > 1 {
				split($0, c, ";"); print c[3] ";" sum[c[4]] }' \
				- "$dir/look/letters.csv"
		rm -rf "$dir/look/pdf"
	done | sort
}
truth() { # the same, of what was in the file
	sed 1d "$1.truth.csv" | cut -d';' -f2,6 | sort
}

# Bundles are cut, and cannot be written: no file may become so large.
job list >/dev/null # the database runs, without that limit
drop "$f"
(
	trap '' XFSZ
	ulimit -f 300
	exec mobbd -f "$dir/jobs.yaml"
) >"$dir/service.log" 2>&1 &
service=$!
pids="$pids $service"
ok "a disk that takes no bundle is an error" \
	wait_for 60 grep -q 'MOBB-1349' "$dir/service.log"
like "it says which bundle and what to do" "$(cat "$dir/service.log")" \
	'MOBB-1349 .*print-[0-9a-z-]+'
is "nothing half done can be taken" "$(ls "$out")" ""
kill -9 "$service"
pkill -9 -f "mobbd -f $dir/jobs.yaml --role"
sleep 0.5
before=$(job print --plain | cut -f1 | grep '^print-' | sort)
like "a bundle is cut" "$before" '^print-'
listen_start
settle
for n in $before; do
	ok "after kill -9 the same name: $n" test -e "$out/$n.zip.ready"
done
is "each letter of the file is in them once, with its own document" \
	"$(printed "$out"/print-*.zip)" "$(truth "$f")"

# All letters in the order of their bundles: number of the bundle, class, then
# the line of letters.csv.
for z in "$out"/print-*.zip; do
	n=$(basename "$z" .zip)
	bsdtar -xOf "$z" manifest.xml >"$dir/$n.xml"
	w=$(xmllint --xpath 'string(/*/*[local-name()="weight_class"])' "$dir/$n.xml")
	nr=$(echo "$n" | cut -d- -f5)
	bsdtar -xOf "$z" letters.csv | sed "1d;s/^/$nr;$w;/"
done | sort -t';' -k1,1n -k3,3n >"$dir/all.csv"
ok "more than four bundles" test "$(cut -d';' -f1 "$dir/all.csv" | sort -u | wc -l)" -gt 4
is "each letter once" "$(cut -d';' -f4 "$dir/all.csv" | sort | uniq -d | wc -l)" 0
# bundle;class;seq;id;ref;file;sha;bytes;pages;sheets;6 lines;postcode;number;zone
key() { awk -F';' '{ p = $17; gsub(/ /, "", p); gsub(/"/, "", p)
	z = $19 == "NL" ? 0 : $19 == "EU" ? 1 : 2
	printf "%05d %d %s %08d\n", $2, z, z ? "-" : toupper(p), z ? 0 : $18 }' "$@"; }
key "$dir/all.csv" >"$dir/order"
is "by class, zone, postcode and house number, over all bundles" \
	"$(LC_ALL=C sort -c "$dir/order" 2>&1)" ""
is "one class in each bundle, as its sheets weigh" "$(
	awk -F';' '{ g = 7 + 5 * $10
		c = g <= 20 ? 20 : g <= 50 ? 50 : g <= 100 ? 100 : g <= 350 ? 350 : 2000
		if (c != $2) print }' "$dir/all.csv" | wc -l)" 0
ok "manifests fit their schema" xmllint --nonet --noout \
	--schema schemas/print-manifest.xsd "$dir"/print-*.xml
prev=
for x in $(for x in "$dir"/print-*.xml; do echo "$(echo "$x" | sed 's/.*-\([0-9]*\)-[0-9a-f]*\.xml/\1/') $x"; done | sort -n | cut -d' ' -f2); do
	p=$(xmllint --xpath 'string(/*/*[local-name()="previous"])' "$x")
	[ "$p" = "$prev" ] || echo "$x: $p, not $prev"
	prev=$(basename "$x" .xml)
done >"$dir/chain"
is "each names the bundle before it" "$(cat "$dir/chain")" ""
ok "digests are those of the files" sh -c "cd '$out' && sha256sum -c --quiet *.sha256"
is "no citizen number in the lists" "$(
	cut -d';' -f3 "$f.truth.csv" | sed 1d | grep -E '^[0-9]{8,9}$' >"$dir/bsn"
	for z in "$out"/print-*.zip; do
		bsdtar -xOf "$z" manifest.xml letters.csv adressen.csv README.txt
	done | grep -cFf "$dir/bsn")" 0

# The printer took them away: nothing is written again.
rm -f "$out"/print-*
once
once
is "what was handed over is not made again" "$(ls "$out")" ""
finish
