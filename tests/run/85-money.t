#!/bin/sh
# mobbjob money: letters are counted when they are delivered, by year,
# organisation and stream; the first thousand are free; logins and plans are what
# a person says; the yearly estimate is one command.
. tests/run/lib.sh
house
year=$(TZ=Europe/Amsterdam date +%Y) next=$(($(TZ=Europe/Amsterdam date +%Y) + 1))
oin=00000099000000010000
cat >>"$dir/jobs.yaml" <<EOF
tariffs:
  - { year: 2018, letter: 0.47, login: 0.12, free: 100 }
EOF
is "nothing yet" "$(job money)" "$year: nothing was delivered"
batch "$dir/woz.zip" 300 85
drop "$dir/woz.zip"
mobbsim batch --stream uitkering --letters 120 --seed 85 --out "$dir/u.csv" >/dev/null
drop "$dir/u.csv" uitkering
settle

# The other side's ledger says what was delivered.
woz=$(awk -F';' '$9 == "yes" && $5 ~ /^[0-9]*-[0-9][0-9]$/' "$dir/sim/ledger.csv" | wc -l | tr -d ' ')
all=$(grep -c ';yes;' "$dir/sim/ledger.csv")
out=$(job money --json)
like "letters of the year, as the other side delivered them" "$out" \
	"\"year\":$year,\"environment\":\"simulator\",\"oin\":\"$oin\",\"sender\":\"voorbeeld\",\"letters\":$all,\"logins\":0"
like "stream by stream" "$out" "\"stream\":\"woz\",\"letters\":$woz}"
cents=$(((all - 100) * 47))
like "the first 100 are free, the rest is to the cent" "$out" \
	"\"tariff_of\":2018,\"free_letters\":100,\"free_logins\":0,\"cost_cents\":$cents"
like "for people: a rehearsal is not billed" "$(job money)" 'a rehearsal, nothing of it is billed'
euros=$((cents / 100)).$(printf %02d $((cents % 100)))
like "the amount" "$(job money | tr -d ,)" "it would cost EUR $euros excluding VAT by the tariff of 2018 \(100 of them"

# Shown from the ledger, not counted: the letters may be gone.
before=$(job money --plain)
sql 'truncate receipt' >/dev/null
is "nothing is counted to show it" "$(job money --plain)" "$before"

# What a person says.
out=$(job money login 50 --sender voorbeeld 2>&1 </dev/null)
is "logins want a reason" "$?" 2
job money login 50 --sender voorbeeld --reason 'statistics' --dry-run >/dev/null
like "a dry run changes nothing" "$(job money --json)" '"logins":0'
job money login 70 --sender voorbeeld --reason 'statistics' >/dev/null
job money login 50 --sender voorbeeld --reason 'corrected' >/dev/null
like "what was said last counts" "$(job money --json)" '"logins":50,'
like "and costs" "$(job money --json)" "\"cost_cents\":$((cents + 50 * 12))"
like "it is recorded" "$(job events)" '(70|50) logins in '"$year"' of OIN '"$oin"': (statistics|corrected)'
out=$(job money login 5 --sender nobody --reason x 2>&1)
is "of a sender that is not there" "$?" 4
out=$(job money login many --sender voorbeeld --reason x 2>&1)
is "a number is a number" "$?" 2

# The estimate of the next year.
job money plan 250000 --year "$next" --stream woz --reason 'more houses' >/dev/null
out=$(job money estimate "$next" --json)
like "planned where there is a plan, else as the year before" "$out" \
	"\"stream\":\"woz\",\"the_year_before\":$woz,\"planned\":250000,\"letters\":250000}.*\"stream\":\"uitkering\",\"the_year_before\":$((all - woz)),\"letters\":$((all - woz))}"
total=$((250000 + all - woz))
like "together, with the logins of the year before" "$out" \
	"\"letters\":$total,\"logins\":50,.*\"cost_cents\":$(((total - 100) * 47 + 50 * 12))"
like "for people" "$(job money estimate "$next")" 'woz +250,000 letters, as planned'
job money estimate "$next" -o "$dir/estimate.csv"
is "as CSV" "$(sed -n '1p;2p;/logins/p' "$dir/estimate.csv")" \
	"year;oin;stream;delivered_the_year_before;planned;estimate
$next;$oin;woz;$woz;250000;250000
$next;$oin;logins;;;50"
is "one line for each stream of the jobs file" \
	"$(job money estimate "$next" --plain | wc -l | tr -d ' ')" 6

# A year before the first tariff; no tariff at all.
out=$(job money estimate 2017 2>&1)
is "no tariff: exit 4" "$?" 4
like "and the code says so" "$out" 'MOBB-1348: there is no tariff of 2017'
sed -i '/^tariffs:/,$d' "$dir/jobs.yaml"
out=$(job money 2>&1)
is "the letters are shown all the same" "$(echo "$out" | grep -c "woz.*$woz letters delivered")" 1
like "but not what they cost" "$out" 'MOBB-1348'
finish
