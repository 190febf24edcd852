#!/bin/sh
# Persons and addresses: who operates sees and corrects them, who looks does
# not; and a job is closed by who operates.
. tests/run/lib.sh
. tests/run/persons.sh
[ "$(id -u)" = 0 ] || skip_all "only root can be other users"
house
persons 'release: automatic'
listen_stop
listen_start
f=$dir/index.zip
mobbsim batch --stream index --letters 60 --seed 91 --bad 24 \
	--faults postcode --out "$f" >"$dir/batch.log" 2>&1
drop "$f" parkeren
settle
ok "a person who operates" job person add man --may operate --reason test
ok "one who looks" job person add games --may look --reason test
letter=$(as games address --plain | cut -f 2 | head -1)
like "who looks sees which letters wait" "$letter" '/'
as games address "$letter" >"$dir/o" 2>&1
is "but not their addresses" $? 9
as games address "$letter" --set postcode=1234AB --reason x >"$dir/o" 2>&1
is "and corrects none" $? 9
like "who operates sees it" "$(as man address "$letter")" '  name='
like "which is on record" "$(job events "$(field id)")" 'man .*letters shown'
ok "and corrects it" as man address "$letter" --set postcode=1234AB \
	--reason 'by phone'
like "in his name" "$(as man address "$letter")" 'corrected by man'
like "the database shows nobody else an address" \
	"$(pg games 'select address from letter_address')" 'permission denied'
id=$(field id)
as games report "$id" --close --reason x >"$dir/o" 2>&1
ok "who looks closes no job" test $? != 0
ok "but reads the report" as games report "$id" --html
# What mobbjob does not do, psql does not do either.
ok "one who operates for another sender" \
	sql "select mobb_person_add('mail', 'operate', 'ander')"
sql "insert into receipt_file (name, sha256, said, lot_no, at_ms)
	values ('print-x.ack', '', 1, 0, 1);
	insert into print_alarm (file_no, job_no, lot_no, code, lines, text,
	at_ms) select f.number, j.number, 0, 1363, 1, 'x', 1
	from receipt_file f, job j where j.id = '$id'" >"$dir/o"
said() { # said WHO WHAT: with the event that is wanted
	pg "$1" "begin; insert into event (at_ms, job, person, what, text)
		values (0, '', '', 'x', 'x'); $2; commit" >"$dir/o" 2>&1
}
seen() { sql "select count(*) from print_alarm where seen_ms > 0"; }
said games "update print_alarm set seen_ms = 1"
is "who looks marks no alarm as seen" "$(seen)" 0
is "an alarm of another sender is not there" \
	"$(pg mail 'select count(*) from print_alarm')" 0
said mail "update print_alarm set seen_ms = 1"
is "nor marked as seen" "$(seen)" 0
said man "update print_alarm set seen_ms = 1"
is "who operates does it" "$(seen)" 1
said man "insert into job_closing select number, letters + rejected,
	letters, 0, rejected, 0, 'sum OK', '', 'x', 0 from job where id = '$id'"
like "nobody closes a job that is open" "$(cat "$dir/o")" 'not what the books'
is "so it is not closed" "$(sql 'select count(*) from job_closing')" 0
sql "insert into print_proof (job_no, nth, name, state, records, nr, test,
	made_ms) select number, 1, 'x', 3, '{1}', 1, false, 1 from job
	where id = '$id'"
said man "update print_proof set state = 1"
is "a proof is not made anew behind the back" \
	"$(sql 'select state from print_proof')" 3
said man "update print_proof set state = 6"
is "nor one that was found good" "$(sql 'select state from print_proof')" 3
n=$(sql 'select count(*) from letter_address')
said man "insert into letter_address (job_no, record, address, event_no,
	person, reason, at_ms) select n.job_no, n.record, 'x', 0, '', '', 0
	from letter_now n where n.state = 5 limit 1"
like "the address of a letter that has its end stays" "$(cat "$dir/o")" 'too late'
is "as it is" "$(sql 'select count(*) from letter_address')" "$n"
finish
