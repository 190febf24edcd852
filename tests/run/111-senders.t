#!/bin/sh
# Two senders in one stream: each letter leaves under the number, agreement and
# certificate of the sender in whose folder its file lay, and no other way.
. tests/run/lib.sh

dir=$(mktemp -d /tmp/mobb-run-XXXXXX)
chmod 755 "$dir"
mobbsim init "$dir" --senders 2 --ports auto >"$dir/init.log" 2>&1 || {
	cat "$dir/init.log"
	exit 1
}
sed -i 's/^\(result\|answer\)_after:.*/\1_after: 0s/' "$dir/sim.yaml"
sed -i -e 's/^  - name: voorbeeld$/&\n    return_address: "Postbus 1, EEN"/' \
	-e 's/^  - name: voorbeeld-2$/&\n    return_address: "Postbus 2, TWEE"/' \
	-e 's/^  - name: woz$/&\n    return_address: ["Postbus 3, DRIE"]/' \
	"$dir/jobs.yaml"
one=00000099000000010000
two=00000099000000010002
sim_start
listen_start

batch "$dir/woz1.zip" 40 11
batch "$dir/woz2.zip" 30 12 --sender $two
batch "$dir/wrong.zip" 5 13
batch "$dir/stray.zip" 5 14
mkdir "$dir/spool/in/woz/gemeente-x"
cp "$dir/stray.zip" "$dir/spool/in/woz/gemeente-x/"
drop "$dir/woz1.zip" woz/voorbeeld
drop "$dir/woz2.zip" woz/voorbeeld-2
drop "$dir/wrong.zip" woz/voorbeeld-2
drop "$dir/stray.zip" woz
settle

is "every letter of both ends once, in one channel" \
	"$(MUST_END=1 count "$dir/woz1.zip.truth.csv:$dir/woz2.zip.truth.csv" |
		tail -4 | tr '\n' ' ')" "lost 0 twice 0 both 0 mixed 0 "
# at;message_id;batch_id;certificate;party;payload
is "certificate, agreement and payload are of one sender, of both there are" \
	"$(sed 1d "$dir/sim/senders.csv" | cut -d';' -f4- | sort -u |
		tr '\n' ' ')" "$one;$one;$one $two;$two;$two "
for z in "$dir"/spool/print/out/*.zip; do
	bsdtar -xOf "$z" manifest.xml >"$dir/manifest.xml"
	for e in sender_oin return_address; do
		xmllint --xpath "normalize-space(/*/*[local-name()='$e'])" \
			"$dir/manifest.xml"
	done | paste -sd' '
done | sort -u | grep . >"$dir/back"
is "undeliverable mail goes back to its own sender" \
	"$(tr '\n' ';' <"$dir/back")" \
	"$one Postbus 1, EEN;$two Postbus 2, TWEE;"
# message;oin, and reference;message of what was delivered
sed 1d "$dir/sim/senders.csv" | awk -F';' '{ print $2 ";" $4 }' |
	sort >"$dir/oin"
for n in 1:$one 2:$two; do
	cut -d';' -f2 "$dir/woz${n%%:*}.zip.truth.csv" | sort -u >"$dir/refs"
	is "letters of file ${n%%:*} left as ${n##*:} only" \
		"$(awk -F';' 'NR == FNR { mine[$1]; next } FNR > 1 && $5 in mine {
			print $2 }' "$dir/refs" "$dir/sim/ledger.csv" | sort -u |
			join -t';' - "$dir/oin" | cut -d';' -f2 | sort -u)" \
		"${n##*:}"
done
is "each bundle is of one sender" \
	"$(for z in "$dir"/spool/print/out/*.zip; do
		bsdtar -xOf "$z" manifest.xml | grep -o '[0-9]\{20\}' | sort -u |
			wc -l
	done | sort -u)" 1
reason() { tr -s '\n\t ' ' ' <"$(echo "$dir"/spool/bad/*/"$1".reason)"; }
like "a file of another sender than its folder is refused" \
	"$(reason wrong.zip)" 'MOBB-0107 .*another sender'
like "and so is one beside the folders" \
	"$(reason stray.zip)" \
	'MOBB-1384.*in/woz/SENDER \(voorbeeld, voorbeeld-2\)'
is "of neither did anything leave" "$(for f in wrong stray; do
	cut -d';' -f2 "$dir/$f.zip.truth.csv" | sed 1d |
		grep -cFf - "$dir/sim/ledger.csv"; done | tr '\n' ' ')" "0 0 "
ok "a folder of nobody is left alone" \
	test -f "$dir/spool/in/woz/gemeente-x/stray.zip"
like "and it is told" "$(job needs)" 'in/woz/gemeente-x.*MOBB-1385'
like "also in the log" "$(cat "$dir/once.log")" 'MOBB-1385 .*gemeente-x'
is "reports lie with their sender" \
	"$(cd "$dir/spool/out/woz" && ls -d */* | sort | tr '\n' ' ')" \
	"voorbeeld-2/woz2.zip.report.csv voorbeeld-2/wrong.zip.report.csv \
voorbeeld/woz1.zip.report.csv "
finish
