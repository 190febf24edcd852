#!/bin/sh
# A forecast is compared with what then happens.
. tests/run/lib.sh
house
sed -i -e 's/bytes: [0-9]*MB\/s/bytes: 2MB\/s/' \
	-e 's/in_flight: 2/in_flight: 2\n    lot_letters: 100/' "$dir/jobs.yaml"
of() { printf '%s\n' "$json" | sed -n "s/.*\"$1\":\"\\{0,1\\}\\([^,\"}]*\\).*/\\1/p"; }
woz() { batch "$1" 400 "$2" --bad 4 --pdf-bytes 25000-35000; }
f=$dir/one.zip
woz "$f" 61
json=$(job forecast "$f" --stream woz --json)
is "of a file: its letters" "$(of letters)" 396
is "and its rejected records" "$(of rejected)" 4
is "without a run before, nobody knows the split" "$(of split_by)" unknown
like "and says so" "$(job forecast "$f" --stream woz)" \
	'box or paper +not known'
is "it will go by itself" "$(of held)" false
mv "$f.totals" "$dir/kept"
like "or wait, with the reason" "$(job forecast "$f" --stream woz)" \
	'release +it will wait for a person: MOBB-1305'
mv "$dir/kept" "$f.totals"
drop "$f"
settle
ran=$(field id)
papers() { awk -F';' '$4 == "paper"' "$1.truth.csv" | wc -l; }
first=$(papers "$f")

# Other citizens: the share of the run before.
g=$dir/two.zip
woz "$g" 62
sql "delete from subscription_list"
json=$(job forecast "$g" --stream woz --json)
is "now by the last run" "$(of split_by)" last_run
is "and by which" "$(of last_run)" "$ran"
is "its share" "$(of split_paper)" "$first"

# Who of them has a box is known: the answers of this morning (65 of 100).
now=$(date +%s%3N)
few=$(awk -F';' 'NR > 1 && $3 != "" {
	printf "%08x", int($3 / 10) * 4 + ($4 != "paper") }' "$g.truth.csv")
sql "insert into subscription_list (environment, sender, type, source, whole,
	asked_ms, applied_ms, asked, yes, no, few)
	values ('simulator', '00000099000000010000', '', 5, false, $now, $now, 0, 0, 0, decode('$few', 'hex'))"
json=$(job forecast "$g" --stream woz --json)
before_paper=$(of split_paper) before_ms=$(of send_ms)
lots=$(of box_lots)
is "then it goes by the register" "$(of split_by)" register
drop "$g"
settle
id=$(field id)
json=$(job show "$id" --json)
is "the share of the last run is the first's" \
	"$(of last_paper_share_permille)" "$(((first * 1000 + 198) / 396))"
off=$(((before_paper - $(papers "$g")) * 1000 / 396))
ok "the split was right within 0.5 points ($before_paper, $(papers "$g"))" \
	test "${off#-}" -le 5
is "and so were the lots" "$(of box_lots)" "$lots"
# From the first byte of its first lot to the last byte of its last: by the
# other side's clock.
awk -F';' 'NR > 1 && $6 > 1 { print $1, $2 }' "$dir/sim/posts.csv" |
	tail -n "$lots" >"$dir/times"
ms() { date -d "$1" +%s%3N; }
from=$(ms "$(head -1 "$dir/times" | cut -d' ' -f1)")
to=$(ms "$(tail -1 "$dir/times" | cut -d' ' -f2)")
took=$((to - from))
off=$(((before_ms - took) * 100 / took))
ok "the time was right within 10 % ($before_ms ms, $took ms)" \
	test "${off#-}" -le 10

# An answer of eight days ago decides nothing.
sql "update subscription_list set asked_ms = asked_ms - 8 * 86400000::bigint"
json=$(job forecast "$g" --stream woz --json)
is "an old answer is not looked at" "$(of split_by)" last_run

# Of a job that was routed it is what it is.
json=$(job forecast "$id" --json)
is "of a job that was routed: as it was" "$(of split_by)" routed
is "to the letter" "$(of split_paper)" "$(papers "$g")"
_out=$(job forecast "$dir/none.zip" --stream woz 2>&1)
is "a file that is not there" $? 4
finish
