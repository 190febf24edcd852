#!/bin/sh
# Who is in the limited production run: a list, a seed; and never more than was
# allowed, with two jobs at once and a mobbd that is killed again and again.
. tests/run/lib.sh
. tests/run/persons.sh
[ "$(id -u)" = 0 ] || skip_all "only root can be other users"
${CC:-gcc} -shared -fPIC -O1 -o /tmp/mobb-kill-$$.so tests/run/kill.c -ldl ||
	skip_all "the library cannot be built"
house
mv /tmp/mobb-kill-$$.so "$dir/kill.so"
sed -i "s/^\( *\)environment: simulator/\1environment: production/
	s/^\( *\)key: pki\/ours-client.key/&\n\1environment: production/
	s/^\( *\)type: WOZ/&\n\1lpr: 9/" "$dir/jobs.yaml"
persons 'release: automatic'
job person add daemon --may release --reason test >"$dir/ok.out"
# All letters that the other side or the printer ever had, once each.
had() {
	{
		awk -F';' 'NR > 1 { print $5 }' "$dir/sim/ledger.csv"
		for _z in "$dir"/spool/print/out/*.zip; do
			[ -e "$_z" ] && bsdtar -xOf "$_z" letters.csv |
				sed 1d | cut -d';' -f3
		done
	} | sort -u
}

# --- a list, made before the file comes ---

f=$dir/one.zip
batch "$f" 50 80
awk -F';' '$4 == "box" { b++ } $4 == "paper" { p++ }
	($4 == "box" && b <= 3) || ($4 == "paper" && p <= 2) { print $2 }' \
	"$f.truth.csv" | sort >"$dir/refs"
as daemon lpr woz --refs "$dir/refs" --reason "as agreed with Logius" \
	>"$dir/ok.out" 2>&1
is "a list of 5 is taken" $? 0
drop "$f"
settle 6
is "exactly those leave, to the box and on paper" "$(had)" "$(cat "$dir/refs")"
seq 5 >"$dir/five"
_out=$(as daemon lpr woz --refs "$dir/five" --reason x 2>&1)
is "4 are left: 5 more are refused" "$? $(echo "$_out" | grep -c MOBB-1335)" "3 1"

# --- killed again and again, two jobs at once ---

ok "the 4 that are left, at random by a seed" \
	as daemon lpr woz -n 4 --seed 7 --reason "and some more"
g=$dir/two.zip h=$dir/three.zip
batch "$g" 40 81 --number 2
batch "$h" 40 82 --number 3
drop "$g"
drop "$h"
i=0 died=0
while [ $i -lt 12 ]; do
	rm -f "$dir/kill.count"
	[ $((i % 2)) = 0 ] && when=before || when=after
	LD_PRELOAD=$dir/kill.so KILL_AT=$((20 + 23 * i)) KILL_WHEN=$when \
		KILL_FILE=$dir/kill.count setsid --wait \
		timeout 60 mobbd -f "$dir/jobs.yaml" --once \
		>>"$dir/once.log" 2>&1
	[ $? -gt 100 ] && died=$((died + 1))
	i=$((i + 1))
done
ok "it was killed ($died times)" test "$died" -gt 5
settle 8
is "never more than 9 letters of the stream" "$(had | wc -l)" 9
is "and no less" "$(sql 'select taken from gate')" 9

# --- the rest, exactly ---

ok "production is released" as daemon lpr woz --as open --reason "mail of 3 March"
settle 60 # what was cut off is offered again at its interval
is "nothing lost, twice, in both or mixed" \
	"$(MUST_END=1 count "$f.truth.csv:$g.truth.csv:$h.truth.csv" |
		tail -4 | tr '\n' ' ')" "lost 0 twice 0 both 0 mixed 0 "
finish
