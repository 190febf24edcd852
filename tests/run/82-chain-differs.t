#!/bin/sh
# A chain test that does not go as it should is marked, case by case; nothing
# leaves while the endpoint is held; production is refused.
. tests/run/lib.sh
house dark
awk 'BEGIN { for (n = 999990000; k < 3; n++) {
	s = -(n % 10); m = int(n / 10)
	for (w = 2; w <= 9; w++) { s += w * (m % 10); m = int(m / 10) }
	if (s % 11 == 0) { print n; k++ } } }' >"$dir/numbers"
head -2 "$dir/numbers" >"$dir/sim/subscribers.txt"
awk '{ printf "test-%d;%s;%s\n", NR, $1, NR < 3 ? "ja" : "nee" }' \
	"$dir/numbers" >"$dir/accounts.csv"
chmod 600 "$dir/accounts.csv"
# No types are registered there, so every type goes; one is refused by an error,
# another gets a code that is not expected, a third result contradicts itself.
cat >"$dir/plan" <<'END'
nth 1 request code TechnischProbleem
nth 2 request error SecurityFailure
nth 3 result other-codes
END
sim_start --faults "$dir/plan"
mobbd -f "$dir/jobs.yaml" >"$dir/service.log" 2>&1 &
pids="$pids $!"
wait_for 30 grep -q 'listening on' "$dir/service.log"
chain() { job chaintest simulator "$@" -o "$dir/report.html"; }
posts() { awk -F';' 'NR > 1' "$dir/sim/posts.csv" | wc -l; }

# --- held ---

job hold --endpoint simulator --reason "not yet" >"$dir/ok.out"
chain --accounts "$dir/accounts.csv" --stream woz --reason "what goes wrong" \
	>"$dir/out" 2>&1
is "without --wait it is planned, and open" "$?" 12
sleep 2
is "nothing leaves while the endpoint is held" "$(posts)" 0
is "all of it is open in the report" \
	"$(grep -o '<b>20 cases: .*open' "$dir/report.html")" \
	"<b>20 cases: 0 as expected, 0 differ, 0 by hand, 20 open"
job release --endpoint simulator --reason "now" >"$dir/ok.out"

# --- picked up again, by its number ---

chain 1 --wait 90s >"$dir/out" 2>"$dir/err"
is "some cases differ: exit 3" "$? $(grep -c MOBB-1338 "$dir/err")" "3 1"
verdict() { awk -v c="$1" '$2 == c' "$dir/out" | grep -o 'as expected$\|DIFFERS$\|by hand$'; }
is "another code differs" "$(verdict shortest)" DIFFERS
is "a message that is refused differs" "$(verdict longest)" DIFFERS
is "a second result that says something else differs" "$(verdict one-attachment)" DIFFERS
is "a type that should not be registered, and is, differs" \
	"$(verdict wrong-type)" DIFFERS
is "the others are as expected" "$(grep -c 'as expected$' "$dir/out")" 14
is "what needs a person is by hand" "$(verdict doubled) $(verdict listener-down)" \
	"by hand by hand"
is "each that differs is marked in the report" \
	"$(grep -c '^<tr class="differs">' "$dir/report.html")" 4
is "and those for a person otherwise" \
	"$(grep -c '^<tr class="hand">' "$dir/report.html")" 2
like "the report says what to do by hand" "$(cat "$dir/report.html")" \
	'stop mobbd right after this message was sent'
like "for programs" "$(chain --json 2>/dev/null | head -1)" \
	'"schema":"mobb.chaintest/1".*"got":"TechnischProbleem".*"verdict":"DIFFERS"'

# --- what is refused ---

code_of() { # code_of ARGUMENT...: exit code and code
	_out=$(job chaintest "$@" 2>&1)
	echo "$? $(echo "$_out" | grep -o 'MOBB-[0-9]*' | head -1)"
}
sed 's/^\( *\)environment: simulator/\1environment: production/
	s/^\( *\)key: pki\/ours-client.key/&\n\1environment: production/' \
	"$dir/jobs.yaml" >"$dir/production.yaml"
_out=$(mobbjob -f "$dir/production.yaml" chaintest simulator \
	--accounts "$dir/accounts.csv" --stream woz --dry-run 2>&1)
is "production is refused" "$? $(echo "$_out" | grep -c MOBB-1336)" "2 1"
is "and nothing was planned for it" "$(sql 'select count(*) from chain_run')" 1
is "without a report" "$(code_of simulator --accounts "$dir/accounts.csv")" \
	"2 MOBB-1306"
is "an endpoint that is not there" "$(code_of other -o x)" "10 MOBB-1301"
is "a run that is not there" "$(code_of simulator 99 -o x)" "10 MOBB-1301"
for bad in 'a;999990018;yes' 'a;b' '123456789;999990019;yes' 'a;999990019;so'; do
	echo "$bad" >"$dir/bad.csv"
	chmod 600 "$dir/bad.csv"
	_out=$(job chaintest simulator --accounts "$dir/bad.csv" --stream woz \
		--reason x -o "$dir/x.html" 2>&1)
	is "accounts \"$(echo "$bad" | tr 0-9 n)\": refused, no number told" \
		"$? $(echo "$_out" | grep -c 'MOBB-1337.*line 1') $(echo "$_out" |
			grep -cE '[0-9]{9}')" "2 1 0"
done
finish
