#!/bin/sh
# Persons ask: mobbjob find and money by users of the operating system, each for
# the senders it may look at; by citizen number only who can read the site key.
. tests/run/lib.sh
. tests/run/persons.sh
[ "$(id -u)" = 0 ] || skip_all "only root can be other users"
house
printf 'tariffs:\n  - { year: 2018, letter: 0.47, login: 0.12, free: 0 }\n' \
	>>"$dir/jobs.yaml"
persons 'release: automatic' 'shared_logins: [news]'
batch "$dir/a.zip" 12 87
drop "$dir/a.zip"
settle
job person add games --may look --reason t >/dev/null
job person add man --may operate --reason t >/dev/null
sql "select mobb_person_add('mail', 'look', 'ander')"
ref=$(awk -F';' '$4 == "box" && $3 ~ /^9/ { print $2; exit }' "$dir/a.zip.truth.csv")
bsn=$(awk -F';' -v r="$ref" '$2 == r { print $3 }' "$dir/a.zip.truth.csv")

typed() { # typed USER: the number, typed
	echo "$bsn" | setpriv --reuid "$1" --regid "$(id -g "$1")" \
		--clear-groups "$dir/bin/mobbjob" -f "$dir/jobs.yaml" find --bsn
}

like "who may look finds a letter, without what it is about" \
	"$(as games find "$ref" | head -1)" \
	"^The letter with reference $ref was delivered to the Berichtenbox on "
out=$(as mail find "$ref" 2>&1)
is "who may look at another sender does not" "$?" 10
out=$(typed games 2>&1)
is "who cannot read the site key looks up no number" "$?" 9
like "and is told so" "$out" 'MOBB-1347'
is "and nothing is recorded as looked up" \
	"$(sql "select count(*) from event where what = 'looked up'")" 0
chgrp games "$dir/keys/site.key"
chmod 640 "$dir/keys/site.key"
like "who can, does" "$(typed games | head -1)" \
	"reference $ref was delivered"
is "recorded under its own name" \
	"$(sql "select person || ': ' || text from event where what = 'looked up'")" \
	'games: a citizen number: 1 letters'

like "who may look sees the year" "$(as games money)" 'woz +[0-9]+ letters delivered'
like "but of another sender nothing" "$(as mail money)" 'nothing was delivered'
out=$(as games money login 5 --sender voorbeeld --reason t 2>&1)
is "who may look tells no logins" "$?" 9
ok "who operates does" as man money login 5 --sender voorbeeld --reason t
like "and it counts" "$(as games money --json)" '"logins":5'
is "under its own name" \
	"$(sql "select person from year_said")" man
finish
