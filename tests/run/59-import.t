#!/bin/sh
# 59-import.t - a person's list of who has a box goes into the register whole,
# or not at all, and is recorded with name and reason.
. tests/run/lib.sh
house dark
m="mobbjob -f $dir/jobs.yaml"
today=$(date +%F)
import() { # import FILE OPTION...
	_f=$1
	shift
	$m subscriptions import "$dir/$_f" --sender voorbeeld "$@" 2>&1
}
lists() { # of the register, by the view that Excel sees
	sql "select count(*) from mobb_subscriptions"
}
sql() {
	psql -X -q -t -A "$($m database conninfo)" -c "$1"
}

printf 'BSN;box\n999990019;ja\n999990020;nee\n' >"$dir/good.csv"
like "a dry run counts" "$(import good.csv --date "$today" --dry-run)" \
	'would be: sender voorbeeld: 2 numbers of .* 1 subscribed, 1 not'
is "and keeps nothing" "$(lists)" 0
like "without a reason nothing is taken" \
	"$(import good.csv --date "$today" </dev/null)" 'MOBB-1306.*--reason'
is "nothing at all" "$(lists)" 0

like "a list is taken" \
	"$(import good.csv --date "$today" --reason 'brief van Logius')" \
	'2 numbers of .* 1 subscribed, 1 not; 0 doubled'
is "it is in the register, with who brought it" \
	"$(sql "select source, asked, yes, no, person from mobb_subscriptions")" \
	"import|2|1|1|$(id -un)"
like "the reason is recorded" "$($m events --all 2>&1; $m events 2>&1)" \
	'brief van Logius'

printf '999990019\n999990020\n' | gzip -c >"$dir/all.csv.gz"
like "packed numbers, and nobody else" \
	"$(import all.csv.gz --date "$today" --all --type WOZ --reason r)" \
	'WOZ: 2 numbers of .* 2 subscribed, 0 not, nor is anybody else'

oin=$(sed -n 's/.*oin: *"\{0,1\}\([0-9]\{20\}\).*/\1/p' "$dir/jobs.yaml" |
	head -1)
answer() { # answer OIN ENTRIES
	printf '<a:AbonnementAntwoord xmlns:a="urn:x"><OIN>%s</OIN>' "$1"
	printf '<VerzoekId>8f6d1f7e-0b0f-4b5e-9f3d-0d5f2b7a6c10</VerzoekId>\n'
	printf '%s\n</a:AbonnementAntwoord>\n' "$2"
}
entry() {
	printf '<Abonnement><BSN>%s</BSN><Geabonneerd>%s</Geabonneerd>' "$1" "$2"
	printf '</Abonnement>'
}
answer "$oin" "$(entry 999990019 true)$(entry 999990020 false)" |
	gzip -c >"$dir/answer.xml.gz"
like "an answer of Logius, by the mapping" \
	"$(import answer.xml.gz --date "$today" --reason r)" \
	'2 numbers of .* 1 subscribed, 1 not'
is "three lists are kept" "$(lists)" 3

# What is wrong is refused whole.
refused() { # refused "sentence" FILE PATTERN OPTION...
	_s=$1 _f=$2 _p=$3
	shift 3
	_out=$(import "$_f" --date "$today" --reason r "$@")
	like "$_s" "$_out" "$_p"
	case $_out in
	*99999*) is "$_s: no number is shown" "$_out" "" ;;
	esac
}
printf '999990019;ja\n999990021;ja\n' >"$dir/bad.csv"
refused "a number that is none" bad.csv 'MOBB-2312: bad.csv line 2'
printf '999990019;ja\n999990020;wellicht\n' >"$dir/word.csv"
refused "a word that is neither" word.csv 'MOBB-2315: word.csv line 2'
printf '999990019;ja\n999990019;nee\n' >"$dir/both.csv"
refused "yes and no" both.csv 'MOBB-2313: both.csv line 2'
head -c 60 "$dir/answer.xml.gz" >"$dir/cut.xml.gz"
refused "a cut file" cut.xml.gz 'MOBB-2310: cut.xml.gz'
answer 00000099000000020000 "$(entry 999990019 true)" >"$dir/other.xml"
refused "another sender's answer" other.xml 'MOBB-2314: other.xml.*OIN'
answer "$oin" "<Abonnee><BSN>999990019</BSN></Abonnee>" >"$dir/map.xml"
refused "an answer the mapping does not know" map.xml 'MOBB-2311: map.xml.*BSN'
: >"$dir/empty.csv"
refused "an empty file" empty.csv 'MOBB-2315: empty.csv'
refused "no file" none.csv 'MOBB-1203'
refused "a folder" . 'MOBB-1203'
like "a day to come" \
	"$(import good.csv --date 2999-01-01 --reason r)" 'MOBB-1306.*not come'
like "a day that is none" \
	"$(import good.csv --date 2026-02-30 --reason r)" 'MOBB-1306.*--date'
like "a list of ten days ago decides nothing" \
	"$(import good.csv --date "$(date -d '10 days ago' +%F)" --reason r)" \
	'MOBB-2306'
like "no sender of that name" \
	"$($m subscriptions import "$dir/good.csv" --sender x --date "$today" \
		2>&1)" 'MOBB-1005.*sender'
is "still three lists" "$(lists)" 3
finish
