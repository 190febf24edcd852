#!/bin/sh
# Wrong answers to bulk questions: each is held or refused, nothing is printed
# and nothing is sent.  Judged by the other side's ledger and by the bundles.
. tests/run/lib.sh
house dark
sed -i 's/^    release: automatic/&\n    ask: bulk/' "$dir/jobs.yaml"

serve() { # serve PLAN: the other side, with these faults
	printf '%s\n' "$1" >"$dir/plan"
	sim_start --faults "$dir/plan"
}
gone() { # letters offered to a box, and bundles: all that ever left
	echo "$(sed 1d "$dir/sim/ledger.csv" 2>/dev/null | wc -l)" \
		"$(ls "$dir/spool/print/out" 2>/dev/null | wc -l)"
}
forget() { # what was answered in one case must not decide about the next
	sql "delete from subscription_list; delete from subscription_chunk;
		delete from question; delete from question_chunk"
}
until_told() { # a few runs, as cron would
	_i=0
	while [ "$_i" -lt 4 ]; do
		once
		[ "$(field state)" = held ] && return
		_i=$((_i + 1))
		sleep 0.5
	done
}

# wrong N "what is wrong" PLAN: nothing of that job leaves.
wrong() {
	_n=$1 _what=$2
	sim_stop
	[ "${4:-}" = keep ] || forget
	serve "$3"
	_before=$(gone)
	batch "$dir/wrong$_n.zip" 300 "$((100 + _n))" --number "$((10 + _n))"
	drop "$dir/wrong$_n.zip"
	until_told
	ok "$_what: it was answered so" grep -q "$3" "$dir/sim/faults.csv"
	is "$_what: nothing is sent, nothing is printed" "$(gone)" "$_before"
	like "$_what: held, or the answer is refused and the job waits" \
		"$(field state) $(field code)" '^(held MOBB-1311|split null)$'
	job cancel "$(field id)" --reason "wrong answer" >/dev/null 2>&1 ||
		sql "update job set state = 10 where state in (2, 4)"
}

sim_start
listen_start
batch "$dir/first.zip" 300 100
drop "$dir/first.zip"
settle
is "an ordinary job goes by itself" \
	"$(field routed_to_paper | grep -c '^1[01][0-9]$') $(field code)" \
	"1 null"
wrong 1 "empty" "every 1 answer empty"
wrong 2 "all no" "every 1 answer all-no"
wrong 3 "all yes" "every 1 answer all-yes"
wrong 4 "of another sender" "every 1 answer other-sender"
wrong 5 "old: the one before" "every 1 answer old"
wrong 6 "cut" "every 1 answer packed-cut"
wrong 7 "yes and no swapped" "every 1 answer yes-for-no"
wrong 8 "other names of elements" "every 1 answer other-names"
wrong 9 "half of the numbers missing" "every 1 answer half"
wrong 10 "cut before it was packed" "every 1 answer truncated"

# Every number twice, with the same answer, says nothing wrong: its letters go
# where they belong, or wait.
sim_stop
forget
serve "every 1 answer doubled"
batch "$dir/doubled.zip" 300 130 --number 40
drop "$dir/doubled.zip"
until_told
settle
like "doubled: nothing is lost, twice, both or mixed" \
	"$(count "$dir/first.zip.truth.csv:$dir/doubled.zip.truth.csv" | tail -4 | tr '\n' ' ')" \
	'twice 0 both 0 mixed 0'
finish
