#!/bin/sh
# A chain test against mobbsim: every case goes as the interface says, also those
# that our own checks would refuse; the report says so, without a citizen number.
. tests/run/lib.sh
house dark
sed -i 's/^#types:.*/types: [WOZ, UITKER]/' "$dir/sim.yaml"
# Test numbers that pass the eleven-test: two with a box, one without.
awk 'BEGIN { for (n = 999990000; k < 3; n++) {
	s = -(n % 10); m = int(n / 10)
	for (w = 2; w <= 9; w++) { s += w * (m % 10); m = int(m / 10) }
	if (s % 11 == 0) { print n; k++ } } }' >"$dir/numbers"
head -2 "$dir/numbers" >"$dir/sim/subscribers.txt"
{
	echo 'account;bsn;subscribed'
	awk '{ printf "test-%d;%s;%s\n", NR, $1, NR < 3 ? "yes" : "no" }' \
		"$dir/numbers"
} >"$dir/accounts.csv"
# The 20th case is down for 4 s; the result of the 19th comes twice.  It may leave
# before the 18th, which waits for the result of the 17th.
cat >"$dir/plan" <<'END'
nth 18 result double-new
nth 19 result double-new
END
sim_start --faults "$dir/plan"
chain() { job chaintest simulator "$@" -o "$dir/report.html"; }

chmod 644 "$dir/accounts.csv"
_out=$(chain --accounts "$dir/accounts.csv" --stream woz --reason x 2>&1)
is "a file of accounts that others may read is refused" \
	"$? $(echo "$_out" | grep -c MOBB-1337)" "2 1"
chmod 600 "$dir/accounts.csv"
is "nothing was planned" "$(sql 'select count(*) from chain_run')" 0
like "--dry-run says what it would be" "$(chain --accounts \
	"$dir/accounts.csv" --stream woz --dry-run)" \
	'would be: a chain test of 20 cases'
mobbd -f "$dir/jobs.yaml" >"$dir/service.log" 2>&1 &
pids="$pids $!"
wait_for 30 grep -q 'listening on' "$dir/service.log"
chain --accounts "$dir/accounts.csv" --stream woz --listener-down 4s \
	--wait 2min --reason "rehearsal of the chain test" \
	>"$dir/out" 2>"$dir/err"
is "every case is as expected: exit 0" "$?" 0
like "the summary says so" "$(cat "$dir/out")" \
	'20 as expected, 0 differ, 0 by hand, 0 open'
like "progress was told" "$(cat "$dir/err")" 'of 20 cases answered'

# What the other side wrote down.
had() { awk -F';' -v c="$1" 'NR > 1 && $8 == c' "$dir/sim/ledger.csv" | wc -l; }
is "its ledger: the full lot and ten others delivered" "$(had Verwerkt)" 1011
is "and one letter for each of the eight refusals" "$(for c in \
	NietActiefOfGeabonneerd BerichtTypeNietOndersteund \
	PublicatieDatumLigtTeVerInDeToekomst AanmaakDatumLigtTeVerInHetVerleden \
	BijlageTeGroot XmlValidatieTegenXsdValtNegatiefUit \
	OinInCPAKomtNietOvereenMetOinInBericht BerichtBestaatAl; do had $c; done |
	tr '\n' ' ')" "1 1 1 1 1 1 1 1 "
big=$(grep -l 500000-bytes "$dir"/sim/received/*.xml)
is "the attachment of 500,000 bytes has exactly those" \
	"$(sed -n 's/.*<m:Inhoud>\([^<]*\).*/\1/p' "$big" | base64 -d | wc -c)" \
	500000
like "the deadline is in its message" "$(cat "$dir"/sim/received/*.xml)" \
	'<m:EindDatumHandelingsTermijn>20[0-9-]*T23:59:00'
like "a line break is four characters" "$(cat "$dir"/sim/received/*.xml)" \
	'ketentest\.\\r\\nDeze regel'
long=$(cat $(grep -l 'Ketentest 1: longest' "$dir"/sim/received/*.xml))
chars() { # of an element, as XSD counts them
	printf '%s' "$long" | grep -o "<m:$1>[^<]*" | sed "s/<m:$1>//
		s/&amp;/\&/g" | tr -d '\n' | LC_ALL=C.UTF-8 wc -m
}
is "subject, text, reference and description are as long as can be" \
	"$(chars Onderwerp) $(chars BerichtTekst) $(chars Referentie) $(chars Omschrijving)" \
	"50 4000 25 128"
ok "the listener was down for its case" grep -q 'down for a case of a chain test' \
	"$dir/service.log"

# --- the report ---

r=$dir/report.html
is "it has a row for each case" "$(grep -c '^<tr[^>]*><th>[0-9]' "$r")" 20
is "BatchIDs of the other side are in it" "$(for b in $(ls "$dir/sim/received" |
	sed 's/\.[0-9]*\.xml//' | sort -u); do grep -q "$b" "$r" || echo "$b"
	done)" ""
is "no script, nothing from elsewhere" \
	"$(grep -ciE '<script|<link|<img|src=|@import|url\(' "$r")" 0
is "no citizen number in report, output and log" "$(cat "$r" "$dir/out" \
	"$dir/err" "$dir/service.log" | grep -cFf "$dir/numbers")" 0
like "accounts by their names" "$(cat "$r")" 'test-3 \(not subscribed\)'
command -v xmllint >/dev/null && ok "the HTML is well-formed" \
	sh -c "! xmllint --html --noout '$r' 2>&1 | grep -v 'Tag .* invalid' |
	grep error"
is "the books of real letters are clean" "$(sql "select (select count(*) from
	lot) + (select count(*) from attempt) + (select count(*) from job)")" 0
is "who planned it is on record" "$(sql "select count(*) from event where
	what = 'chain test' and text ~ 'rehearsal of the chain test'")" 1
finish
