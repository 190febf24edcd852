#!/bin/sh
# Lanes: an urgent job of 500 letters that is dropped in the middle of a large run
# of the bulk lane leaves at the next lot, and is acknowledged within the time of
# one lot and a minute; judged by the receiver's clock.
. tests/run/lib.sh
house
# 180000/h is 50 letters a second; lots of 100: one in two seconds.
sed -i -e 's/letters: [0-9]*\/h/letters: 180000\/h/' \
	-e 's/in_flight: 2/in_flight: 2\n    lot_letters: 100/' \
	-e 's/^  - name: woz$/&\n    lane: bulk/' "$dir/jobs.yaml"
cat >>"$dir/jobs.yaml" <<'EOT'
  - name: spoed
    title: Spoed
    sender: voorbeeld
    endpoint: simulator
    printer: drukker
    format: woz-biljet/1
    type: WOZ
    lane: urgent
    release: automatic
EOT
mkdir -p "$dir/spool/in/spoed"
f=$dir/woz.zip
g=$dir/spoed.zip
batch "$f" 1600 31
batch "$g" 500 32
drop "$f"
mobbd -f "$dir/jobs.yaml" >"$dir/service.log" 2>&1 &
service=$!
pids="$pids $service"
posts() { [ "$(grep -c ebms "$dir/sim/posts.csv" 2>/dev/null)" -ge "$1" ]; }
wait_for 60 posts 3
dropped=$(date -u +%s)
drop "$g" spoed
split() { sql "select 1 from job where file = 'spoed.zip' and lots > 0" | grep -q 1; }
wait_for 60 split
cut=$(date -u +%H:%M:%S)
done_() { [ "$(sql "select lots > 0 and lots = lots_acknowledged from job
	where file = 'spoed.zip'")" = t ]; }
ok "the urgent job is acknowledged while the run goes on" wait_for 60 done_
is "the run is not over" "$(sql "select lots > lots_acknowledged from job
	where file = 'woz.zip'")" t
# Lots of the run that began after the urgent one was ready and before its last.
batches=$(sql "select o.batch_id from lot o join job j on j.number = o.job_no
	where j.file = 'spoed.zip' and not o.print" | tr '\n' '|' | sed 's/|$//')
awk -F';' -v cut="$cut" -v urgent="^($batches)\$" '
	NR > 1 && $6 > 0 && substr($1, 12, 8) >= cut {
		if ($5 ~ urgent) { between += waiting; waiting = 0; n++ }
		else waiting++
	}
	END { print n + 0, between + 0 }' "$dir/sim/posts.csv" >"$dir/judged"
echo "# urgent lots, lots of the run between: $(cat "$dir/judged")"
last=$(grep -E ";($batches);" "$dir/sim/posts.csv" | cut -d';' -f2 | sort |
	tail -1)
took=$(($(date -u -d "$last" +%s) - dropped))
echo "# acknowledged $took s after it was dropped"
ok "within the two seconds of a lot and a minute" test "$took" -le 62
ok "at most one lot of the run went before it" \
	awk '{ good = $1 > 0 && $2 <= 1 } END { exit !good }' "$dir/judged"
kill $service
wait $service 2>/dev/null
settle
is "nothing lost, twice, in both or mixed" \
	"$(MUST_END=1 count "$f.truth.csv:$g.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
