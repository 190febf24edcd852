#!/bin/sh
# mobbjob endpoint check: whatever is wrong with a connection has its own line,
# its advice and its exit code; and what is of production can be seen.
. tests/run/lib.sh
house
cp "$dir/jobs.yaml" "$dir/good.yaml"
cp "$dir/cpa.xml" "$dir/good.xml"
port=$(sed -n 's/^listen:.*:\([0-9]*\)"*$/\1/p' "$dir/sim.yaml")
asks() { awk -F';' '$3 == "/ebms"' "$dir/sim/posts.csv" | wc -l; }

# By the program itself, in the foreground; an answer is shared for ten seconds.
look() {
	sql "update request set answered_ms = 1 where answered_ms > 0"
	out=$(timeout 80 mobbd -f "$dir/jobs.yaml" --check-endpoints "$@" \
		2>"$dir/look.err")
	code=$?
}
back() { cp "$dir/good.yaml" "$dir/jobs.yaml" && cp "$dir/good.xml" "$dir/cpa.xml"; }

look
is "all is well: exit 0" "$code" 0
is "and each line is ok" "$(echo "$out" | sed 1d | grep -vc '^  ok  ')" 0
for what in agreement 'our certificate' 'our OIN' 'our listener' 'our address' \
	DNS TCP TLS 'their certificate' 'their OIN' 'TLS client' WUS Ping clock; do
	like "there is a line about $what" "$out" "^  ok    $what +"
done
like "who pushes a Pong has reached our listener" "$out" \
	'Ping .*Pong pushed after .* reaches our listener'
is "no letter and no question about a citizen left for it" \
	"$(asks) $(awk -F';' '$3 == "/wus" && $7 > 0' "$dir/sim/posts.csv" | wc -l)" \
	"1 0"
before=$(asks)
timeout 80 mobbd -f "$dir/jobs.yaml" --check-endpoints >"$dir/again" 2>&1
is "who asks again at once gets the same answer" "$(cat "$dir/again")" "$out"
like "and mobbjob says that it is no new one" "$(job endpoint check)" \
	'found [0-9]+ s ago: within 10 s an answer is shared'
is "and the other side hears nothing of it" "$(asks)" "$before"

# mobbjob cannot send: without a courier nobody looks.
sql "update request set answered_ms = 1"
out=$(job endpoint check --wait 2s)
is "no mobbd: exit 12" "$?" 12
like "no mobbd: says so, and what to do" "$out" 'no mobbd answered within 2 s'
like "no mobbd: where it runs from cron" "$out" 'mobbd --check-endpoints'
like "no mobbd: a program is told too" "$(job endpoint check --wait 1s --json)" \
	'"result":"fail","what":"courier".*"code":"MOBB-2010"'

listen_stop
mobbd -f "$dir/jobs.yaml" >"$dir/service.log" 2>&1 &
service=$!
pids="$pids $service"
wait_for 30 grep -q 'listening on' "$dir/service.log"
sql "update request set answered_ms = 1"
out=$(job endpoint check simulator)
is "by a courier of the service: exit 0" "$?" 0
is "by a courier of the service: all is well" \
	"$(echo "$out" | grep -c '^  ok  ')" 14
out=$(job endpoint check --json)
is "as JSON: an object a line, each of the same kind" \
	"$(echo "$out" | grep -c '^{"schema":"mobb.endpoint/1","endpoint":"simulator","environment":"simulator","sender":"voorbeeld","result":"ok",')" 14
is "for scripts: fields between tabs" \
	"$(job endpoint check --plain | awk -F'\t' 'NF != 7 || $3 != "ok"' | wc -l)" 0
job endpoint check nowhere >"$dir/ok.out" 2>&1
is "an endpoint that is not there: exit 10" "$?" 10
job endpoint check --wait soon >"$dir/ok.out" 2>&1
is "a time that is none: exit 2" "$?" 2
kill "$service"
wait "$service" 2>/dev/null

# From cron: a request waits for the next run.
listen_start
sql "update request set answered_ms = 1"
job endpoint check --wait 30s >"$dir/cron.out" 2>&1 &
waiting=$!
wait_for 10 sh -c "[ \$(psql -X -q -t -A '$(job database conninfo)' -c \
	'select count(*) from request where answered_ms = 0') = 1 ]"
