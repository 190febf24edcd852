#!/bin/sh
# What each VerwerkingsCode makes of its letters, and of their stream.
. tests/run/lib.sh
house dark
# By the stream: what may be chosen, and what may not.
sed -i 's/^    release: automatic/&\n    resend: 1s\n    resend_max: 2s\n    resends: 2\n    decline_limit: 100%/' \
	"$dir/jobs.yaml"
cp "$dir/jobs.yaml" "$dir/plain.yaml"
choose() { # choose CODE ACT
	sed "s/^    resend: 1s/&\n    codes:\n      - {code: $1, act: $2}/" \
		"$dir/plain.yaml" >"$dir/jobs.yaml"
}
refused() { # refused CODE ACT "what it may be"
	choose "$1" "$2"
	like "$1: $2 is refused, with what it may be" \
		"$(job check "$dir/jobs.yaml" 2>&1)" "MOBB-1004.*$3"
}
refused Verwerkt paper 'cannot be chosen'
refused TechnischProbleem paper 'must be resend or hold'
refused BerichtBestaatAl paper 'must be hold'
refused NietActiefOfGeabonneerd resend 'must be paper or hold'
refused XmlValidatieTegenXsdValtNegatiefUit resend 'must be hold'
refused Nieuw hold 'no VerwerkingsCode'
cp "$dir/plain.yaml" "$dir/jobs.yaml"
listen_start

n=0
run() { # run PLAN: a job of 40 letters against it, as far as it gets
	[ -n "${sim:-}" ] && sim_stop
	printf '%s\n' "$1" >"$dir/plan"
	sim_start --faults "$dir/plan"
	n=$((n + 1))
	batch "$dir/c$n.zip" 40 "$((200 + n))" --number "$n"
	drop "$dir/c$n.zip"
	once
}
letters() { # letters STATE: how many of the newest job are, by code
	job letters "$(field id)" --json | grep "\"state\":\"$1\"" |
		sed -n 's/.*"code":\(null\|"\([^"]*\)"\).*/\2/p' |
		grep -c "${2:-MOBB}"
}
ends() { # no letter twice, none lost, by the other side's ledger
	awk -F';' 'NR > 1 && $9 == "yes" { n[$4]++ }
		END { for (i in n) if (n[i] > 1) { print i; exit 1 } }' \
		"$dir/sim/ledger.csv"
}

run "nth 1 request code TechnischProbleem 3"
settle
is "TechnischProbleem: delivered at a later try" \
	"$(field letters_held) $(field unknown) $(field to_resend)" "0 0 0"
run "every 1 request code TechnischProbleem 3"
settle
is "after the last try a person decides" "$(letters held MOBB-2206)" 3
is "tries: the first and two more" "$(job lots "$(field id)" --json |
	grep -c '"nth":3')" 1

run "every 1 request code BijlageTeGroot 2"
settle
is "BijlageTeGroot: on paper" "$(field declined_by_box | grep -c '^[2-9]')" 1
run "nth 1 request code AanmaakDatumLigtTeVerInHetVerleden 2"
settle
is "AanmaakDatum: made anew, and offered again" \
	"$(field letters_held) $(field to_resend)" "0 0"
run "every 1 request code PublicatieDatumLigtTeVerInDeToekomst 2"
settle
is "PublicatieDatum: held" "$(letters held MOBB-0126)" 2
run "every 1 result unknown-code"
settle
is "a code that does not exist is never guessed" \
	"$(field letters_held | grep -c '^[1-9]')" 1

choose BijlageTeGroot hold
run "every 1 request code BijlageTeGroot 2"
settle
is "BijlageTeGroot: held, where the stream says so" \
	"$(letters held MOBB-0223)" 2
cp "$dir/plain.yaml" "$dir/jobs.yaml"

# An attempt without an answer: the next one proves that the first arrived.
run "nth 1 request silent 1s"
settle 30
is "BerichtBestaatAl after our own try: delivered" \
	"$(field letters_held) $(field unknown)" "0 0"

# Results that cannot be true: nothing of them is believed.
for fault in counters stranger twice split; do
	run "nth 1 result $fault"
	is "result $fault: its letters wait for a person" \
		"$(field letters_held | grep -c '^[1-9]') $(field their_delivered)" \
		"1 0"
	like "result $fault: it says so" "$(job needs)" 'MOBB-1315'
done
run "nth 1 result other-codes"
settle
like "a second result that says the reverse: told" \
	"$(job needs)" 'opinion .*MOBB-2208'
ok "no letter was effective twice" ends
finish
