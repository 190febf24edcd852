#!/bin/sh
# What goes back to the supplier: the report, and what he can repair.
. tests/run/lib.sh
${CC:-gcc} -shared -fPIC -O1 -o /tmp/mobb-kill-$$.so tests/run/kill.c -ldl ||
	skip_all "the library cannot be built"
house
mv /tmp/mobb-kill-$$.so "$dir/kill.so"
out=$dir/spool/out

of() { # of STREAM FIELD: one field of the newest job of a stream
	job list --all --json | grep "\"stream\":\"$1\"" | head -1 |
		sed -n "s/.*\"$2\":\"\\{0,1\\}\\([^,\"}]*\\).*/\\1/p"
}
posted() { # every bundle was posted, says a person
	for _z in "$dir"/spool/print/out/*.ready; do
		_b=$(basename "$_z" .zip.ready)
		[ -e "$dir/posted.$_b" ] && continue
		job posted "$_b" --date "$(date +%Y-%m-%d)" &&
			: >"$dir/posted.$_b"
	done >>"$dir/posted.log" 2>&1
}
# One value of a report's first half: head FILE KEY
head_of() {
	sed -n "s/^$2;\\([^;]*\\);.*/\\1/p" "$1" | tr -d '"'
}
# Its second half without quotes: record;part;line;reference;outcome;code;...
rows() {
	sed -e '1,/^record;part/d' -e 's/\r$//' "$1" | tr -d '"'
}
# record;reference;outcome as the truth wants it, sorted
truth() {
	sed 1d "$1" | tr -d '\r' | cut -d';' -f1,2,4 | sort
}
# The same of a settled report, in the truth's words; a warning is beside.
told() {
	rows "$1" | grep -v ';warning;' | cut -d';' -f1,4,5 |
		sed -e 's/;delivered$/;box/' -e 's/;posted$/;paper/' | sort
}
settled() { # until nothing is open, paper posted
	settle
	posted
	settle
}

# --- two streams, some of each wrong ---

w=$dir/woz-2026.zip
batch "$w" 60 19 --bad 12
u=$dir/uitkering-0153-20260215T021500-000001.zip
mobbsim batch --stream uitkering --letters 60 --seed 19 --bad 6 --out "$u" \
	>"$dir/batch.log" 2>&1
wr=$out/woz/woz-2026.zip.report.csv
ur=$out/uitkering/$(basename "$u").report.csv
sed -i '0,/release: automatic/s//release: person/' "$dir/jobs.yaml"
drop "$w"
drop "$u" uitkering
once
is "a held job has a report" "$(head_of "$wr" state)" "$(of woz state)"
is "which is not the last one" "$(head_of "$wr" final)" no
is "it has a line for each record" "$(rows "$wr" | grep -vc ';warning;')" 60
is "rejected records have their code at once" \
	"$(rows "$wr" | grep ';rejected;' | cut -d';' -f1,6)" \
	"$(grep ';rejected;' "$w.truth.csv" | cut -d';' -f1,5)"
is "every line ends with CR LF" "$(grep -c "$(printf '\r')\$" "$wr")" \
	"$(wc -l <"$wr")"
is "it begins with a byte order mark" "$(head -c 3 "$wr" | od -An -tx1)" \
	" ef bb bf"
[ "$(of woz state)" = held ] && job release "$(of woz id)" --reason test \
	>/dev/null
settled
for s in woz uitkering; do
	[ $s = woz ] && f=$w r=$wr || f=$u r=$ur
	is "$s: settled, and so the report says" \
		"$(of $s state) $(head_of "$r" state) $(head_of "$r" final)" \
		"settled settled yes"
	is "$s: outcome of each record as in the truth" \
		"$(told "$r" | md5sum)" "$(truth "$f.truth.csv" |
			sed 's/;late$/;paper/' | md5sum)"
	like "$s: the sum closes" "$(head_of "$r" sum)" '\+ 0 open +sum OK'
	is "$s: counts are those of the lines" \
		"$(head_of "$r" delivered) $(head_of "$r" posted) $(head_of \
			"$r" rejected)" \
		"$(rows "$r" | grep -c ';delivered;') $(rows "$r" |
			grep -c ';posted;') $(rows "$r" | grep -c ';rejected;')"
	is "$s: the control total agrees" "$(head_of "$r" control_total)" agrees
	is "$s: mobbjob tells the same" \
		"$(job report "$(of $s id)" | grep -v '^written;' | md5sum)" \
		"$(grep -v '^written;' "$r" | md5sum)"
done
job report "$(of woz id)" -o "$dir/o.csv"
is "or writes it to a file" "$(rows "$dir/o.csv" | wc -l)" "$(rows "$wr" | wc -l)"
cut -d';' -f3 "$w.truth.csv" "$u.truth.csv" | grep -E '^[0-9]{9}$' >"$dir/bsns"
is "no citizen number is in a report" \
	"$(cat "$out"/*/*.report.csv | grep -c -F -f "$dir/bsns")" 0
