#!/bin/sh
# Dates on which nothing begins, from a file of their own; hours of a printer; and
# what is wrong in them is named.
. tests/run/lib.sh
lots() { awk -F';' 'NR > 1 && $6 > 0' "$dir/sim/posts.csv" 2>/dev/null | wc -l; }
bundles() { ls "$dir"/spool/print/out/*.ready 2>/dev/null | wc -l; }
day() { TZ=Europe/Amsterdam date -d "$1" +%Y-%m-%d; }
house
f=$dir/woz.zip
batch "$f" 40 107
cp "$dir/jobs.yaml" "$dir/good.yaml"

sed -i '/^spool:/a blackout_file: closed-days.txt' "$dir/jobs.yaml"
printf '# The office is closed.\n31-12-2026\n' >"$dir/closed-days.txt"
once
is "a date that is none is a mistake" "$code" 4
like "its file and line are named, and what to do" "$(cat "$dir/once.log")" \
	'MOBB-1370 .*closed-days.txt:2'
printf '# The office is closed.\n%s..%s # today\n' "$(day yesterday)" \
	"$(day tomorrow)" >"$dir/closed-days.txt"
drop "$f"
once
is "on a closed day nothing leaves, to box or printer" \
	"$code $(lots) $(bundles)" "12 0 0"
like "it says until when" "$(job list)" \
	'stream woz: waits for the window: opens .*00:00; paper waits'

# The printer is closed, the box is not.
cp "$dir/good.yaml" "$dir/jobs.yaml"
sed -i "/^  - name: drukker/a\\    hours: [\"$(
	TZ=Europe/Amsterdam date -d '+2 hours' +%H:%M)-$(
	TZ=Europe/Amsterdam date -d '+3 hours' +%H:%M)\"]" "$dir/jobs.yaml"
once
wait_for 30 sh -c "[ \$(grep -c . '$dir/sim/ledger.csv') -gt 20 ]"
once
ok "outside the printer's hours lots leave" test "$(lots)" -gt 0
is "and no bundle does" "$(bundles)" 0
like "show says so" "$(job show "$(field id)")" \
	"window +paper waits for the printer's hours: open"

sed -i 's/^    hours:.*/    hours: ["22:00-22:00"]/' "$dir/jobs.yaml"
: >"$dir/once.log"
once
is "hours of nothing are a mistake" "$code" 4
like "with line and column" "$(cat "$dir/once.log")" \
	'MOBB-1370 .*jobs.yaml:[0-9]+:[0-9]+.*never be open'
like "that is explained" "$(job explain 1370)" 'mon-fri 07:00-22:00'

cp "$dir/good.yaml" "$dir/jobs.yaml"
settle
is "nothing lost, twice, in both or mixed" \
	"$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
