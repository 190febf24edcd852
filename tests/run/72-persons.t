#!/bin/sh
# Persons: what each may, with mobbjob and with psql, is kept by the database.
. tests/run/lib.sh
. tests/run/persons.sh
[ "$(id -u)" = 0 ] || skip_all "only root can be other users"
house
persons 'release: person' 'shared_logins: [news]'
batch "$dir/a.zip" 12 1
drop "$dir/a.zip"
once
batch "$dir/b.zip" 6 2
drop "$dir/b.zip"
once
a=$(job list --json | sed -n '2s/.*"id":"\([^"]*\)".*/\1/p')
b=$(job list --json | sed -n '1s/.*"id":"\([^"]*\)".*/\1/p')
# The second is of another sender.
sql "update job set sender = 'ander' where id = '$b'"

give() { ok "$1 gets the right to $*" job person add "$@" --reason test; }
give games --may look
give man --may operate
give daemon --may release --sender voorbeeld
ok "a right for a sender that has no job yet" \
	job person add mail --may look --sender voorbeeld --reason test
ok "and it goes again" job person remove mail --reason test
sql "select mobb_person_add('mail', 'look', 'ander')"
is "a shared login gets no more than look" \
	"$(job person add news --may operate --reason t 2>&1 | head -1 |
		cut -d: -f1-2)" "mobbjob: MOBB-1327"
sql "select mobb_person_add('news', 'release', '')"
like "who may what is listed" "$(job person list)" \
	'^daemon +release +voorbeeld'

# --- mobbjob ---

refused() { # refused "sentence" MOBB-NNNN USER command...
	_s=$1 _c=$2 _w=$3
	shift 3
	_out=$(as "$_w" "$@" 2>&1)
	is "$_s: exit 9" $? 9
	like "$_s: says why" "$_out" "$_c"
}
why=--reason=seen
refused "who has no role is nobody" MOBB-1326 lp list
refused "who may look does not release" MOBB-1304 games release "$a" "$why"
refused "who may operate does not release" MOBB-1304 man release "$a" "$why"
refused "who may release for one does not for another" MOBB-1304 \
	mail release "$b" "$why"
refused "root is a shared login" MOBB-1327 root release "$a" "$why"
is "sudo does not help: it is root" \
	"$(SUDO_USER=daemon job release "$a" "$why" 2>&1 | grep -c MOBB-1327)" 1
refused "so is who the jobs file says" MOBB-1327 news release "$a" "$why"
refused "root does not hold either" MOBB-1327 root hold "$a" "$why"
ok "root may look" job show "$a"
ok "and ask what would happen" job release "$a" --dry-run
is "who may look sees all jobs" "$(as games list --plain | grep -c WOZ\\\|woz)" 2
is "of one sender, only that one's" "$(as mail list --plain | cut -f1)" "$b"
is "the others are not there" "$(as mail show "$a" >/dev/null 2>&1; echo $?)" 10
like "letters are shown with the end of the citizen number" \
	"$(as games letters "$a")" '\*\*\*\*\*\*[0-9]{3}'
is "the same end as its owner sees" "$(as games letters "$a" --plain)" \
	"$(job letters "$a" --plain)"
ok "and each letter says why" as games why "$a/1"
ok "and the report is there" as games report "$a"
refused "letters are opened by those who decide" MOBB-1304 \
	games sample "$a" -o "$dir/tmp/x" "$why"
mkdir -m 1777 "$dir/tmp"
# The batch file is for the group of the daemon.
ok "who operates, and is in the daemon's group, does" setpriv --reuid man \
	--regid man --groups 0 "$dir/bin/mobbjob" -f "$dir/jobs.yaml" sample "$a" \
	-n 3 -o "$dir/tmp/s" "$why"
ok "and sees what the citizen sees" grep -q "Geachte\|WOZ" \
	"$dir/tmp/s/index.html"
is "each is recorded by the database" \
	"$(job events "$a" | grep -c 'man  *letters shown')" 3
ok "a reason is needed" sh -c \
	"! setpriv --reuid daemon $dir/bin/mobbjob -f $dir/jobs.yaml release $a"

# --- psql ---

no() { # no "sentence" USER PATTERN SQL
	_out=$(pg "$2" "$4")
	like "$1" "$_out" "ERROR:.*$3"
}
no "citizen numbers are not to be read" games 'permission denied' \
	"select bsn from letter"
no "nor what the citizen reads" games 'permission denied' \
	"select subject, body, address from letter"
part=$(sql "select 'letter_m' || part from letter limit 1")
no "nor round the back" games 'permission denied' \
	"select reference from $part"
