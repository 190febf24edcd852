#!/bin/sh
# The jobs file is changed between two runs: what no longer fits rests, says
# so, and keeps nobody else waiting.
. tests/run/lib.sh
house dark
sim_start
posted() { awk -F';' 'NR > 1 && $6 > 0' "$dir/sim/posts.csv" | wc -l; }

# Cut, not sent: without a listener.
f=$dir/woz.zip
batch "$f" 30 61
drop "$f"
once
is "lots are cut, none left" "$(field state)$(posted)" sending0
a=$(field id)

cp "$dir/jobs.yaml" "$dir/good.yaml"
sed -i 's/environment: simulator/environment: preproduction/
	s/^\( *\)key: pki\/ours-client.key/&\n\1environment: preproduction/' \
	"$dir/jobs.yaml"
listen_start
once
is "what was taken in for another environment does not leave" "$(posted)" 0
like "and its lot says why" "$(job lots "$a")" 'another endpoint or environment'
cp "$dir/good.yaml" "$dir/jobs.yaml"

sql "update lot set due_ms = 0; update job set oin = '00000099000000099999'"
once
is "what another sender sent in does not leave" "$(posted)" 0
like "and its lot says so" "$(job lots "$a")" 'another sender'

# Its stream is gone; another job of the same endpoint comes after it.
sql "update lot set due_ms = 0; update job set stream = 'gone',
	oin = '00000099000000010000'"
g=$dir/two.zip
batch "$g" 30 62
drop "$g"
settle 4
is "a job without a stream keeps no other from sending" \
	"$(job show "$(field id)" --json | grep -c '"delivered":[1-9]')" 1
ok "nor from printing" test "$(field handed_over)" -gt 0

# Only paper is left of it.
sql "update lot set due_ms = 0; update job set stream = 'woz'"
sql "update job set stream = 'gone', print_close = true where id = '$a'"
h=$dir/three.zip
batch "$h" 30 63
drop "$h"
settle 4
ok "a job whose paper rests keeps no other from printing" \
	test "$(field handed_over)" -gt 0
sql "update lot set due_ms = 0; update job set stream = 'woz'"
settle 6
is "back in the jobs file it goes on: nothing lost, twice, both or mixed" \
	"$(MUST_END=1 count "$f.truth.csv:$g.truth.csv:$h.truth.csv" |
		tail -4 | tr '\n' ' ')" "lost 0 twice 0 both 0 mixed 0 "

# The documents of a job are away: its lots rest, those of others go.
listen_stop
k=$dir/four.zip
batch "$k" 30 64
drop "$k"
once
b=$(field id)
mv "$dir/spool/work/$b" "$dir/away"
listen_start
l=$dir/five.zip
batch "$l" 30 65
drop "$l"
settle 4
ok "documents that are away keep no other job from sending" \
	test "$(field delivered)" -gt 0
mv "$dir/away" "$dir/spool/work/$b"
sql "update lot set due_ms = 0"
settle 6
is "and when they are back it goes on" \
	"$(MUST_END=1 count "$f.truth.csv:$g.truth.csv:$h.truth.csv:$(
		)$k.truth.csv:$l.truth.csv" | tail -4 | tr '\n' ' ')" "lost 0 twice 0 both 0 mixed 0 "
finish