like "though there were some" "$(wc -l <"$dir/bsns")" '^[1-9][0-9]'

# --- what can be repaired ---

wrej=$out/woz/woz-2026-rejected.zip
urej=$out/uitkering/$(basename "$u" .zip)-rejected.zip
is "where the rejected records are is said" "$(head_of "$wr" rejected_file)" \
	"woz-2026-rejected*"
doubles=$(rows "$wr" | grep -c ';MOBB-020[89];')
is "all but doubles are given back" \
	"$(bsdtar -xOf "$wrej" '*.xml' | grep -c '<WB:biljetDi01>')" \
	"$(($(head_of "$wr" rejected) - doubles))"
ok "there was a double" test "$doubles" -gt 0
bsdtar -xOf "$wrej" '*.xml' | grep -o 'href="[^"]*"' | cut -d'"' -f2 |
	sort >"$dir/named"
bsdtar -tf "$w" | sort >"$dir/there"
is "with the documents they name, as far as there were" \
	"$(bsdtar -tf "$wrej" | grep pdf | sort | md5sum)" \
	"$(comm -12 "$dir/named" "$dir/there" | md5sum)"
like "the events name the file" "$(job events "$(of woz id)")" \
	'woz-2026-rejected.zip'
grep -E ';(box|paper|late);' "$u.truth.csv" | cut -d';' -f3 >"$dir/fine"
is "no citizen of another record is in it" \
	"$(bsdtar -xOf "$urej" '*.csv' | grep -c -F -f "$dir/fine")" 0

