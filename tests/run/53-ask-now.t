#!/bin/sh
# A person asks: about who got no answer, about everybody, about what changed;
# and nobody asks while the sender is held.
. tests/run/lib.sh
house dark
sed -i 's/^    release: automatic/&\n    ask: bulk/' "$dir/jobs.yaml"
questions() { sed 1d "$dir/sim/questions.csv" 2>/dev/null | wc -l; }
asked() { [ "$(questions)" -ge "$1" ]; }
routed() { case $(field state) in received | split | '') false ;; esac; }
logged() { grep -q "$1" "$dir/mobbd.log"; }
answers() { job subscriptions --json | grep -c "\"source\":\"$1\""; }
has() { [ "$(answers "$1")" -ge "$2" ]; }

echo 'nth 1 answer half' >"$dir/plan"
sim_start --faults "$dir/plan"
mobbd -f "$dir/jobs.yaml" >"$dir/mobbd.log" 2>&1 &
daemon=$!
pids="$pids $daemon"
batch "$dir/a.zip" 40 530
drop "$dir/a.zip"
ok "half an answer: a person is told" wait_for 40 logged MOBB-2305
is "and the job waits" "$(field state)" split
is "a --dry-run asks nobody" "$(job subscriptions ask voorbeeld --dry-run \
	--reason test >/dev/null && questions)" 1
ok "a person asks again" job subscriptions ask voorbeeld --reason "half of it"
ok "about those who were left out, and the job goes on" wait_for 40 routed
is "that was the second question" "$(questions)" 2
like "the list shows both answers" "$(job subscriptions --plain)" 'list'
is "two of them" "$(answers list)" 2
ok "about everybody" job subscriptions ask voorbeeld --all --reason yearly
ok "it is answered" wait_for 30 has all 1
ok "what changed since" job subscriptions ask voorbeeld --reason daily \
	--date "$(date -u +%F)"
ok "it is answered too, over the list of all" wait_for 30 has changes 1
is "as an answer about everybody" "$(job subscriptions --json |
	grep '"source":"changes"' | grep -c '"everybody":true')" 1
n=$(questions)
batch "$dir/b.zip" 40 531
drop "$dir/b.zip"
wait_for 30 sh -c "mobbjob -f $dir/jobs.yaml list --all --json |
	head -1 | grep -q b.zip"
ok "then who is new needs no question" wait_for 30 routed
is "indeed" "$(questions)" "$n"
like "and the letter knows why" "$(job why "$(field id)/1")" 'all subscribers'

sql 'delete from subscription_list; delete from question' >/dev/null
ok "the sender is held" job hold --sender voorbeeld --reason stop
batch "$dir/c.zip" 40 532
drop "$dir/c.zip"
ok "who waits for it is told" wait_for 30 logged 'MOBB-2307.*held'
is "nobody is asked" "$(questions)" "$n"
ok "released" job release --sender voorbeeld --reason go
kill "$daemon" && wait "$daemon"
mobbd -f "$dir/jobs.yaml" >"$dir/mobbd.log" 2>&1 &
daemon=$!
pids="$pids $daemon"
ok "then it is asked" wait_for 60 asked $((n + 1))
ok "and goes its way" wait_for 30 routed
finish
