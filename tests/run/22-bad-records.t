#!/bin/sh
# Bad records of every layout: each rejected with its code, the rest arrives.
. tests/run/lib.sh
house
of() { # of STREAM FIELD: one field of the newest job of a stream
	job list --all --json | grep "\"stream\":\"$1\"" | head -1 |
		sed -n "s/.*\"$2\":\"\\{0,1\\}\\([^,\"}]*\\).*/\\1/p"
}
make() { # make FILE STREAM LETTERS [more]
	_f=$dir/$1 _s=$2 _l=$3
	shift 3
	mobbsim batch --stream "$_s" --letters "$_l" --seed 22 --out "$_f" \
		"$@" >"$dir/batch.log" 2>&1 || {
		cat "$dir/batch.log"
		exit 1
	}
}
rejected() { # rejected STREAM: record and code, as we say it
	job rejects "$(of "$1" id)" --json |
		sed 's/.*"record":\([0-9]*\).*"code":"\([^"]*\)".*/\1 \2/' |
		sort -u
}
truth() { # truth FILE: the same, as the supplier knows it
	awk -F';' '$4 == "rejected" { print $1 " " $5 }' "$1.truth.csv" | sort
}

held() { # held STREAM: records of letters that wait for an address
	job letters "$(of "$1" id)" --json | grep '"state":"held"' |
		grep MOBB-0212 | sed 's/.*"record":\([0-9]*\).*/\1/'
}

make woz.zip woz 100 --bad 20
make uitkering.zip uitkering 100 --bad 20
make jaaropgave.zip jaaropgave 100 --bad 20
make index.zip index 100 --bad 20
make pages.zip pages 100 --bad 20
all=
for s in woz uitkering jaaropgave index:parkeren pages:print; do
	drop "$dir/${s%:*}.zip" "${s#*:}"
	all=${all:+$all:}$dir/${s%:*}.zip.truth.csv
done
settle
is "no file is refused" "$(ls "$dir/spool/bad" | wc -l)" 0
for s in woz uitkering jaaropgave index:parkeren pages:print; do
	f=$dir/${s%:*}.zip t=${s#*:}
	is "$t: what is rejected, and with what code" "$(rejected "$t")" \
		"$(truth "$f")"
	is "$t: what must be printed and has no postcode waits" \
		"$(held "$t")" "$(awk -F';' '$5 == "MOBB-0212" &&
			$4 != "box" { print $1 }' "$f.truth.csv")"
	is "$t: in = letters + rejected" "$(of "$t" in) $(of "$t" rejected)" \
		"100 $(grep -c ';rejected;' "$f.truth.csv")"
done
# What waits is on paper in the truth, and open in the count.
out=$(count "$all")
is "of the rest each letter came, once, to its citizen" \
	"$(echo "$out" | tail -4 | tr '\n' ' ')" "lost 0 twice 0 both 0 mixed 0 "
is "all of it but what waits" "$(echo "$out" | sed -n 's/^open //p')" \
	"$(cat "$dir"/*.truth.csv | awk -F';' '$5 == "MOBB-0212" && $4 != "box"' |
		wc -l)"
is "no citizen number is in a log or in what we say" \
	"$( (cat "$dir"/once.log "$dir"/listen.log
		for s in woz uitkering jaaropgave parkeren print; do
			job rejects "$(of $s id)" --all
			job show "$(of $s id)"
			job events "$(of $s id)"
		done) | grep -cE '(^|[^0-9a-f-])[0-9]{9}([^0-9a-f]|$)')" 0
ok "a record that is wrong in two ways is rejected once" \
	test -z "$(for s in woz uitkering jaaropgave parkeren print; do
		job rejects "$(of $s id)" --json
	done | sed 's/.*"job":"\([^"]*\).*"record":\([0-9]*\),.*/\1 \2/' |
		sort | uniq -d)"

