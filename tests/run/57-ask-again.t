#!/bin/sh
# A person asks the AbonnementService: about everybody, about what changed, and
# once more when no answer came.  What is kept and what was asked is listed.
. tests/run/lib.sh
house
sed -i 's/^    release: automatic/&\n    ask: bulk/' "$dir/jobs.yaml"
ask() { job subscriptions ask voorbeeld --reason "ticket 12" "$@" 2>&1; }
kinds() { sed 1d "$dir/sim/questions.csv" 2>/dev/null | cut -d';' -f4 | xargs; }
answered() { job subscriptions --plain | grep -c '^answer'; }
more() { once; [ "$(answered)" -ge "$1" ]; }

like "nothing yet" "$(job subscriptions)" 'nobody was asked'
like "it takes a reason" "$(job subscriptions ask voorbeeld --all 2>&1)" \
	'MOBB-1306.*--reason'
like "no sender of that name" "$(job subscriptions ask nobody --reason r 2>&1)" \
	'MOBB-1005'
like "changes go over an answer about everybody" \
	"$(ask --date "$(date +%F)")" 'ask with --all'
like "a dry run says what it would do" "$(ask --all --dry-run)" \
	'would be: .* everybody'
is "and asks nobody" "$(job subscriptions --plain)" ""

began=$(date +%FT%H:%M)
ask --all >/dev/null
like "one question at a time" "$(ask --all)" 'MOBB-1303.*is open'
ok "everybody: the answer comes" wait_for 30 more 1
like "and is listed: how old, how many, whose" "$(job subscriptions)" \
	'answer +1 +voorbeeld +all +decides .* automatic'
like "with its question" "$(job subscriptions --json | head -1)" \
	'"about":"all","state":"answered".*"answer":1'
like "who asked, and why, is recorded" "$(job events)" \
	'subscriptions asked.*ticket 12'

batch "$dir/all.zip" 200 53
drop "$dir/all.zip"
settle
is "a job is routed by it: nobody is asked" "$(kinds)" "all"
is "all of it goes its way" "$(
	MUST_END=1 count "$dir/all.zip.truth.csv" | tail -4 | tr '\n' ' '
)" "lost 0 twice 0 both 0 mixed 0 "

ask --date "$began" >/dev/null
ok "what changed: the answer comes" wait_for 30 more 2
is "asked so" "$(kinds)" "all changes"
like "it is about everybody again" "$(job subscriptions --json)" \
	'"source":"changes","everybody":true'

# No answer: a person is told, and asks again.
sim_stop
echo 'nth 1 answer never' >"$dir/plan"
sim_start --faults "$dir/plan"
ask --all >/dev/null
once
# Five hours pass.
sql "update question set sent_ms = sent_ms - 18000000,
	created_ms = created_ms - 18000000 where state < 5"
once
like "no answer in time: it is among the needs" "$(job needs)" \
	'question .*no answer.*MOBB-2304'
like "and listed as late" "$(job subscriptions)" 'question +[0-9]+ .* late '
like "asked again" "$(ask --all)" 'asked about everybody'
ok "the new question is answered" wait_for 30 more 3
is "four questions in all" "$(kinds)" "all changes all all"
is "nothing needs a person any more" \
	"$(job needs | grep -c MOBB-2304)" 0
finish
