#!/bin/sh
# The database is put back to a moment before the split, and the supplier
# drops the file again: nothing is effective twice.
. tests/run/lib.sh
house
f=$dir/woz.zip
batch "$f" 200 5
once
conn=$(job database conninfo)
pgbin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
ok "a dump of the empty books" "$pgbin/pg_dump" -Fc -f "$dir/before.dump" "$conn"
drop "$f"
settle
is "the first run ends well" \
	"$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
listen_stop
ok "restored" "$pgbin/pg_restore" --clean --if-exists -d "$conn" "$dir/before.dump"
is "the books are empty" "$(job list --all --json | wc -l)" 0
listen_start
drop "$f"
settle 10
is "read again: still nothing twice, nothing in both" \
	"$(count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
# The sweep found the file of the first drop; the second came again.
taken() {
	job list --all --json | grep -v '"state":"refused"' | head -1 |
		sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p"
}
n() { count "$f.truth.csv" | sed -n "s/^$1 //p"; }
is "box letters count as delivered, by the journal" "$(taken delivered)" \
	"$(n box)"
is "paper letters wait for a person" "$(taken letters_held)" "$(n paper)"
finish
