#!/bin/sh
# A bundle is turned down, another recalled: nothing of them is printed, and
# their letters go again only when a person says so.
. tests/run/lib.sh
. tests/run/persons.sh
house dark
# As a person who operates, where other users can be had.
act() { job "$@"; }
if [ "$(id -u)" = 0 ]; then
	persons 'release: automatic'
	act() { as man "$@"; }
fi
sim_start
listen_start
[ "$(id -u)" = 0 ] && job person add man --may operate --reason test >/dev/null
sed -i -e "s/receipts: none/receipts: posted/" "$dir/jobs.yaml"
out=$dir/spool/print/out
bundle_of() { # the bundle that has a .ready now
	basename "$(ls "$out"/*.zip.ready)" .zip.ready
}
twice() { sed 1d "$dir/sim/printed.csv" | cut -d';' -f4 | sort | uniq -d; }
f=$dir/woz.zip
batch "$f" 40 98
drop "$f"
settle
paper=$(awk -F';' '$4 == "paper" || $4 == "late"' "$f.truth.csv" | wc -l)
first=$(bundle_of)
printf '9;00\n' >"$dir/spool/print/in/print-20200101-aaaa-20200101-001-00000000.ack"
once
ok "an alarm is seen by a person" act print seen \
	print-20200101-aaaa-20200101-001-00000000.ack --reason "not ours"
mobbsim printer "$dir" --fault nack
once
is "turned down: all its letters wait for a person" \
	"$(field letters_held)" "$paper"
like "the needs say what to do" "$(job needs --plain)" \
	"MOBB-1367.*print again $first"
ok "its .ready is taken away" test ! -e "$out/$first.zip.ready"
once
is "nothing is bundled by itself" "$(ls "$out"/*.zip | wc -l)" 1
like "looking first" "$(job print again "$first" --dry-run)" \
	"would be: bundle $first: its $paper letters"
ok "a person says again" act print again "$first" --reason "paper is back"
_out=$(act print again "$first" --reason x 2>&1)
like "but not twice" "$_out" "MOBB-1303"
once
second=$(bundle_of)
ok "under another name" test "$second" != "$first"

# Recalled before the printer took it.
ok "a person wants it back" act print recall "$second" --reason "wrong date"
once
ok "no .ready any more" test ! -e "$out/$second.zip.ready"
like "a request beside it" "$(cat "$out/$second.recall")" \
	"^$second;$paper;[0-9a-f]{64};"
is "the letters are with the printer until he says no" \
	"$(field handed_over)" "$paper"
mobbsim printer "$dir"
is "he prints nothing of it" "$(sed 1d "$dir/sim/printed.csv" | wc -l)" 0
once
is "and says so" "$(field letters_held)" "$paper"
act print again "$second" --reason "date is right after all"
once
third=$(bundle_of)

# Recalled too late: posted is posted.
mobbsim printer "$dir"
ok "recalled too late" act print recall "$third" --reason "too late"
once
once
is "what was posted is posted" "$(field posted)" "$paper"
is "and the job is settled" "$(field state)" settled
is "no letter was printed twice" "$(twice)" ""
is "and each once" "$(sed 1d "$dir/sim/printed.csv" | wc -l)" "$paper"
like "a person is named" "$(job events "$(field id)")" "paper is back"
finish
