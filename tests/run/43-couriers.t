#!/bin/sh
# One courier for each endpoint: what is dead, broken, slow or gone at one costs
# the others nothing; proxies; both kinds of acknowledgment and none.
. tests/run/lib.sh
${CC:-gcc} -O1 -D_GNU_SOURCE -o /tmp/mobb-peer-$$ tests/run/peer.c ||
	skip_all "the other end cannot be built"
house dark
mv /tmp/mobb-peer-$$ "$dir/peer"
ours=$(sed -n 's/^  at: ".*:\([0-9]*\)"/\1/p' "$dir/jobs.yaml")
cp "$dir/pki/root.crt" "$dir/roots.pem"

# room N [OPTION...]: another other side, which speaks to our one listener
room() {
	_r=$dir/r$1
	_n=$1
	shift
	mobbsim init "$_r" --ports auto "$@" >"$dir/init.log" 2>&1 || {
		cat "$dir/init.log"
		exit 1
	}
	sed -i -e "s|https://localhost:[0-9]*/ebms\(\"[^>]*>\)|&|" \
		-e "s/_rehearsal/_rehearsal$_n/" "$_r/cpa.xml"
	_was=$(sed -n 's/^  at: ".*:\([0-9]*\)"/\1/p' "$_r/jobs.yaml")
	sed -i "s/localhost:$_was/localhost:$ours/" "$_r/cpa.xml"
	sed -i -e 's/^result_after:.*/result_after: 0s/' \
		-e 's|^trust:.*|trust: ../roots.pem|' "$_r/sim.yaml"
	cat "$_r/pki/root.crt" >>"$dir/roots.pem"
}
port_of() { sed -n 's/^listen: ".*:\([0-9]*\)"/\1/p' "$dir/r$1/sim.yaml"; }
sim_on() { # sim_on N
	mobbsim serve "$dir/r$1" >"$dir/r$1/sim.log" 2>&1 &
	eval "sim$1=$!"
	pids="$pids $!"
	wait_for 20 grep -q '^ready' "$dir/r$1/sim.log"
}
sim_off() {
	eval "kill -CONT \$sim$1; kill -9 \$sim$1; wait \$sim$1" 2>/dev/null
}

