#!/bin/sh
# A refused file: the document beside it can be sent to the supplier as it is.
. tests/run/lib.sh
house
# The whole text; job and time are those of this run.
golden() {
	cat <<'EOT'
BESTAND GEWEIGERD / FILE REFUSED

Bestand / file:  doctype.xml
Job:             JOB
Tijd / time:     TIME (Nederlandse tijd / Dutch time)
Code:            MOBB-0116

NEDERLANDS

Dit bestand is geweigerd. Er is niets van verzonden.
Reden: DOCTYPE of entity in het bestand
Plaats: PLAATS
Melding van het programma (Engels): MESSAGE
Wat te doen: Vraag de leverancier te exporteren zonder DOCTYPE.

ENGLISH

This file was refused. Nothing of this file was sent.
Reason: DOCTYPE or entity in the file
Place: PLACE
Message of the program: MESSAGE
What it means: A DOCTYPE can make a reader fetch or repeat things; it
    has no place in a batch file.
What to do: Ask the supplier to export without DOCTYPE.
EOT
}
dutch() { TZ=CET-1CEST,M3.5.0,M10.5.0/3 date '+%d-%m-%Y %H:%M'; }
value() { sed -n "s|^$1 *||p" "$2"; }

good=$dir/good.zip
batch "$good" 5 7
mkdir "$dir/x"
(cd "$dir/x" && bsdtar -xf "$good")
sed '1a <!DOCTYPE x [<!ENTITY a "b">]>' "$dir"/x/*.xml >"$dir/doctype.xml"
before=$(dutch)
drop "$dir/doctype.xml"
once
after=$(dutch)
r=$(ls "$dir"/spool/bad/*/doctype.xml.reason)
ok "the reason lies beside the file" test -s "$r"
is "it names the job" "$(value Job: "$r")" \
	"$(basename "$(dirname "$r")")"
is "and the time, in the Netherlands" \
	"$(value 'Tijd / time:' "$r" | cut -c1-16 |
		grep -Fx -e "$before" -e "$after" | head -1 | cut -c1-10)" \
	"$(echo "$before" | cut -c1-10)"
message=$(value 'Message of the program:' "$r")
like "the message is a sentence" "$message" '^[a-z].* [a-z]'
golden | sed -e "s/JOB/$(value Job: "$r")/" \
	-e "s|TIME|$(value 'Tijd / time:' "$r" | cut -c1-19)|" \
	-e "s|PLAATS|$(value Plaats: "$r")|" \
	-e "s|PLACE|$(value Place: "$r")|" \
	-e "s|MESSAGE|$message|" >"$dir/golden"
ok "the document is the one we promise" diff "$dir/golden" "$r"
is "no line is too wide for a letter" "$(awk 'length > 80' "$r" | wc -l)" 0
is "nothing of it was sent" "$(tail -n +2 "$dir/sim/ledger.csv" 2>/dev/null | wc -l)" 0

# Faults found in a record tell where, in both languages.
(cd "$dir/x" && sed -i '$d' *.xml && bsdtar --format zip -cf "$dir/cut.zip" *)
drop "$dir/cut.zip"
once
r=$(ls "$dir"/spool/bad/*/cut.zip.reason)
like "a place in the file, in English" "$(cat "$r")" \
	'^Place: (record|line) [0-9]+'
like "and in Dutch" "$(cat "$r")" '^Plaats: (record|regel) [0-9]+'
is "no citizen number is in any reason" \
	"$(cat "$dir"/spool/bad/*/*.reason | grep -cE '[0-9]{9}')" 0
finish