once
wait "$waiting"
is "mobbd --once answers, and waits for the Pong" \
	"$? $(grep -c '^  ok  ' "$dir/cron.out")" "0 14"

# What is wrong, one after the other.
wrong() { # wrong "sentence" EXIT PATTERN...: lines that must be there
	_s=$1 _e=$2
	shift 2
	look
	is "$_s: exit $_e" "$code" "$_e"
	for _p; do
		like "$_s: $_p" "$out" "$_p"
	done
	like "$_s: what to do" "$out" 'what to do: '
	back
}
listen_stop
wrong "nothing listens" 7 "fail  our listener +nothing listens at 127.0.0.1" \
	'warn  our address .*not reached from here' \
	'warn  Ping .*nothing of ours listens for its Pong'
listen_start

sim_stop
wrong "nobody there" 7 "fail  TCP +port $port: 127.0.0.1 Connection refused" \
	'fail  WUS .*not received'
like "nobody there: nothing is said about TLS" \
	"x$(echo "$out" | grep -c '  TLS  ')" x0

# A clock that runs ahead: theirs, and then ours is behind.
${CC:-gcc} -shared -fPIC -O1 -o "$dir/late.so" tests/run/late.c -ldl || exit 1
ahead() {
	sim_stop
	LATE_SECONDS=$1 LD_PRELOAD=$dir/late.so mobbsim serve "$dir" \
		>>"$dir/sim.log" 2>&1 &
	sim=$!
	pids="$pids $sim"
	wait_for 20 grep -q '^ready' "$dir/sim.log"
}
ahead 400
wrong "clocks differ by 400 s" 7 'fail  clock +ours is (399|400) s behind theirs'
like "clocks differ: with its code" "$(job endpoint check --json)" \
	'"what":"clock".*"code":"MOBB-2011"'
ahead -90
wrong "clocks differ by 90 s" 0 'warn  clock +ours is (89|90) s ahead of theirs'
sim_stop
sim_start

sed -i 's/^\( *trust: \)pki\/root.crt/\1pki\/other.crt/' "$dir/jobs.yaml"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 \
	-keyout "$dir/other.key" -out "$dir/pki/other.crt" -subj /CN=Other \
	2>"$dir/openssl.log"
# The listener keeps its roots; only our own side asks the wrong ones.
wrong "roots that are not theirs" 8 'fail  TLS .*' \
	'fail  our address .*' 'their certificate +localhost'

sed -i 's/00000099000000020000/00000099000000030000/' "$dir/cpa.xml"
wrong "another party than the CPA says" 7 \
	'fail  TLS .*carries OIN 00000099000000020000, not the OIN 00000099000000030000' \
	'fail  their OIN +00000099000000020000; the other party of the CPA is 00000099000000030000'
sed -i 's/00000099000000020000/00000099000000030000/' "$dir/cpa.xml"
sed -i 's/^\( *\)environment: simulator/&\n\1gateways: ["00000099000000020000"]/' \
	"$dir/jobs.yaml"
wrong "a gateway may stand for it, the agreement stays another" 7 \
	'ok    their OIN +00000099000000020000, a gateway in the jobs file' \
	'fail  Ping .*SOAP fault'
sed -i 's/^\( *\)environment: simulator/&\n\1proxy: "http:\/\/127.0.0.1:1"/' \
	"$dir/jobs.yaml"
wrong "a proxy that is not there" 7 'ok    DNS +proxy 127.0.0.1: 127.0.0.1' \
	'fail  TCP +port 1: 127.0.0.1 Connection refused' 'to the proxy'

