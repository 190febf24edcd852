#!/bin/sh
# A layout of one's own: what mobb-formats(5) shows works as it is shown, a
# definition tells all its mistakes, and a dry run says what would happen.
. tests/run/lib.sh
house dark
# As on a machine where nothing was set up yet.
unset MOBB_JOBS
alone() { (cd "$dir/new" && mobbjob -f "$dir/new/none.yaml" "$@"); }
from() { # from FIRST: the example of that name in the manual page
	sed -n "/^\.\\\\\" begin $1\$/,/^\.\\\\\" end $1\$/p" \
		formats/mobb-formats.5 | grep -v '^\.'
}
mkdir -p "$dir/new/formats" "$dir/new/x"

# --- the example of the manual page ---
from herinnering.yaml >"$dir/new/formats/herinnering.yaml"
from herinneringen.csv >"$dir/new/x/herinneringen.csv"
mobbsim batch --stream index --letters 2 --seed 5 --out "$dir/pdfs.zip" \
	>/dev/null
(
	cd "$dir/new/x" || exit
	bsdtar -xf "$dir/pdfs.zip" --include '*.pdf'
	n=0
	for p in *.pdf; do
		n=$((n + 1))
		mv "$p" "hb-000$n.pdf"
	done
	bsdtar --format zip -cf ../herinneringen.zip herinneringen.csv *.pdf
)
like "the manual's definition is sound" \
	"$(alone check formats/herinnering.yaml)" \
	'^ok.*herinnering.yaml.*definition herinnering/1: Herinneringen'
out=$(alone check herinneringen.zip --format herinnering 2>&1)
is "its file is read without a jobs file" $? 0
like "and says how many letters there would be" "$out" \
	'^would be taken in: 2 letters, 0 rejected records'
like "what is asked for the box" "$out" '^  box +2 are asked for'
like "what its amount is" "$out" '^  amount +EUR 19.50'
is "the layout may be a file, too" \
	"$(alone check herinneringen.zip --format formats/herinnering.yaml)" \
	"$out"
is "and its id" "$(alone check herinneringen.zip --format herinnering/1)" \
	"$out"
words=$(alone formats explain herinnering)
missing=
for f in kenmerk bsn naam straat nummer postcode plaats bedrag bestand; do
	printf '%s\n' "$words" | grep -Eq "^  $f +$f +[0-9]" ||
		missing="$missing $f"
done
is "explained, every field has its line" "$missing" ""
like "explained, a field says what may be in it" "$words" \
	'bedrag +4-8 +required +record rejected +amount, comma and two decimals'
like "formats lists it" "$(alone formats)" \
	'^herinnering/1 +delimited +Herinneringen van de bibliotheek'
like "formats in JSON" "$(alone formats --json)" \
	'"schema":"mobb.format/1","format":"herinnering/1","kind":"delimited"'

# --- a definition with mistakes: all in one run, each with its place ---
sed -e 's/^kind: delimited/kind: delimited\nkleur: blauw/' \
	-e 's/type: name, /type: naam, /' \
	-e 's/at: postcode, /at: postcode, norm: x, /' \
	-e 's/recipient: bsn/recipient: bns/' \
	-e 's/reject_share: 1%/reject_share: veel/' \
	"$dir/new/formats/herinnering.yaml" >"$dir/new/broken.yaml"
out=$(alone check broken.yaml 2>&1)
is "a definition with mistakes: exit 4" $? 4
like "an unknown key" "$out" 'MOBB-1002: broken.yaml:5:1: .*kleur'
like "a type that is not there, and what was meant" "$out" \
	"broken.yaml:12:43: there is no type 'naam'; did you mean 'name'"
like "a key of a field" "$out" "broken.yaml:15:37: .*norm"
like "a name that is not there" "$out" "broken.yaml:22:14: .*'bns'"
like "a share" "$out" 'broken.yaml:[0-9]+:[0-9]+: reject_share'
is "in the order of the file" "$(printf '%s\n' "$out" |
	sed -n 's/.*broken.yaml:\([0-9]*\):.*/\1/p' | tr '\n' ' ')" \
	"5 12 15 22 36 "
like "and how many there are" "$out" '^mobbjob: broken.yaml: 5 mistakes$'
is "in JSON one object for each" \
	"$(alone check broken.yaml --json 2>/dev/null |
		grep -c '"schema":"mobb.check/1","ok":false')" 5
ok "a definition with another name than the one asked for" sh -c \
	"cd '$dir/new' && ! mobbjob -f none check herinneringen.zip \
	--format herinnering/2 2>'$dir/err' && grep -q MOBB-0125 '$dir/err'"
out=$(alone check herinneringen.zip 2>&1)
is "without a layout and a jobs file: exit 2" $? 2
like "it says what is wanted" "$out" '--format NAME'

