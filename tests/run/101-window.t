#!/bin/sh
# Outside a window no lot begins, by the clock of the machine or by that of the
# database; inside it all goes.  Judged by what the other side received, and when.
. tests/run/lib.sh

# The time on the wall in Amsterdam, N minutes from now.
wall() { TZ=Europe/Amsterdam date -d "$1 minutes" +%H:%M; }
lots() { awk -F';' 'NR > 1 && $6 > 0' "$dir/sim/posts.csv" 2>/dev/null | wc -l; }
window() { # window HH:MM HH:MM: of the endpoint
	sed -i '/^    window:/d' "$dir/jobs.yaml"
	sed -i "/^ *environment: simulator/a\\    window: [\"$1-$2\"]" \
		"$dir/jobs.yaml"
}
once_at() { # once_at SECONDS: with a wall clock that is so much ahead
	LD_PRELOAD=$dir/late.so LATE_SECONDS=$1 \
		timeout 150 mobbd -f "$dir/jobs.yaml" --once \
		>>"$dir/once.log" 2>&1
	code=$?
}

house
${CC:-gcc} -shared -fPIC -O1 -o "$dir/late.so" tests/run/late.c -ldl || exit 1
f=$dir/woz.zip
batch "$f" 40 101

window "$(wall +120)" "$(wall +180)"
opens=$(wall +120)
drop "$f"
once
is "outside the window work is left" "$code" 12
is "and no lot arrived" "$(lots)" 0
like "the run says why" "$(cat "$dir/once.log")" \
	"letters wait for the window: opens .*$opens"
like "who has a box was asked all the same" "$(job list --json)" \
	'"state":"sending"'
like "show says when it opens" "$(job show "$(field id)")" \
	"window +waits for the window: opens .*$opens"
like "and so does list" "$(job list)" \
	"stream woz: waits for the window: opens .*$opens"
like "also for programs" "$(job list --json)" '"schema":"mobb.window/1"'

once_at 9000
is "a machine's clock that jumped into the window lets nothing go" "$(lots)" 0
window "$(wall -60)" "$(wall +60)"
once_at -9000
is "nor one that jumped out of it, when the database's is in" "$(lots)" 0

# It opens at the next full minute of both clocks; five seconds from then.
job database stop >/dev/null 2>&1
shift_s=$((55 - $(date +%-S)))
now=$(($(date +%s) + shift_s))
window "$(TZ=Europe/Amsterdam date -d "@$((now + 5))" +%H:%M)" \
	"$(TZ=Europe/Amsterdam date -d "@$((now + 3600))" +%H:%M)"
open_at=$(((now + 59) / 60 * 60 - shift_s))
once_at "$shift_s"
like "a window that opens soon is waited for" "$code" '^(0|3|12)$'
ok "then lots arrive" test "$(lots)" -gt 0
first=$(awk -F';' 'NR > 1 && $6 > 0 { print $1 }' "$dir/sim/posts.csv" |
	sort | head -1)
ok "and not one before it opened ($first)" \
	test "$(date -d "$first" +%s)" -ge "$open_at"
job database stop >/dev/null 2>&1
settle
is "all arrived, once" "$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