# A proxy that lets through who names himself, bm9ib2R5OmtleQ== is nobody:key.
cat >"$dir/proxy.pl" <<'PERL'
use strict; use IO::Socket::INET; use IO::Select;
my $door = IO::Socket::INET->new(Listen => 9, LocalAddr => '127.0.0.1') or die;
open(my $f, '>', $ARGV[0]) or die; print $f $door->sockport, "\n"; close $f;
$SIG{CHLD} = 'IGNORE';
while (my $in = $door->accept) {
	next if fork;
	my ($head, $b) = ('', '');
	while ($head !~ /\r\n\r\n/ && sysread($in, $b, 4096)) { $head .= $b }
	my ($to) = $head =~ /^CONNECT (\S+) / or exit;
	if ($head !~ /Basic bm9ib2R5OmtleQ==/) {
		print $in "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"" .
			"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
		exit;
	}
	my $out = IO::Socket::INET->new($to) or exit;
	syswrite($in, "HTTP/1.1 200 Connected\r\n\r\n");
	my $both = IO::Select->new($in, $out);
	while (my @some = $both->can_read) {
		for my $s (@some) {
			sysread($s, $b, 65536) or exit;
			syswrite($s == $in ? $out : $in, $b);
		}
	}
}
PERL
perl "$dir/proxy.pl" "$dir/proxy.port" 2>"$dir/proxy.log" &
pids="$pids $!"
wait_for 10 test -s "$dir/proxy.port"
proxy=http://127.0.0.1:$(cat "$dir/proxy.port")
sed -i "s,^\( *\)environment: simulator,&\n\1proxy: \"$proxy\"," "$dir/jobs.yaml"
wrong "a proxy that wants a name" 7 "ok    TCP +port ${proxy##*:}: 127.0.0.1" \
	"fail  proxy +$proxy: the proxy answers 407" 'fail  WUS .*answers 407'
sed -i "s,^\( *\)environment: simulator,&\n\1proxy: \"$proxy\"\n\1proxy_auth: keys/proxy," \
	"$dir/jobs.yaml"
echo nobody:key >"$dir/keys/proxy"
chmod 600 "$dir/keys/proxy"
look
back
is "through a proxy: all is well" "$code $(echo "$out" | grep -c '^  ok  ')" "0 15"
like "through a proxy: it says so" "$out" "ok    proxy +$proxy lets us through \\(200\\)"

# A certificate of ours that has ended, by a root both sides trust.
cat "$dir/pki/root.crt" "$dir/pki/other.crt" >"$dir/pki/both.crt"
new() { # new NAME DAYS SUBJECT: signed by the other root
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$dir/pki/$1.key" -out "$dir/$1.csr" -subj "$3" \
		2>"$dir/openssl.log"
	openssl x509 -req -in "$dir/$1.csr" -CA "$dir/pki/other.crt" -CAkey \
		"$dir/other.key" -CAcreateserial -days "$2" \
		-out "$dir/pki/$1.crt" 2>"$dir/openssl.log"
	chmod 600 "$dir/pki/$1.key"
}
me='/O=Gemeente Voorbeeld/CN=voorbeeld.nl/serialNumber=00000099000000010000'
new ended -1 "$me"
sed -i 's/ours-client/ended/' "$dir/jobs.yaml"
wrong "our certificate has ended" 8 'fail  our certificate +voorbeeld.nl, ended 20'
new soon 20 "$me"
sed -i 's/ours-client/soon/' "$dir/jobs.yaml"
wrong "our certificate ends soon, of a root they do not know" 8 \
	'warn  our certificate +voorbeeld.nl, until .*\((19|20) days\)' \
	'fail  TLS client +the other side refuses our certificate'
listen_stop
new elsewhere 200 "$me"
sed -i 's/ours-server/elsewhere/; s/pki\/root.crt/pki\/both.crt/' "$dir/jobs.yaml"
cp "$dir/jobs.yaml" "$dir/elsewhere.yaml"
listen_start
wrong "our listener shows a certificate for another name" 8 \
	'fail  our address +https://localhost' 'host name in the CPA'
listen_stop
listen_start
sed -i 's/^\( *key: pki\/ours-client\).key/\1.gone/' "$dir/jobs.yaml"
wrong "our key is not there" 8 'fail  our certificate +.*ours-client.gone'
sed -i 's/<c:End>[^<]*</<c:End>2026-01-01T00:00:00Z</' "$dir/cpa.xml"
wrong "the agreement has ended" 7 'fail  agreement +CPA .*, ended 2026-01-01'

sed -i 's/^printers:/  - name: extra\n    environment: simulator\n    wus: w\n    trust: pki\/root.crt\n\n&/' \
	"$dir/jobs.yaml"