# --- dry runs of what the simulator makes: the codes are the truth's ---
truth() { # truth FILE: record and code of what it rejects
	awk -F';' '$4 == "rejected" { print $1, $5 }' "$1" | sort -n
}
told() { # told FILE: the same of JSON objects
	sed -n 's/.*"record":\([0-9]*\),.*"outcome":"rejected","code":"\([^"]*\)".*/\1 \2/p' \
		"$1" | sort -n
}
for pair in woz:woz uitkering:uitkering jaaropgave:jaaropgave \
	index:parkeren pages:print; do
	s=${pair%:*} f=$dir/${pair%:*}.zip
	mobbsim batch --stream "$s" --letters 60 --bad 20 --seed 18 \
		--out "$f" >"$dir/batch.log" 2>&1
	job check "$f" --stream "${pair#*:}" --records --json >"$dir/$s.json" \
		2>"$dir/$s.err"
	is "$s: with rejected records: exit 3" $? 3
	is "$s: rejected is what must be, by the same codes" \
		"$(told "$dir/$s.json")" "$(truth "$f.truth.csv")"
	is "$s: of all others there is a letter" \
		"$(grep -c '"outcome":"\(box?\|paper\|held\)"' "$dir/$s.json")" \
		"$(sed 1d "$f.truth.csv" | grep -vc ';rejected;')"
	# paper for a reason of ours; the rest is for the box to say
	is "$s: without a number on paper" \
		"$(grep -c '"outcome":"paper"' "$dir/$s.json")" \
		"$(awk -F';' 'NR > 1 && $3 == "" && $4 == "paper"' \
			"$f.truth.csv" | wc -l)"
	is "$s: no citizen number is shown" "$(cut -d';' -f3 "$f.truth.csv" |
		grep '^[0-9]\{9\}$' |
		grep -c -F -f - "$dir/$s.json" || true)" 0
done
like "the summary is one object" "$(tail -1 "$dir/woz.json")" \
	'^{"schema":"mobb.check.file/1","file":"woz.zip".*"outcome":"(taken in|held)"'
out=$(job check "$dir/woz.zip" --stream woz 2>&1)
like "for people: the first problems with place and reason" "$out" \
	'^ +[0-9]+ +[0-9,]+ +rejected +MOBB-0203 +bsn +[0-9]+-[0-9]+ +citizen'
like "and the advice once for each code" "$out" '^MOBB-0203  .* \(2 times\)$'
is "at most 20 of them" "$(printf '%s\n' "$out" | grep -c ' rejected  MOBB')" 20
is "nothing was made in the spool" \
	"$(find "$dir/spool" -type f | wc -l)" 0

# --- what would be held, and what refused ---
f=$dir/many.zip
mobbsim batch --stream index --letters 60 --bad 30 --seed 19 --out "$f"
like "too many rejected: a person looks first" \
	"$(job check "$f" --stream parkeren)" \
	'waits for a person: MOBB-0130 2[0-9] records are wrong, 20 are allowed'
mobbsim batch --stream uitkering --letters 20 --seed 20 \
	--spoil trailer-sum --out "$dir/total.csv" 2>"$dir/spoil.log" ||
	cat "$dir/spoil.log"
out=$(job check "$dir/total.csv" --stream uitkering 2>"$dir/err")
is "totals that differ: exit 5" $? 5
like "it would be refused" "$out" '^would be refused: MOBB-0122 '
like "and what to do is said" "$(cat "$dir/err")" '^  what to do: '
mobbsim batch --stream woz --letters 10 --seed 21 --out "$dir/sum.zip"
echo 'letters=11' >"$dir/sum.zip.totals"
like "a sidecar that announces others" "$(job check "$dir/sum.zip" --stream woz)" \
	'^  control total  beside the file: 11 letters announced, 10 read, DIFFERS'
cp "$dir/sum.zip" "$dir/een brief.zip"
like "a name that would be refused" \
	"$(job check "$dir/een brief.zip" --stream woz 2>/dev/null)" \
	'^would be refused: MOBB-0129'
mobbsim batch --stream woz --letters 6 --seed 22 --parts 2 \
	--out "$dir/aanslag-2026.zip"
like "a part of a set is read by itself" \
	"$(job check "$dir/aanslag-2026_002_laatste.zip" --stream woz)" \
	'^would be taken in: 3 letters, .*with the other parts of its set'
printf 'sha256=%064d' 0 >"$dir/sum.zip.sha256"
like "a digest of another file" \
	"$(job check "$dir/sum.zip" --stream woz 2>/dev/null)" \
	'^would be refused: MOBB-0102'
rm "$dir/sum.zip.sha256"
like "a CPA is known by what is in it" "$(job check "$dir/cpa.xml")" \
	'^ok.*CPA .* sender '

# --- which stream? ---
out=$(job check "$dir/sum.zip" 2>&1)
is "no stream: exit 2" $? 2
like "the streams are named" "$out" 'one of woz, .*pages|one of .*woz'
cp "$dir/sum.zip" "$dir/spool/in/woz/sum.zip"
like "the folder of a stream is that stream" \
	"$(job check "$dir/spool/in/woz/sum.zip")" '^  stream +woz, '

# --- what waits, without taking it in ---
sed -i '0,/complete: rename/s//complete: sidecar/' "$dir/jobs.yaml"
out=$(job list)
like "a file without its sidecar is listed" "$out" \
	'^  in/woz/sum.zip  .*no sidecar yet.* \(MOBB-0101, since 20'
like "in JSON too" "$(job list --json)" \
	'"schema":"mobb.wait/1","stream":"woz",.*"file":"sum.zip","code":"MOBB-0101"'
rm "$dir/spool/in/woz/sum.zip"
is "then nothing waits" "$(job list)" "nothing is unfinished"

# --- the sample deliveries, whose PDFs do not exist ---
samples=$MOBB_SHARED/samples
for pair in woz-biljet:woz uitkering-csv:uitkering jaaropgave-vast:jaaropgave; do
	f=$(ls "$samples"/*"${pair#*:}"* 2>/dev/null | head -1)
	[ -n "$f" ] || continue
	out=$(job check "$f" --format "${pair%:*}" --without-documents)
	is "the sample of ${pair#*:} reads" $? 0
	like "and all its records are letters" "$out" \
		'^  records +[23] -> [23] letters \+ 0 rejected; 0 warnings'
done
finish