# A layout of our own with what the five have not: who wants paper, who died.
mkdir "$dir/formats" "$dir/x"
cp "$top"/formats/*.yaml "$dir/formats/"
cat >"$dir/formats/proef.yaml" <<'EOT'
format: proef
version: 1
kind: delimited
input: { container: [zip], payload: "*.csv", encoding: utf-8, separator: ";", header: names }
records:
  - { name: brief, key: [kenmerk] }
fields:
  - { name: kenmerk,  at: kenmerk,  type: text,  length: 1-25,  use: required, bad: reject }
  - { name: bsn,      at: bsn,      type: bsn,   use: optional, bad: reject }
  - { name: ander,    at: ander,    type: anpid, use: optional, bad: reject }
  - { name: naam,     at: naam,     type: name,  length: 1-70,  use: required, bad: reject }
  - { name: straat,   at: straat,   type: text,  length: 1-80,  use: optional, bad: warn }
  - { name: nummer,   at: nummer,   type: int,   length: 1-5,   use: optional, bad: warn, code: MOBB-0213 }
  - { name: postbus,  at: postbus,  type: int,   length: 1-6,   use: optional, bad: warn }
  - { name: postcode, at: postcode, type: postcode_nl, use: optional, bad: warn }
  - { name: plaats,   at: plaats,   type: text,  length: 1-80,  use: optional, bad: warn }
  - { name: papier,   at: papier,   type: "bool:jn", use: optional, bad: reject }
  - { name: overleden, at: overleden, type: "date:ymd", use: optional, bad: reject }
  - { name: geheim,   at: geheim,   type: "bool:jn", use: optional, bad: reject }
  - { name: einde,    at: einde,    type: "date:ymd", use: optional, bad: paper }
  - { name: onderwerp, at: onderwerp, type: text, length: 1-200, use: required, bad: reject }
  - { name: document, at: document, type: filename, length: 1-60, use: required, bad: reject }
documents:
  - { name: brief, href: document, title: Brief }
rules:
  - { name: wie, test: "exactly_one(bsn, ander)", bad: reject, code: MOBB-0206 }
letter:
  recipient: bsn
  paper: papier
  deceased: overleden
  secret: geheim
  reference: "{kenmerk}"
  subject: "{onderwerp}"
  address: { name: "{naam}", street: "{straat}", number: "{nummer}", box: "Postbus {postbus}", postcode: "{postcode}", town: "{plaats}" }
policy: { pages_max: 2, same_address: 2, unused: warn }
EOT
listen_stop
sed -i -e "s|^formats: .*|formats: $dir/formats|" \
	-e 's|format: index-csv/1|format: proef/1|' "$dir/jobs.yaml"
listen_start
(cd "$dir/x" && bsdtar -xf ../index.zip && rm index.csv &&
	bsdtar -xf ../pages.zip print.pdf)
who() { # who N: the Nth citizen with a box
	awk -F';' '$4 == "box" && $5 == "" { print $3 }' \
		"$dir/index.zip.truth.csv" | sed -n "$1p"
}
pdf() { # shellcheck disable=SC2012
	(cd "$dir/x" && ls brief*.pdf | sed -n "$1p")
}
{
	echo "kenmerk;bsn;ander;naam;straat;nummer;postbus;postcode;plaats;papier;overleden;geheim;einde;onderwerp;document;kleur"
	echo "K-01;$(who 1);;A. de Dummy;Straat;1;;1234AB;Demodam;;;;;Brief;$(pdf 1);rood"
	echo "K-02;$(who 2);;B. Dummy;Straat;2;;1234AB;Demodam;J;;;;Brief;$(pdf 2);"
	echo "K-03;$(who 3);;C. Dummy;Straat;3;;1234AB;Demodam;;20260101;;;Brief;$(pdf 3);"
	echo "K-04;$(who 4);;D. Dummy;Straat;4;;1234AB;Demodam;;;J;;Brief;$(pdf 4);"
	echo "K-05;$(who 5);;E. Dummy;Straat;5;;1234AB;Demodam;;;;20260230;Brief;$(pdf 5);"
	echo "K-06;$(who 1);;Heel Iemand Anders;Straat;6;;1234AB;Demodam;;;;;Brief;$(pdf 6);"
	echo "K-07;$(who 7);;Иванов;Straat;7;;1234AB;Demodam;;;;;Brief;$(pdf 7);"
	echo "K-08;$(who 8);;???;Straat;8;;1234AB;Demodam;;;;;Brief;$(pdf 8);"
	echo "K-09;$(who 9);;I. Dummy;Straat;9;12;1234AB;Demodam;;;;;Brief;$(pdf 9);"
	echo "K-10;$(who 10);;J. Dummy;Straat;zeven;;1234AB;Demodam;;;;;Brief;$(pdf 10);"
	echo "K-11;;01530000000000001;K. Dummy;Straat;11;;1234AB;Demodam;;;;;Brief;$(pdf 11);"
	echo "K-12;$(who 12);;L. Dummy;Straat;1;;1234AB;Demodam;;;;;Brief;$(pdf 12);"
	echo "K-13;$(who 13);;M. Dummy;Straat;1;;1234AB;Demodam;;;;;Brief;$(pdf 13);"
	echo "K-14;$(who 14);;N. Dummy;Straat;14;;1234AB;Demodam;;;;;Brief;print.pdf;"
	echo "K-15;$(who 15);;O. Dummy;Straat;15;;1234AB;Demodam;;;;;Een onderwerp dat langer is dan de vijftig tekens die het mag hebben;$(pdf 15);"
	echo "K-16;;;P. Dummy;Straat;16;;1234AB;Demodam;;;;;Brief;$(pdf 16);"
	echo "K-17;$(who 17);;Q. Dummy;Straat;;;1234AB;Demodam;J;;;;Brief;$(pdf 17);"
} >"$dir/x/proef.csv"
(cd "$dir/x" && bsdtar --format zip -cf ../proef.zip -- *)
echo letters=17 >"$dir/proef.zip.totals"
drop "$dir/proef.zip" parkeren
settle
is "our own layout is taken in" "$(of parkeren file) $(of parkeren in)" \
	"proef.zip 17"
is "three records are rejected" "$(rejected parkeren)" "15 MOBB-0221
16 MOBB-0206
8 MOBB-0210"
say() { # say RECORD: codes of its remarks
	job rejects "$(of parkeren id)" --all --json |
		grep -E "\"record\":$1," | grep -o 'MOBB-[0-9]*' | sort -u |
		tr '\n' ' ' | sed 's/ $//'
}
is "paper asked: a remark" "$(say 2)" MOBB-0303
is "a date that is left out: a remark" "$(say 5)" MOBB-0217
is "another name than before: a remark" "$(say 6)" MOBB-0207
is "letters no printer has: a remark" "$(say 7)" MOBB-0211
is "PO box and street: a remark" "$(say 9)" MOBB-0215
is "a house number in words: a remark" "$(say 10)" MOBB-0213
is "the third letter to one address: a remark" "$(say 13)" MOBB-0403
like "more pages than the layout wants: a remark" \
	"$(job rejects "$(of parkeren id)" --all | grep K-14)" 'pages, more than 2'
like "a column the layout has not: a remark" \
	"$(job rejects "$(of parkeren id)" --all --json | grep -c MOBB-0401)" '^1$'
like "documents that nobody names: a remark" \
	"$(job rejects "$(of parkeren id)" --all --json | grep -c MOBB-0112)" '^1$'
state() { # state RECORD
	job letters "$(of parkeren id)" --json | grep "\"record\":$1," |
		sed 's/.*"state":"\([^"]*\)","route":\([^,]*\),.*/\1 \2/' | tr -d '"'
}
is "who wants paper gets paper" "$(state 2)" "handed over paper"
is "who died waits for a person" "$(state 3)" "held box"
is "who is secret waits for a person" "$(state 4)" "held box"
is "a field left out by the layout: paper" "$(state 5)" "handed over paper"
is "a remark keeps nobody from the box" "$(state 6) $(state 7) $(state 13)" \
	"delivered box delivered box delivered box"
is "without a citizen number: paper" "$(state 11)" "handed over paper"
is "on paper without a house number: it waits" "$(state 17)" "held paper"
why() { job why "$(of parkeren id)/$1"; }
like "why says who asked for paper" "$(why 2)" 'paper, because.*asked'
like "why says that the person is not for a machine" "$(why 3)" \
	'person decides|MOBB-0216|deceased'
is "nothing of those who wait has left" \
	"$(grep -cE ';K-0[34];|;K-17;' "$dir/sim/ledger.csv")" 0

# The same letters again, under other content: each was delivered or waits.
sed -i 's/;rood$/;groen/' "$dir/x/proef.csv"
(cd "$dir/x" && bsdtar --format zip -cf ../nogmaals.zip -- *)
echo letters=17 >"$dir/nogmaals.zip.totals"
drop "$dir/nogmaals.zip" parkeren
settle
is "the same keys in another file are rejected" \
	"$(job rejects "$(of parkeren id)" --json | grep -c MOBB-0209)" 14
like "and it says in which job they were" \
	"$(job rejects "$(of parkeren id)")" 'MOBB-0209.*[0-9]{8}-[a-z0-9]{4}'
finish