like "an endpoint that nobody uses is told" \
	"$(job endpoint check extra --wait 1s)" 'warn  streams +no stream uses it'
like "and listed" "$(job endpoint list)" '^extra .*no stream uses it'
back

# --- environments ---
like "list: address of the CPA, limits, state" "$(job endpoint list)" \
	"^simulator +simulator +voorbeeld +https://localhost:$port/ebms +3,600,000 .* open"
# Nobody is there when the first lot is to leave.
sed -i 's/release: automatic/release: person/' "$dir/jobs.yaml"
batch "$dir/woz.zip" 30 46
drop "$dir/woz.zip"
once
sim_stop
job release "$(field id)" --reason "to see it rest" >"$dir/ok.out"
ONCE_SECONDS=20 once
like "list: one that rests says since when and why" "$(job endpoint list)" \
	'rests since 20.* not received: .* \(MOBB-2001\)'
like "list: for a program" "$(job endpoint list --json)" \
	'"schema":"mobb.endpoint-list/1","endpoint":"simulator",.*"resting":true'
sim_start
settle
like "list: it goes again" "$(job endpoint list)" ' open$'
back

f=$dir/test.csv
mobbsim batch --stream uitkering --letters 12 --seed 46 --out "$f" >"$dir/batch.log"
g=$dir/real.csv
mobbsim batch --stream uitkering --letters 12 --seed 47 --spoil wrong-environment \
	--number 2 --date 20260315 --out "$g" >"$dir/batch.log"
sed -i 's/^\( *\)environment: simulator/\1environment: production/
	s/^\( *\)key: pki\/ours-client.key/&\n\1environment: production/' \
	"$dir/jobs.yaml"
drop "$f" uitkering
once
is "a test file at a production endpoint is refused" \
	"$(field state) $(field code)" "refused MOBB-0108"
drop "$g" uitkering
once
is "a production file is taken there" "$(field file) $(field letters)" \
	"real.csv 12"
like "mobbjob list marks it" "$(job list --all)" ' uitkering +PRODUCTION '
like "mobbjob show too" "$(job show "$(field id)")" 'environment +PRODUCTION'
is "a program reads the plain word" "$(field environment)" production
like "mobbjob endpoint list marks it" "$(job endpoint list)" \
	'^simulator +PRODUCTION '
back
sed -i 's/^\( *\)environment: simulator/\1environment: preproduction/
	s/^\( *\)key: pki\/ours-client.key/&\n\1environment: preproduction/' \
	"$dir/jobs.yaml"
h=$dir/real2.csv
mobbsim batch --stream uitkering --letters 12 --seed 48 --spoil wrong-environment \
	--number 3 --date 20260415 --out "$h" >"$dir/batch.log"
drop "$h" uitkering
once
is "a production file in preproduction is refused" \
	"$(field state) $(field code)" "refused MOBB-0108"
sed -i 's/^\( *\)environment: preproduction/\1environment: production/;t' \
	"$dir/jobs.yaml"
sed -i '0,/environment: production/s//environment: preproduction/' \
	"$dir/jobs.yaml"
once
is "a test certificate at a production endpoint: nothing runs" "$code" 4
back

is "nothing of a key or a citizen in what was found" \
	"$(sql "select count(*) from finding where value || advice ~
	'BEGIN|PRIVATE|(^|[^0-9a-f-])[0-9]{9}([^0-9a-f]|$)'")" 0
sql "update request set asked_ms = asked_ms - 3600001"
job endpoint check --wait 1s >"$dir/ok.out" 2>&1
is "and after an hour it is forgotten" "$(sql 'select count(*) from request')" 1
sim_stop
listen_stop

# Where signals are answered in the connection, so is a Ping.
home=$dir dir=$dir/sync
mobbsim init "$dir" --ports auto --sync >"$home/init.log"
sim_start
listen_start
look
is "a synchronous agreement: all is well" \
	"$code $(echo "$out" | grep -c '^  ok  ')" "0 14"
like "a synchronous agreement: the Pong is in the answer" "$out" \
	'Ping .*Pong in the answer, after [0-9]+ ms'
sim_stop
listen_stop
job database stop >"$home/ok.out" 2>&1
dir=$home
finish
