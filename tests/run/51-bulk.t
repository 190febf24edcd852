#!/bin/sh
# Who has a box, asked in bulk: one question for all that wait, whose answer is
# in the register whole or not at all.  Judged by the other side's ledger and by
# the bundles.
. tests/run/lib.sh
house
sed -i 's/^    release: automatic/&\n    ask: bulk/' "$dir/jobs.yaml"

right() { # TRUTHS: every letter went its way, or will after another run
	once
	MUST_END=1 count "$1"
}
questions() { # put to the other side, whatever it answered
	sed 1d "$dir/sim/questions.csv" 2>/dev/null | wc -l | tr -d ' '
}

batch "$dir/bulk.zip" 3000 51
drop "$dir/bulk.zip"
settle
is "3,000 letters are asked about in one question" "$(questions)" 1
is "answered whole" "$(tail -1 "$dir/sim/questions.csv" | cut -d';' -f4,6)" \
	"list;whole"
ok "then every letter goes its way: nothing lost, twice, both or mixed" \
	wait_for 60 right "$dir/bulk.zip.truth.csv"
like "each letter knows which answer decided" "$(job why "$(field id)/1")" \
	'bulk question|list'

# mobbd with all its processes is killed after the question left and before it
# is acknowledged, after that and before the answer, and when the answer came.
once
listen_stop
sim_stop
sed -i 's/^answer_after:.*/answer_after: 12s/' "$dir/sim.yaml"
echo 'nth 1 ack late 2s' >"$dir/plan"
sim_start --faults "$dir/plan"
all=$(questions)
start() {
	setsid mobbd -f "$dir/jobs.yaml" >>"$dir/mobbd.log" 2>&1 &
	daemon=$!
	pids="$pids $daemon"
}
killed() {
	kill -9 -"$daemon"
	wait "$daemon" 2>/dev/null
}
state() { job subscriptions --plain | sed -n 1p | cut -f5; }
state_is() { [ "$(state)" = "$1" ]; }
came() {
	[ "$(sql "select count(*) from inbound
		where action = 'GLOBE-R-A-Result'")" -gt "$1" ]
}
routed() { [ "$(field waiting_for_route)" = 0 ]; }
before=$(sql "select count(*) from inbound where action = 'GLOBE-R-A-Result'")
batch "$dir/kill.zip" 3000 57 --number 2
sql "delete from subscription_list; delete from question" # as if all were new
start
drop "$dir/kill.zip"
ok "killed after the question left" wait_for 60 state_is offered
killed
start
ok "killed after it was acknowledged" wait_for 60 state_is acknowledged
killed
start
ok "killed when its answer came" wait_for 60 came "$before"
killed
start
ok "then the job is routed" wait_for 60 routed
is "by the one question that was put" "$(($(questions) - all))" 1
like "which has its answer" "$(job subscriptions)" 'question .* answered'
kill "$daemon"
wait "$daemon"
listen_start
ok "and nothing is lost, twice, both or mixed" wait_for 60 right \
	"$dir/bulk.zip.truth.csv:$dir/kill.zip.truth.csv"
finish
