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
finish