# The supplier repairs values, and drops the file under the name it has.
fixed=$dir/$(basename "$urej")
mkdir "$dir/fix"
bsdtar -xf "$urej" -C "$dir/fix"
csv=$(ls "$dir"/fix/*.csv)
# Numbers that pass the eleven-test, of nobody in the files.
awk -F';' -v OFS=';' '
function bsn(n,    i, sum, last) {
	for (;; n++) {
		sum = 0
		for (i = 1; i <= 8; i++)
			sum += (10 - i) * substr(n, i, 1)
		last = sum % 11
		if (last < 10)
			return n last
	}
}
$1 == "SP" {
	$3 = bsn(99995000 + 20 * ++i)
	if ($7 == "" || length($7) > 200) $7 = "Hersteld"
	if ($22 !~ /^[0-9]*$/) $22 = "20260216"
}
{ print }' "$csv" >"$dir/fixed.csv" && mv "$dir/fixed.csv" "$csv"
(cd "$dir/fix" && bsdtar --format zip -cf "$fixed" -- *)
rejected=$(head_of "$ur" rejected)
before=$(wc -l <"$dir/sim/ledger.csv")
drop "$fixed" uitkering
once
is "the repaired file waits for a person" "$(of uitkering state)" held
like "because of its number" "$(of uitkering code)" MOBB-0106
is "nothing is rejected any more" "$(of uitkering rejected)" 0
is "all of it is there" "$(of uitkering letters)" "$rejected"
is "nothing left yet" "$(wc -l <"$dir/sim/ledger.csv")" "$before"
job release "$(of uitkering id)" --reason 'repaired by the supplier' >/dev/null
settled
is "released it settles" "$(of uitkering state)" settled
rr=$out/uitkering/$(basename "$fixed").report.csv
like "and has a report of its own" "$(head_of "$rr" sum)" "in $rejected = .*sum OK"
is "the records have kept their numbers" \
	"$(rows "$rr" | grep -v ';warning;' | cut -d';' -f4 | sort | md5sum)" \
	"$(rows "$ur" | grep ';rejected;' | cut -d';' -f4 | sort | md5sum)"
is "what had left is not sent again" \
	"$(cut -d';' -f5,9 "$dir/sim/ledger.csv" | grep ';yes' | sort |
		uniq -d | wc -l)" 0
is "nor printed again" "$(for z in "$dir"/spool/print/out/*.zip; do
	bsdtar -xOf "$z" letters.csv | sed 1d
done | cut -d';' -f3 | sort | uniq -d | wc -l)" 0
is "the report of the first file stays as it was" "$(head_of "$ur" rejected)" \
	"$rejected"

# --- the same name again ---

v=$dir/again/woz-2026.zip
mkdir "$dir/again"
batch "$v" 10 20 --bad 2
drop "$v"
once
is "a second file of the same name has its own report" \
	"$(head_of "$out/woz/woz-2026.zip.$(of woz id).report.csv" letters)" \
	"$(of woz letters)"
ok "and its own rejected records" \
	test -s "$out/woz/woz-2026-$(of woz id)-rejected.zip"
is "and those of the first are not lost" "$(head_of "$wr" records)" 60

# --- a set, and a leaflet that lies in its second part ---

mkdir "$dir/formats" "$dir/set"
cp formats/*.yaml "$dir/formats"
sed -i -e 's/^version: 1$/version: 9/' -e '/^documents:/a\
\  - { name: folder, file: folder.pdf, title: Folder }' \
	"$dir/formats/woz-biljet.yaml"
cp "$dir/jobs.yaml" "$dir/jobs.1"
sed -i -e 's/woz-biljet\/1/woz-biljet\/9/' -e "s|$top/formats|$dir/formats|" \
	"$dir/jobs.yaml"
g=$dir/aanslagen-2026.zip
batch "$g" 20 21 --bad 5 --parts 2
bsdtar -xf "$dir/aanslagen-2026_002_laatste.zip" -C "$dir/set"
cp "$(ls "$dir"/set/*.pdf | head -1)" "$dir/set/folder.pdf"
echo >>"$dir/set/folder.pdf"
(cd "$dir/set" && bsdtar --format zip -cf "$dir/set.zip" -- *)
mv "$dir/set.zip" "$dir/aanslagen-2026_002_laatste.zip"
rm -f "$dir"/aanslagen-2026_002_laatste.zip.*
drop "$dir/aanslagen-2026_001.zip"
drop "$dir/aanslagen-2026_002_laatste.zip"
once
is "the set is taken" "$(of woz letters) $(of woz rejected)" "15 5"
for n in rejected rejected-2; do
	is "$n: the leaflet is in it, once" "$(bsdtar -tf \
		"$out/woz/aanslagen-2026_002_laatste-$n.zip" |
		grep -c '^folder.pdf$')" 1
done
is "each part's rejected records are given back" "$(for n in rejected \
	rejected-2; do
	bsdtar -xOf "$out/woz/aanslagen-2026_002_laatste-$n.zip" '*.xml'
done | grep -c '<WB:biljetDi01>')" 5
cp "$out/woz/aanslagen-2026_002_laatste-rejected.zip" "$dir/dealt.zip"
drop "$dir/dealt.zip"
once
is "a part by itself is a batch file that is read" \
	"$(of woz letters) $(of woz rejected) $(of woz state)" "0 2 held"
mv "$dir/jobs.1" "$dir/jobs.yaml"

# --- refused ---

printf 'no archive' >"$dir/stuk.zip"
drop "$dir/stuk.zip"
once
br=$out/woz/stuk.zip.report.csv
is "a refused file has a report" "$(head_of "$br" state)" refused
is "which is the last one" "$(head_of "$br" final)" yes
like "with the code" "$(head_of "$br" code)" '^MOBB-01'
like "and what to do, also in Dutch" "$(grep '^what_to_do' "$br")" \
	'leverancier'
is "and no records" "$(rows "$br" | wc -l)" 0

# --- a crash between the split and the rejected records ---

for when in before after; do
	c=$dir/crash-$when.zip
	batch "$c" 12 "90${#when}" --bad 3
	drop "$c"
	rm -f "$dir/kill.count"
	# Where the file gets its name.
	LD_PRELOAD=$dir/kill.so KILL_NAME=-rejected KILL_AT=1 KILL_WHEN=$when \
		KILL_FILE=$dir/kill.count ONCE_SECONDS=60 \
		setsid --wait mobbd -f "$dir/jobs.yaml" --once \
		>>"$dir/once.log" 2>&1
	like "killed $when the rejected records get their name" \
		"$(stat -c %s "$dir/kill.count") $(of woz state)" "^1 (split|routed|held)"
	settle 5
	is "they are given back" "$(head_of \
		"$out/woz/crash-$when.zip.report.csv" rejected) $(bsdtar -xOf \
			"$out/woz/crash-$when-rejected.zip" '*.xml' |
			grep -c '<WB:biljetDi01>')" "3 3"
	rm "$out"/woz/*-rejected*.zip
done
ls -A "$out/woz" >"$dir/out.ls"
is "nothing half written has a name" "$(grep -vc '^[.]' "$dir/out.ls")" \
	"$(grep -c 'report.csv$' "$dir/out.ls")"
settle 3
is "and given back once" "$(ls "$out/woz" | grep -c -e -rejected)" 0

# A folder that cannot be used holds up nothing else.
mv "$out/woz" "$dir/elsewhere"
: >"$out/woz"
d=$dir/later.zip
batch "$d" 12 950 --bad 3
drop "$d"
once
job release "$(of woz id)" --reason test >/dev/null
settled
is "without out/ the letters leave" "$(of woz open)" 0
ok "and the file waits in work/" test -e "$dir/spool/work/$(of woz id)/later.zip"
rm "$out/woz"
settle 3
ok "then the rejected records are given back" \
	test -s "$out/woz/later-rejected.zip"
is "with the report" "$(head_of "$out/woz/later.zip.report.csv" final)" yes
ok "and the file is done" test -e "$dir/spool/done/$(of woz id)/later.zip"
finish
