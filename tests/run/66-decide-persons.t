#!/bin/sh
# Cancel and resolve by persons: the database lets who operates, for their
# senders, and nobody else; and what they do adds up.
. tests/run/lib.sh
. tests/run/persons.sh
[ "$(id -u)" = 0 ] || skip_all "only root can be other users"
house dark
sed -i 's|^    in_flight: 2|    in_flight: 4\n    lot_letters: 10|' "$dir/jobs.yaml"
persons 'release: person'
echo 'nth 1 request code PublicatieDatumLigtTeVerInDeToekomst 6' >"$dir/plan"
sim_start --faults "$dir/plan"
listen_start
f=$dir/a.zip
batch "$f" 60 660
drop "$f"
once
id=$(field id)
ok "a person who operates" job person add man --may operate --reason test
ok "one who releases" job person add daemon --may release --reason test
ok "one who looks" job person add games --may look --reason test
why=--reason=test
refused() {
	_s=$1 _w=$2
	shift 2
	_out=$(as "$_w" "$@" 2>&1)
	is "$_s" $? 9
}
awk -F';' 'NR > 1 && $4 == "box" { print $2 }' "$f.truth.csv" >"$dir/box"
sed -n 1,2p "$dir/box" >"$dir/two"
chmod 644 "$dir/two"
one=$(sed -n 3p "$dir/box")
refused "who looks does not cancel" games cancel "$one" "$why"
refused "who releases does not cancel" daemon cancel "$one" "$why"
refused "root does not" root cancel "$one" "$why"
ok "but may see what would be" job cancel "$one" --dry-run
ok "who operates cancels a letter" as man cancel "$one" "$why"
ok "and a list" as man cancel "$id" --refs "$dir/two" "$why"
is "three are withdrawn" "$(field withdrawn)" 3
like "in his name" "$(job why "$one")" 'cancelled by man: 1 letters'
as daemon release "$id" "$why" >/dev/null
once
wait_held() { once; [ "$(field letters_held)" = 6 ]; }
ok "letters are held" wait_for 30 wait_held
job letters "$id" --json | grep '"state":"held"' |
	sed -n 's/.*"reference":"\([^"]*\)".*/\1/p' >"$dir/held"
refused "who looks does not resolve" games resolve "$(sed -n 1p "$dir/held")" \
	--as paper "$why"
ok "as paper" as man resolve "$(sed -n 1p "$dir/held")" --as paper "$why"
ok "as delivered" as man resolve "$(sed -n 2p "$dir/held")" --as delivered "$why"
ok "as withdrawn" as man resolve "$(sed -n 3p "$dir/held")" --as withdrawn "$why"
sed -n 4,6p "$dir/held" >"$dir/three"
chmod 644 "$dir/three"
ok "as resend" as man resolve "$id" --refs "$dir/three" --as resend --letters 3 "$why"
settle 5
is "nobody is asked any more" "$(field letters_held)" 0
like "what left is named to him as well" "$(as man cancel "$id" --dry-run 2>&1)" \
	'BatchID [0-9a-f-]{36}'

# Of what is leaving, psql can take back no more than mobbjob.
h=$dir/c.zip
batch "$h" 20 662
drop "$h"
once
sim_stop
as daemon release "$(field id)" "$why" >/dev/null
once
sql "update attempt set state = 1 where state = 2"
no() { # no "sentence" SQL
	like "$1" "$(pg man "begin; insert into event (at_ms, job, person, what, \
		text) values (0, '', '', 'x', 'x'); $2; commit")" \
		'ERROR:.*(no person|may have left)'
}
is "a lot is leaving" "$(sql "select count(*) > 0 from lot where state = 2")" t
no "none of its letters goes on paper" "insert into receipt (lot_no, job_no, \
	record, attempt_no, state, at_ms) select p.lot_no, p.job_no, p.record, \
	0, 3, 0 from place p join lot o on o.number = p.lot_no \
	where o.state = 2 limit 1"
no "nor is it given up" "update attempt set state = 7 where state = 1"
no "nor taken back" "update lot set state = 1 where state = 2"
sql "update attempt set state = 2 where state = 1"
no "nor posted once more" \
	"update attempt set next_post_ms = 1 where state = 2"
sim_start
g=$dir/b.zip
batch "$g" 20 661
drop "$g"
once
ok "a whole job" as man cancel "$(field id)" "$why"
is "is cancelled" "$(field state)" cancelled
finish
