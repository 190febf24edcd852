#!/bin/sh
# What waits for too long becomes visible: once as an event, and on one list
# until its cause is gone.
. tests/run/lib.sh
house dark
sed -i -e 's/^    release: automatic/    release: person\n    hold_within: 1s/' \
	-e 's/^    receipts: none/&\n    posted_within: 0/' \
	-e 's/^    environment: simulator/&\n    result_within: 1s/' \
	"$dir/jobs.yaml"
awk '/^senders:/ { s = 1 } /^endpoints:/ { s = 0 }
	s && /result_within:/ { next } { print }' \
	"$dir/jobs.yaml" >"$dir/j" && mv "$dir/j" "$dir/jobs.yaml"
grep -q posted_within "$dir/jobs.yaml" ||
	sed -i '/^printers:/,/^streams:/s/^  - name: .*/&\n    posted_within: 0/' \
		"$dir/jobs.yaml"
listen_start
printf 'every 1 result late 20s\n' >"$dir/plan"
sim_start --faults "$dir/plan"
is "nothing needs a person yet" "$(job needs)" "nothing needs a person"
batch "$dir/a.zip" 40 400
drop "$dir/a.zip"
once
is "a held job is on the list" "$(job needs --plain | cut -f2,5)" \
	"job	MOBB-1305"
is "with its command" "$(job needs --json | grep -c "mobbjob release $(field id)")" 1
sleep 2
once
once
is "held for too long: told once" \
	"$(job events "$(field id)" | grep -c 'needs a person.*MOBB-1313')" 1
like "and it says so" "$(job needs)" 'held for too long.*MOBB-1313'
ok "a person lets it go" job release "$(field id)" --reason "looked"
timeout 60 mobbd -f "$dir/jobs.yaml" >>"$dir/mobbd.log" 2>&1 &
pids="$pids $!"
acknowledged() { [ "$(field lots_acknowledged)" != 0 ]; }
wait_for 30 acknowledged
sleep 2
like "acknowledged, and no result: on the list" "$(job needs)" \
	'results .*acknowledged, and no result.*MOBB-2207'
like "the bare list shows it too" "$(job)" 'MOBB-2207'
settled() { [ "$(field offered)" = 0 ] && [ "$(field handed_over)" != 0 ]; }
wait_for 60 settled
sleep 1
is "when the result has come it is gone" \
	"$(job needs --json | grep -c MOBB-2207)" 0
like "a bundle that nobody says was posted" "$(job needs)" \
	'bundle .*MOBB-1314'
bundle=$(job needs --json | sed -n 's/.*mobbjob posted \([^ ]*\) .*/\1/p')
ok "its command, with a day" job posted "$bundle" --date "$(date +%F)" \
	--reason "by telephone"
is "resolves it" "$(job needs --json | grep -c MOBB-1314)" 0
ok "a sender is held" job hold --sender \
	"$(field sender)" --reason "certificate lost"
like "and on the list until it is released" "$(job needs)" \
	'sender .*certificate lost'
ok "released" job release --sender "$(field sender)" --reason "found"
is "the list is empty again" "$(job needs)" "nothing needs a person"
finish
