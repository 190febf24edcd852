#!/bin/sh
# Answers to a bulk question that make no sense: nothing of them is used, nothing
# is printed, and a person is told.
. tests/run/lib.sh
house dark
sed -i 's/^    release: automatic/&\n    ask: bulk/' "$dir/jobs.yaml"
questions() { sed 1d "$dir/sim/questions.csv" 2>/dev/null | wc -l; }
logged() { grep -q "$1" "$dir/mobbd.log"; }
serve() { # serve [FAULT]: mobbd beside a simulator with one fault
	: >"$dir/plan"
	[ -n "${1:-}" ] && echo "every 1 answer $1" >"$dir/plan"
	sim_start --faults "$dir/plan"
	mobbd -f "$dir/jobs.yaml" >"$dir/mobbd.log" 2>&1 &
	daemon=$!
	pids="$pids $daemon"
}
unserve() {
	kill "$daemon" 2>/dev/null
	wait "$daemon" 2>/dev/null
	sim_stop
}

n=520
printed() { ls "$dir/spool/print/out"/*.zip 2>/dev/null | wc -l; }
before=$(printed)
for fault in empty half contradict stranger other-question other-sender \
	other-names truncated; do
	n=$((n + 1))
	f=$dir/$fault.zip
	batch "$f" 40 $n
	# As if none of these citizens had been asked about before.
	[ "$n" = 521 ] || sql 'delete from subscription_list;
		delete from question' >/dev/null
	asked=$(questions)
	serve "$fault"
	drop "$f"
	ok "answer $fault: a person is told" wait_for 40 logged \
		'MOBB-23[01][0-9]'
	sleep 1
	is "answer $fault: no letter has a route" "$(field state)" split
	ok "answer $fault: there was a question" [ "$(questions)" -gt "$asked" ]
	unserve
done
is "nothing of all that was printed" "$(printed)" "$before"
sql "select text from event where what in ('answer refused', 'question failed')
	or text like '%MOBB-2305%'" >"$dir/events"
like "with a reason of four parts" "$(cat "$dir/events")" 'MOBB-231[0-9]'
like "what was not mentioned is not asked again by itself: MOBB-2305" \
	"$(job needs)" 'subscriptions .*MOBB-2305'
finish