# jobs N...: a jobs file with these; EXTRA_N: more about endpoint N, RELEASE_N
jobs() {
	cat <<HEAD
database: private
spool: spool
site_key: keys/site.key
formats: "$MOBB_FORMATS"
listen:
  at: "127.0.0.1:$ours"
  certificate: pki/ours-server.crt
  key: pki/ours-server.key
  trust: roots.pem
HEAD
	echo senders:
	for _i in "$@"; do
		echo "  - { name: s$_i, oin: \"00000099000000010000\", cpa: r$_i/cpa.xml, certificate: r$_i/pki/ours-client.crt, key: r$_i/pki/ours-client.key }"
	done
	echo endpoints:
	for _i in "$@"; do
		eval "_e=\${extra_$_i:-}"
		echo "  - { name: e$_i, environment: simulator, wus: \"https://localhost:$(port_of "$_i")/wus\", trust: r$_i/pki/root.crt, letters: 3600000/h$_e }"
	done
	echo 'printers:'
	echo '  - { name: drukker, receipts: none }'
	echo streams:
	for _i in "$@"; do
		eval "_e=\${release_$_i:-automatic}"
		echo "  - { name: w$_i, sender: s$_i, endpoint: e$_i, printer: drukker, format: woz-biljet/1, type: WOZ, release: $_e }"
	done
}
serve() {
	mobbd -f "$dir/jobs.yaml" >>"$dir/service.log" 2>&1 &
	service=$!
	pids="$pids $service"
	wait_for 30 grep -q 'listening on' "$dir/service.log"
}
hup() {
	_c=$(grep -c 'reload:' "$dir/service.log")
	kill -HUP $service
	wait_for 20 hupped "$_c"
	sleep 1.5 # roles that end are started again
}
hupped() { [ "$(grep -c 'reload:' "$dir/service.log")" -gt "$1" ]; }
couriers() { pgrep -f -- "$dir/jobs.yaml --role courier" | wc -l; }
courier_of() { pgrep -f -- "$dir/jobs.yaml --role courier .* $1\$"; }
state_of() { sql "select w.word from job j join state_word w on w.noun = 'job'
	and w.state = j.state where j.file = '$1'"; }
is_in() { [ "$(state_of "$1")" = "$2" ]; }
id_of() { sql "select id from job where file = '$1'"; }
# Every box letter of the file has its result, all others are with the printer.
through() { [ "$(sql "select count(*) = 1 and min(n_split + n_box + n_offered
	+ n_unknown + n_resend + n_held + n_paper + n_bundled) = 0
	and min(state) > 4
	from job where file = '$1'")" = t ]; }
reasons() { job lots "$(id_of "$1")" --json | grep -o '"reason":"[^"]*"' | sort -u; }
# What rests for a minute is due now.
rest_over() { sql "update lot set due_ms = 0; update attempt set
	next_post_ms = 1 where state = 2 and posts = 0"; }
truths=
make() { # make N SEED LETTERS: a file for stream wN, dropped
	batch "$dir/f$2.zip" "$3" "$2"
	truths=$truths${truths:+:}$dir/f$2.zip.truth.csv
	drop "$dir/f$2.zip" "w$1"
}
go() { job release "$(id_of "f$1.zip")" --reason test >/dev/null; }
tally() {
	cat "$dir"/r*/sim/ledger.csv >"$dir/ledger.csv"
	MUST_END=1 "$top/tests/run/count" "$truths" "$dir/ledger.csv" \
		"$dir/spool/print/out" >"$dir/tally" 2>&1
	tail -4 "$dir/tally" | tr '\n' ' '
}

for n in 1 2 3 4 5 6 7; do room $n; done
room 8 --interval PT30S # nothing expires while it is away
for n in 1 2 3 4 5 6 7 8; do sim_on $n; done
release_1=person release_2=person release_8=person
jobs 1 2 3 4 5 6 7 8 >"$dir/jobs.yaml"
ok "the jobs file is sound" job check "$dir/jobs.yaml"
serve
ok "a process for each endpoint" wait_for 20 test "$(couriers)" = 8

# --- a peer that is dead in the nasty way: it takes connections, no more ---

make 8 108 60
wait_for 30 is_in f108.zip held
kill -STOP "$sim8"
go 108
sleep 1 # its courier is connecting now
t0=$(date +%s)
for n in 3 4 5 6 7; do make $n 10$n 60; done
for n in 3 4 5 6 7; do wait_for 60 through f10$n.zip; done
t1=$(date +%s)
ok "one is dead: five others are through in $((t1 - t0)) s" \
	test $((t1 - t0)) -le 20
is "while the dead one has nothing" "$(sql "select lots_acknowledged from job
	where file = 'f108.zip'")" 0

# --- a key and a CPA of one sender each ---

make 1 111 60
make 2 112 60
wait_for 30 is_in f111.zip held
wait_for 30 is_in f112.zip held
mv "$dir/r1/pki/ours-client.key" "$dir/r1/pki/kept.key"
cp "$dir/r2/cpa.xml" "$dir/r2/kept.xml"
echo '<rubbish/>' >"$dir/r2/cpa.xml"
hup
go 111
go 112
for n in 3 4 5 6 7; do make $n 11$((n)) 40; done
for n in 3 4 5 6 7; do wait_for 60 through f11$n.zip; done
ok "without a key and a CPA of others, five are through" through f117.zip
rested() { reasons "$1" | grep -q "$2"; }
ok "a lot without a key says so" wait_for 20 rested f111.zip 'ours-client.key'
ok "a lot without a CPA says so" wait_for 20 rested f112.zip 'r2/cpa.xml'
is "the key is missed once in the log of its courier" \
	"$(grep -c 'courier e1: MOBB-1502' "$dir/service.log")" 1
is "and nobody else misses it" \
	"$(grep -v 'courier e1:' "$dir/service.log" | grep -c MOBB-1502)" 0
is "no role has died of it" "$(grep -c 'was ended by' "$dir/service.log")" 0
mv "$dir/r1/pki/kept.key" "$dir/r1/pki/ours-client.key"
mv "$dir/r2/kept.xml" "$dir/r2/cpa.xml"
kill -CONT "$sim8"
hup
rest_over
for f in 108 111 112; do wait_for 60 through f$f.zip; done
ok "with all of them back, the rest goes" through f111.zip
is "nothing lost, twice, in both or mixed" "$(tally)" \
	"lost 0 twice 0 both 0 mixed 0 "

# --- the jobs file changes ---

before=$(pgrep -f -- "$dir/jobs.yaml --role" | tr '\n' ' ')
cp "$dir/jobs.yaml" "$dir/good.yaml"
echo 'nonsense: [' >>"$dir/jobs.yaml"
hup
is "SIGHUP with a wrong jobs file changes nothing" \
	"$(pgrep -f -- "$dir/jobs.yaml --role" | tr '\n' ' ')" "$before"
like "and says so" "$(tail -5 "$dir/service.log")" 'reload: refused'
cp "$dir/good.yaml" "$dir/jobs.yaml"
make 8 128 40
wait_for 30 is_in f128.zip held
sim_off 8
go 128
wait_for 20 grep -q 'courier e8: .*not received' "$dir/service.log"
jobs 1 2 3 4 5 6 7 >"$dir/jobs.yaml"
hup
is "an endpoint less is a courier less" "$(couriers)" 7
ok "what it leaves says why it waits" wait_for 20 \
	rested f128.zip 'no longer has the endpoint'
cp "$dir/good.yaml" "$dir/jobs.yaml"
sim_on 8
hup
is "and back" "$(couriers)" 8
ok "it goes after all" wait_for 60 through f128.zip

# --- one is killed in the middle of a post ---

extra_1=", bytes: 300kB/s" release_1=automatic
jobs 1 2 3 4 5 6 7 8 >"$dir/jobs.yaml"
hup
make 1 131 60
under_way() { [ "$(sql "select count(*) from attempt where state = 1
	and endpoint = 'e1'")" = 1 ]; }
ok "a slow post is under way" wait_for 30 under_way
sleep 0.5
kill -9 "$(courier_of e1)"
make 3 133 40
wait_for 40 through f133.zip
wait_for 90 through f131.zip
ok "its courier is started again and the lot arrives" through f131.zip
is "nothing lost, twice, in both or mixed" "$(tally)" \
	"lost 0 twice 0 both 0 mixed 0 "

# --- out through a proxy ---

mkdir "$dir/proxy"
"$dir/peer" proxy "$dir/proxy" &
pids="$pids $!"
wait_for 10 test -s "$dir/proxy/port"
echo 'rob:geheim woord' >"$dir/proxy.auth"
chmod 604 "$dir/proxy.auth"
extra_1='' extra_2=", proxy: \"http://127.0.0.1:$(cat "$dir/proxy/port")\", proxy_auth: proxy.auth"
release_2=automatic
jobs 1 2 3 4 5 6 7 8 >"$dir/jobs.yaml"
hup
make 2 142 40
ok "a password that everybody can read is not used" wait_for 20 \
	grep -q 'MOBB-1006' "$dir/service.log"
chmod 600 "$dir/proxy.auth"
printf 'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n' \
	>"$dir/proxy/answer"
ok "a proxy that refuses us is said" wait_for 20 grep -q \
	'router: MOBB-2009 .*407, it refuses our name and password' "$dir/service.log"
rm "$dir/proxy/answer"
ok "and through it the service is asked" wait_for 90 through f142.zip
like "the proxy was asked for both, and nothing else" \
	"$(grep '^CONNECT' "$dir/proxy/heads" | sort -u)" \
	"^CONNECT localhost:$(port_of 2) HTTP/1.1.?\$"
release_2=person
jobs 1 2 3 4 5 6 7 8 >"$dir/jobs.yaml"
hup
make 2 143 40
wait_for 30 is_in f143.zip held
printf 'HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n' >"$dir/proxy/answer"
hup # connections that are open would go on
go 143
ok "without a way a lot is not received" wait_for 30 grep -q \
	'courier e2: MOBB-2009 .*the proxy answers 502' "$dir/service.log"
is "and that is no attempt used up" "$(sql "select max(posts) from attempt a
	join lot o on o.number = a.lot_no join job j on j.number = o.job_no
	where j.file = 'f143.zip'")" 0
rm "$dir/proxy/answer"
ok "within seconds it goes" wait_for 60 through f143.zip
is "name and password are in no log" \
	"$(cat "$dir"/*.log | grep -c 'geheim\|cm9iOmdlaGVpbSB3b29yZA')" 0
is "nothing lost, twice, in both or mixed" "$(tally)" \
	"lost 0 twice 0 both 0 mixed 0 "

# --- acknowledgments in the answer, and none at all ---

room 10 --sync
room 11 --best-effort
sim_on 10
sim_on 11
extra_2='' release_2=automatic
jobs 1 2 10 11 >"$dir/jobs.yaml"
hup
make 10 150 60
make 11 151 60
wait_for 60 through f150.zip
wait_for 60 through f151.zip
ok "a synchronous channel" through f150.zip
ok "best effort" through f151.zip
is "each was acknowledged by its answer" \
	"$(grep -c 'courier e1[01]: job .*acknowledged in the answer' "$dir/service.log")" 2
is "nothing lost, twice, in both or mixed" "$(tally)" \
	"lost 0 twice 0 both 0 mixed 0 "

# --- the same bytes, never too soon, not too often ---

mkdir "$dir/record"
"$dir/peer" record "$dir/record" &
pids="$pids $!"
wait_for 10 test -s "$dir/record/port"
room 12 --retries 2 --interval PT3S
sim_on 12
sed -i "s|https://localhost:$(port_of 12)/ebms|http://127.0.0.1:$(cat "$dir/record/port")/ebms|" \
	"$dir/r12/cpa.xml"
extra_12=", plain_http: true"
jobs 1 2 12 >"$dir/jobs.yaml"
hup
batch "$dir/f160.zip" 30 160
drop "$dir/f160.zip" w12
posts() { [ "$(wc -l <"$dir/record/posts")" -ge "$1" ]; }
wait_for 30 posts 1
kill -9 "$(courier_of e12)" # in its post, or just after it
ok "a post nobody answered is made again" wait_for 20 posts 3
sleep 6
is "1 + Retries posts" "$(wc -l <"$dir/record/posts")" 3
is "all of the same bytes" "$(sha256sum "$dir"/record/*.body |
	cut -d' ' -f1 | sort -u | wc -l)" 1
is "never nearer than the interval" \
	"$(awk 'NR > 1 && $1 - was < 3000 { bad++ } { was = $1 } END { print bad + 0 }' \
		"$dir/record/posts")" 0
unknown() { [ "$(sql "select n_unknown from job where file = 'f160.zip'")" -gt 0 ]; }
ok "then the outcome is unknown, and paper is blocked" wait_for 20 unknown
kill $service
wait $service
is "SIGTERM ends it with 0" $? 0

# --- from cron ---

jobs 1 3 8 >"$dir/jobs.yaml"
listen_start
make 8 178 40
once
wait_for 5 is_in f178.zip held
go 178
sim_off 8
make 3 173 40
t0=$(date +%s)
once
t1=$(date +%s)
is "a run with a dead endpoint ends with 12" "$code" 12
# Half a minute after there was something to do, reports included.
ok "in its time ($((t1 - t0)) s)" test $((t1 - t0)) -le 150
mv "$dir/r8/pki/ours-client.key" "$dir/r8/pki/kept.key"
rest_over
once
is "with a key that is missing it ends with 8" "$code" 8
mv "$dir/r8/pki/kept.key" "$dir/r8/pki/ours-client.key"
sim_on 8
rest_over
settle
is "nothing lost, twice, in both or mixed" "$(tally)" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