no "nor the whole row" games 'permission denied' "select l from letter l"
no "nor opens a letter who only looks" games 'may not see letters' \
	"select * from letter_open(1, '{1}')"
is "a letter opened for a look" "$(pg man "select subject <> '' from \
	letter_open((select number from job where id = '$a'), '{1}')")" t
like "is recorded" "$(job events "$a" | tail -1)" 'man +letters shown +records 1'
no "not for another sender" mail 'may not see letters' \
	"select * from letter_open(1, '{1}')"
is "who looks for one sender sees no row of another" \
	"$(pg mail "select count(*) from job where id = '$a'; \
		select count(*) from letter where job_no = 1; \
		select count(*) from letter_now where job_no = 1; \
		select count(*) from event where job = '$a'")" "0
0
0
0"
is "and the rows of that one" \
	"$(pg mail "select count(*) from letter_now")" 6
no "who looks changes nothing" games 'row-level security' \
	"update job set state = 5; insert into receipt (lot_no, job_no, record, \
	attempt_no, state, at_ms) values (0, 1, 1, 0, 14, 0)"
is "not even a row" "$(pg games "update job set state = 5" 2>&1)" ""
is "really not" "$(field state)" held
no "who operates does not release" man 'may not release' \
	"update job set state = 5"
no "nor makes a job settled" man 'no person makes' "update job set state = 8"
no "nor changes what is not to be changed" man 'permission denied' \
	"update job set letters = 1"
no "nor the rules" man 'permission denied' "update job set persons = 0"
no "nor the counts" man 'do not add up' "begin; insert into event (at_ms, job, \
	person, what, text) values (0, '', '', 'x', 'x'); update job set \
	n_held = n_held + 1, n_box = n_box - 1 where n_box > 0; commit"
no "nor anything in silence" man 'not recorded' \
	"update job set print_close = true"
no "nor a letter to where it cannot go" man 'no person makes' \
	"insert into receipt (lot_no, job_no, record, attempt_no, state, at_ms) \
	values (0, 1, 1, 0, 12, 0)"
no "nor under another name" man 'permission denied' "set role mobb"
no "nor as another" man 'permission denied' "set session authorization mobb"
no "nor a table of its own" man 'permission denied' "create table t (a int)"
no "nor rights" man 'permission denied|must have' \
	"select mobb_person_add('man', 'release', '')"
pg man "insert into event (at_ms, job, person, what, text) values \
	(1, '', 'daemon', 'note', 'by somebody else')" >/dev/null
like "an event has the name of who wrote it, and the time" "$(job events)" \
	"^20[2-9][0-9].* man +note +by somebody else"
no "the owner does not release past the persons" root 'shared|several people' \
	"update job set state = 5"

# --- and it works ---

ok "who may release does" as daemon release "$a" "$why"
like "it is recorded with the name of the database session" \
	"$(job events "$a")" 'daemon +released +seen'
is "and in the job" "$(job show "$a" --json |
	sed 's/.*"released_by":"\([^"]*\)".*/\1/')" daemon
is "nothing of another sender is in reach" "$(pg daemon \
	"update job set state = 5 where id = '$b' returning id")" ""
ok "who operates holds" as man hold "$a" "$why"
refused "and does not let go" MOBB-1304 man release "$a" "$why"
ok "who releases does" as daemon release "$a" "$why"
ok "a stream is held by who may" as man hold --stream woz "$why"
no "and not let go by who may not" man 'x' \
	"delete from stop; select 'x'::int"
is "it is still there" "$(sql 'select count(*) from stop')" 1
ok "but by who may" as daemon release --stream woz "$why"
# --- what docs/personen.md says is so ---

MOBB_JOBS=$dir/jobs.yaml
export MOBB_JOBS
for p in games man daemon; do
	job person remove $p --reason "only those of the page" >/dev/null
done
sql "drop role mail; drop role news"
sed -n '/^## 2/,/^## 3/s/^    //p' docs/personen.md >"$dir/page"
grep '^\$' "$dir/page" | while read -r _ line; do
	echo "$ $line"
	eval "$line" 2>&1
done >"$dir/ran"
ok "every command of the page says what the page says" \
	diff "$dir/page" "$dir/ran"
ok "setup is for a server of others" sh -c '! mobbjob person setup'
settle
is "the job ends as ever" "$(field state | sed 's/held/x/')" x
like "and the daemon is not in the way of anybody" \
	"$(job show "$a" --json)" '"state":"(awaiting results|settled)"'
finish
