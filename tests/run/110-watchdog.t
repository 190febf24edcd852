#!/bin/sh
# What systemd hears: ready when the roles work, fed while they all move, not fed
# while one is stuck; and the units are ones that systemd takes.
. tests/run/lib.sh
house
fake=$dir/notify
cc -D_POSIX_C_SOURCE=200809L -o "$dir/fake" tests/run/notify.c || exit 1
"$dir/fake" "$fake" "$dir/heard" &
pids="$pids $!"
wait_for 10 test -S "$fake"
listen_stop
NOTIFY_SOCKET=$fake WATCHDOG_USEC=1000000 mobbd -f "$dir/jobs.yaml" \
	>"$dir/service.log" 2>&1 &
service=$!
pids="$pids $service"
ok "it says when it is ready" wait_for 30 grep -q 'READY=1' "$dir/heard"
like "when it listens already" "$(cat "$dir/service.log")" 'listening on'
fed() { grep -c 'WATCHDOG=1' "$dir/heard"; }
more() { [ "$(fed)" -gt "$n" ]; }
n=$(($(fed) + 3))
ok "and feeds the watchdog again and again" wait_for 20 more
is "nobody else has the socket" "$(tr '\0' '\n' </proc/$(pgrep -f \
	"mobbd -f $dir/jobs.yaml --role keeper")/environ |
	grep -c 'NOTIFY_SOCKET\|WATCHDOG')" 0
# Between two steps; it gives a sign of life each second.
keeper=$(pgrep -f "mobbd -f $dir/jobs.yaml --role keeper")
kill -STOP "$keeper"
ok "a role that is stopped is told" \
	wait_for 30 grep -q 'keeper does not move' "$dir/service.log"
n=$(fed)
sleep 3
is "and the watchdog is not fed any more" "$(fed)" "$n"
like "systemctl status says so" "$(tail -1 "$dir/heard")" 'STATUS=a role is stuck'
kill -CONT "$keeper"
ok "when it moves again, it is fed again" wait_for 20 more
NOTIFY_SOCKET=$fake WATCHDOG_USEC=1000000 mobbd -f "$dir/jobs.yaml" \
	>"$dir/second.log" 2>&1 &
second=$!
pids="$pids $second"
ok "a second one that waits for the first is ready as well" \
	wait_for 20 grep -q 'STATUS=waits' "$dir/heard"
kill "$second"
kill "$service"
wait "$service"
is "SIGTERM ends it with 0" $? 0
like "and it said so" "$(cat "$dir/heard")" 'STOPPING=1'

if command -v systemd-analyze >/dev/null; then
	mkdir "$dir/units"
	for u in "$top"/contrib/systemd/*; do
		sed -e "s|/usr/local/sbin/mobbd|$MOBB_BUILD/mobbd|" \
			-e '/^Documentation=/d' "$u" >"$dir/units/$(basename "$u")"
	done
	for u in "$dir"/units/*; do
		is "systemd takes $(basename "$u")" "$(SYSTEMD_UNIT_PATH=$dir/units: \
			systemd-analyze verify --man=no "$u" 2>&1 |
			grep "mobb")" ""
	done
fi
finish
