#!/bin/sh
# Two persons let a job go: two different ones, who type how many letters, and
# only as long as the job is what the first one looked at.
. tests/run/lib.sh
. tests/run/persons.sh
[ "$(id -u)" = 0 ] || skip_all "only root can be other users"
house
persons 'release: two-persons'
batch "$dir/a.zip" 12 1
drop "$dir/a.zip"
once
a=$(field id)
for p in daemon man; do
	ok "$p may release" job person add $p --may release --reason test
done
ok "lp may look" job person add lp --may look --reason test
ok "lp may operate" job person add lp --may operate --reason test
why=--reason=seen
state() { job show "$a" --json | sed 's/.*"state":"\([^"]*\)".*/\1/'; }
consents() { job show "$a" --json | sed 's/.*"consents":\([0-9]*\).*/\1/'; }
said() { # said "sentence" EXIT PATTERN command...
	_s=$1 _x=$2 _p=$3
	shift 3
	_out=$("$@" 2>&1)
	is "$_s: exit $_x" $? "$_x"
	like "$_s: is said" "$_out" "$_p"
}

like "list says that it takes two" "$(job list)" 'two persons look at it'
said "a number has to be typed" 2 "needs --letters N" \
	as daemon release "$a" "$why"
said "and it is that of the letters" 9 "MOBB-1329: .*not the 11 letters" \
	as daemon release "$a" --letters 11 "$why"
is "nobody has agreed yet" "$(consents)" 0
said "the first person agrees" 0 "waits for a second person" \
	as daemon release "$a" --letters 12 "$why"
is "the job is held" "$(state)" held
like "show says that it waits" "$(job show "$a")" 'waits for a second person'
like "list too" "$(job list)" 'waits for a second person'
said "the same person is not two" 9 "MOBB-1328: .*daemon agreed at" \
	as daemon release "$a" --letters 12 "$why"
like "nor with psql" "$(pg daemon "update job set state = 5")" \
	'ERROR:.*released by 2 persons'
like "nor as somebody else" "$(pg daemon "insert into consent (job_no, person, \
	letters, mark, reason, at_ms) select number, 'man', 12, '', 'x', 0 \
	from job; insert into event (at_ms, job, person, what, text) values \
	(0, '', 'man', 'x', 'x'); update job set state = 5")" \
	'ERROR:.*released by 2 persons'
like "nor who may not release" "$(pg lp "insert into consent (job_no, person, \
	letters, mark, reason, at_ms) select number, 'lp', 12, '', 'x', 0 \
	from job")" 'ERROR:.*may not release'
like "nor without a word about it" "$(pg man "insert into consent (job_no, \
	person, letters, mark, reason, at_ms) select number, '', 12, '', 'x', \
	0 from job")" 'ERROR:.*not recorded'
like "nor for another number" "$(pg man "insert into consent (job_no, \
	person, letters, mark, reason, at_ms) select number, '', 11, '', 'x', \
	0 from job")" 'ERROR:.*11 letters were typed'
like "nobody withdraws it for another" "$(pg man "update consent set \
	withdrawn_ms = 1")" "ERROR:.*consent of daemon"
is "one agrees" "$(consents)" 1

said "it is taken back" 0 "does not agree any more" \
	as daemon release "$a" --withdraw "$why"
is "then nobody agrees" "$(consents)" 0
said "and again" 0 "waits for a second" \
	as daemon release "$a" --letters 12 "$why"

# The job changes: a letter is withdrawn.
sql "update job set n_withdrawn = n_withdrawn + 1, n_paper = n_paper - 1"
is "what was agreed to is not that job any more" "$(consents)" 0
said "so the second is the first" 0 "man agrees to 11 letters; it waits" \
	as man release "$a" --letters 11 "$why"
# A week passes.
sql "alter table consent disable trigger user;
	update consent set at_ms = at_ms - 7 * 86400000::bigint;
	alter table consent enable trigger user"
is "after seven days it counts no more" "$(consents)" 0
said "the first again" 0 "it waits for a second" \
	as man release "$a" --letters 11 "$why"
sql "update job set n_withdrawn = n_withdrawn - 1, n_paper = n_paper + 1"
said "back as it was before counts from new" 0 "man agrees to 12 letters" \
	as man release "$a" --letters 12 "$why"
ok "who agreed loses the right" job person remove man --may release \
	--reason "another job"
is "and does not count any more" "$(consents)" 0
ok "given back" job person add man --may release --reason "a mistake"
is "it counts again" "$(consents)" 1
said "a dry run of the second changes nothing" 0 \
	"would be: .*released by daemon and man" \
	as daemon release "$a" --letters 12 --dry-run
said "the second person lets it go" 0 "released by daemon and man" \
	as daemon release "$a" --letters 12 "$why"
is "it goes" "$(state)" released
like "both are recorded, with the number" "$(job events "$a")" \
	'daemon +consent +12 letters: seen'
like "both" "$(job events "$a")" 'man +consent +12 letters: seen'
settle
count "$dir/a.zip.truth.csv" >"$dir/count.out" 2>&1
is "every letter went to one place" "$?" 0
finish
