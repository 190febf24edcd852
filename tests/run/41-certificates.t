#!/bin/sh
# Certificates: a revoked peer is refused, the last good list outlives its
# source, what ends soon is told once, and what will not do is said by check.
. tests/run/lib.sh
command -v openssl >/dev/null 2>&1 || skip_all "openssl is not installed"
python3 -c 'import http.server' 2>/dev/null || skip_all "no python3"
house dark
pki=$dir/pki ca=$dir/ca www=$dir/www
mkdir "$ca" "$www"
rm -rf "$dir/crl"

# --- a CA of our own: the simulator's has no key on disk ---

cat >"$ca/ca.cnf" <<END
[ca]
default_ca = here
[here]
database = $ca/index.txt
crlnumber = $ca/number
default_md = sha256
default_crl_days = 7
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
END
: >"$ca/index.txt"
echo 10 >"$ca/number"
serial=1000

root() { # root NAME SUBJECT
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$ca/$1.key" -out "$ca/$1.crt" -subj "$2" -days 3650 \
		-addext basicConstraints=critical,CA:TRUE \
		-addext keyUsage=critical,keyCertSign,cRLSign 2>>"$ca/log"
}

leaf() { # leaf NAME OIN EKU DAYS [ROOT]: into pki/
	serial=$((serial + 1))
	_r=${5:-root}
	printf '%s\n' basicConstraints=critical,CA:FALSE \
		keyUsage=critical,digitalSignature "extendedKeyUsage=$3" \
		subjectAltName=DNS:localhost,IP:127.0.0.1 \
		crlDistributionPoints=URI:http://crl.example/test.crl \
		>"$ca/ext"
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$pki/$1.key" -out "$ca/$1.csr" \
		-subj "/CN=$1/serialNumber=$2" 2>>"$ca/log"
	openssl x509 -req -in "$ca/$1.csr" -CA "$ca/$_r.crt" \
		-CAkey "$ca/$_r.key" -set_serial "$serial" -days "$4" \
		-extfile "$ca/ext" -out "$pki/$1.crt" 2>>"$ca/log"
	chmod 600 "$pki/$1.key"
}

revoke() { # revoke NAME
	openssl ca -config "$ca/ca.cnf" -cert "$ca/root.crt" \
		-keyfile "$ca/root.key" -revoke "$pki/$1.crt" 2>>"$ca/log"
}

list() { # list FILE: the next list of revoked certificates
	sleep 1 # two of one second could not be told apart
	openssl ca -config "$ca/ca.cnf" -cert "$ca/root.crt" \
		-keyfile "$ca/root.key" -gencrl -out "$ca/list.pem" \
		2>>"$ca/log"
	openssl crl -in "$ca/list.pem" -outform DER -out "$1"
}

ours=00000099000000010000 theirs=00000099000000020000
root root "/CN=house CA"
cp "$ca/root.crt" "$pki/root.crt"
leaf ours-server $ours serverAuth 300
leaf ours-client $ours clientAuth 300
leaf theirs-server $theirs serverAuth 300
leaf theirs-client $theirs clientAuth 300

# --- a source of lists on this machine ---

source_start() {
	(cd "$www" && exec python3 -u -m http.server "${port:-0}" \
		--bind 127.0.0.1) >"$dir/www.log" 2>&1 &
	www_pid=$!
	pids="$pids $www_pid"
	wait_for 20 grep -q 'Serving HTTP' "$dir/www.log"
	port=$(sed -n 's/.* port \([0-9]*\).*/\1/p' "$dir/www.log" | head -1)
}

source_stop() {
	kill "$www_pid"
	wait "$www_pid" 2>/dev/null
}

# Box letters of the newest job that have no end yet.
open_box() {
	echo $(($(field to_box) + $(field offered) + $(field unknown)))
}

due() { rm -f "$dir"/crl/.*.source; } # forget when it was fetched
good() { cat "$dir"/crl/*.crl 2>/dev/null | cksum; }

source_start
url=http://127.0.0.1:$port/test.crl
cat >>"$dir/jobs.yaml" <<END
crl:
  check: require
  folder: crl
  sources: [ "$url" ]
END
list "$www/test.crl"

# --- lists that are required and not there ---

job check >"$dir/check.out" 2>&1
is "check: lists are required and there is none" \
	"$? $(grep -c 'MOBB-1503' "$dir/check.out")" "8 1"
job cert status >"$dir/cert.out"
is "cert status: the same" "$? $(grep -c '^list .* no list' "$dir/cert.out")" \
	"8 1"
like "it names the list that nobody fetches" "$(cat "$dir/cert.out")" \
	'crl.example/test.crl .*not in crl: sources'

# --- fetched, and the letters go ---

sim_start
listen_start
batch "$dir/one.zip" 20 41
drop "$dir/one.zip"
settle
is "with a list the letters go and their results come" "$(open_box)" 0
ok "some went to the box" test "$(field delivered)" -gt 0
fetched() { grep -h 'new list of' "$dir/once.log" "$dir/listen.log"; }
is "the list was fetched once" "$(fetched | wc -l)" 1
like "and says what it is" "$(fetched)" \
	"crl: $url: new list of 'house CA', number 10, 0 revoked"
is "the source was asked once, not at every run" \
	"$(grep -c 'GET /test.crl' "$dir/www.log")" 1
is "cert status is content" \
	"$(job cert status >"$dir/cert.out"; echo $?)" 0
like "and shows the list" "$(cat "$dir/cert.out")" \
	'^list .*0 revoked +house CA'

# --- a source that is down, or sends something else ---

first=$(good)
source_stop
due
: >"$dir/once.log"
once
is "a source that is down is told once" \
	"$(grep -c "MOBB-2001 $url" "$dir/once.log")" 1
once
is "and left alone for a while" \
	"$(grep -c "MOBB-2001 $url" "$dir/once.log")" 1
minutes() { # until it is asked again
	awk -v now="$(date +%s)" '{ printf "%d\n", ($1 / 1000 - now + 30) / 60 }' \
		"$dir"/crl/.*.source
}
is "5 minutes after one failure" "$(minutes)" 5
for pair in 3:40 9:60; do
	echo "1 ${pair%:*} $url" >"$(ls "$dir"/crl/.*.source)"
	once
	is "${pair#*:} minutes after $((${pair%:*} + 1))" "$(minutes)" \
		"${pair#*:}"
done
is "the last good list stays" "$(good)" "$first"
cp "$www/test.crl" "$dir/first.crl"
source_start
for bad in page empty forged old; do
	case $bad in
	page) echo '<html>please log in</html>' >"$www/test.crl" ;;
	empty) : >"$www/test.crl" ;;
	forged)
		root forger "/CN=house CA"
		cp "$ca/number" "$ca/kept"
		openssl ca -config "$ca/ca.cnf" -cert "$ca/forger.crt" \
			-keyfile "$ca/forger.key" -gencrl \
			-out "$ca/list.pem" 2>>"$ca/log"
		openssl crl -in "$ca/list.pem" -outform DER -out "$www/test.crl"
		;;
	old)
		openssl ca -config "$ca/ca.cnf" -cert "$ca/root.crt" \
			-keyfile "$ca/root.key" -gencrl \
			-crl_lastupdate 20260101000000Z \
			-crl_nextupdate 20260108000000Z \
			-out "$ca/list.pem" 2>>"$ca/log"
		openssl crl -in "$ca/list.pem" -outform DER -out "$www/test.crl"
		;;
	esac
	due
	: >"$dir/once.log"
	once
	is "a source that sends $bad changes nothing" \
		"$(good) $(grep -c "MOBB-1503 $url" "$dir/once.log")" "$first 1"
done

# --- a peer whose certificate is revoked ---

revoke theirs-client
list "$www/test.crl"
due
: >"$dir/once.log"
once
like "the new list is taken" "$(cat "$dir/once.log")" 'new list of .* 1 revoked'
is "and the old one removed" "$(ls "$dir"/crl/*.crl | wc -l)" 1
sleep 6 # the listener looks every five seconds
: >"$dir/listen.log"
batch "$dir/two.zip" 20 42
drop "$dir/two.zip"
once
is "what the peer pushes does not come in" "$code" 12
ok "it is refused for being revoked" \
	wait_for 90 grep -q 'MOBB-2008.*certificate revoked' "$dir/listen.log"
ok "no result of it is in the books" test "$(open_box)" -gt 0

sim_stop
leaf theirs-client $theirs clientAuth 300
sim_start
settle 60
is "with its new certificate all comes in" "$(open_box)" 0
is "each letter once" "$(count "$dir/one.zip.truth.csv:$dir/two.zip.truth.csv" |
	tail -4 | tr '\n' ' ')" "lost 0 twice 0 both 0 mixed 0 "

batch "$dir/three.zip" 20 43
echo "letters=21" >"$dir/three.zip.totals"
drop "$dir/three.zip"
once # routed and held
revoke theirs-server
list "$www/test.crl"
due
posts=$(wc -l <"$dir/sim/posts.csv")
job release "$(field id)" --reason "the server is revoked" >/dev/null
: >"$dir/once.log"
once
is "a revoked server is sent nothing" "$(wc -l <"$dir/sim/posts.csv")" "$posts"
like "and the log says why" "$(cat "$dir/once.log")" \
	"MOBB-2008.*'theirs-server' of issuer 'house CA'"
is "the endpoint does not rest for it, another sender may go on" \
	"$(sql "select count(*) from resting where until_ms > 0")" 0
listen_stop
sim_stop

# --- as a service ---

revoke theirs-client
list "$www/test.crl"
due
sed -i 's/^  sources:/  #sources:/' "$dir/jobs.yaml"
mobbd -f "$dir/jobs.yaml" >"$dir/service.log" 2>&1 &
service=$!
pids="$pids $service"
wait_for 30 grep -q 'listening on' "$dir/service.log"
fetcher() { pgrep -P "$service" -f -- '--role crl' | wc -l; }
is "without sources nobody fetches" "$(fetcher)" 0
sed -i 's/^  #sources:/  sources:/' "$dir/jobs.yaml"
kill -HUP $service
ok "told of one, the service fetches it" \
	wait_for 30 grep -q 'crl: .*new list of .* 3 revoked' "$dir/service.log"
is "in a process of its own" "$(fetcher)" 1
kill $service
wait $service
is "SIGTERM ends it with 0" $? 0

# --- what ends soon ---

cp "$pki/ours-client.crt" "$pki/ours-client.key" "$ca/"
leaf ours-client $ours clientAuth 20
: >"$dir/once.log"
once
once
is "20 days: told once over two starts" \
	"$(grep -c "MOBB-1504 .*'ours-client' (sender voorbeeld) ends on" \
		"$dir/once.log")" 1
is "and kept as an event" \
	"$(job events --json | grep -c "30 days left: 'ours-client'")" 1
is "under 30 days: exit 3" "$(job cert status >"$dir/cert.out"; echo $?)" 3
like "with what to do" "$(cat "$dir/cert.out")" \
	'^client .*ours-client.* replace within (19|20) days'
like "the bare command says so" "$(mobbjob -f "$dir/jobs.yaml")" \
	'pki/ours-client.crt \(sender voorbeeld\) ends on .*: mobbjob cert status'
leaf ours-client $ours clientAuth 5
is "under 7 days: exit 8" "$(job cert status >"$dir/cert.out"; echo $?)" 8
like "replace now" "$(cat "$dir/cert.out")" '^client .* replace now'
like "in JSON" "$(job cert status --json)" \
	'"schema":"mobb.cert/1","kind":"client".*"state":"now"'
is "for scripts: nine fields a line" \
	"$(job cert status --plain | awk -F'\t' '{ print NF }' | sort -u)" 9

# --- what will not do ---

unfit() { # unfit "sentence" PATTERN: check refuses it with exit 8
	job check >"$dir/check.out" 2>&1
	is "$1: exit 8" $? 8
	like "$1: why" "$(cat "$dir/check.out")" "MOBB-1501: .*$2"
}

leaf ours-client $ours serverAuth 300
unfit "a server's certificate as a client's" 'not made for a client'
root trial "/CN=TRIAL house CA"
leaf ours-client $ours clientAuth 300 trial
ok "a TRIAL certificate will do here" job check
sed -i -e 's/environment: simulator/environment: production/' \
	-e 's/^    cpa: cpa.xml/&\n    environment: production/' "$dir/jobs.yaml"
unfit "a TRIAL certificate in production" "for trials .'TRIAL house CA'"
sed -i 's/environment: production/environment: preproduction/' "$dir/jobs.yaml"
ok "in preproduction it is as it should be" job check
cp "$ca/ours-client.crt" "$ca/ours-client.key" "$pki/"
like "another one is noted there" "$(job check)" \
	'note: certificate is not of the TRIAL root'
openssl req -x509 -newkey rsa:1024 -nodes -keyout "$pki/ours-client.key" \
	-out "$pki/ours-client.crt" -subj "/CN=weak" -days 300 2>>"$ca/log"
chmod 600 "$pki/ours-client.key"
unfit "a weak key" 'RSA key of 1024 bits is too weak'
cp "$ca/ours-client.crt" "$ca/ours-client.key" "$pki/"
sed 's/^  trust: .*/  trust: pki\/ours-server.crt/' "$dir/jobs.yaml" \
	>"$dir/noroot.yaml"
like "a file of roots without one" \
	"$(mobbjob -f "$dir/noroot.yaml" check 2>&1)" 'MOBB-1501: .*no root'

# --- trials never meet production ---

leaf theirs-client $theirs clientAuth 300
leaf trial-client $theirs clientAuth 300 trial
cat "$ca/root.crt" "$ca/trial.crt" >"$pki/both.crt"
sed -i -e 's/check: require/check: use/' \
	-e 's/^  trust: .*/  trust: pki\/both.crt/' "$dir/jobs.yaml"
at=$(sed -n 's/^  at: "127.0.0.1:\([0-9]*\)".*/\1/p' "$dir/jobs.yaml")
cpa=$(sed -n 's/.*cpaid="\([^"]*\)".*/\1/p' "$dir/cpa.xml")
cat >"$dir/ping.xml" <<END
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:eb="http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd">
<soap:Header><eb:MessageHeader eb:version="2.0" soap:mustUnderstand="1">
<eb:From><eb:PartyId eb:type="urn:osb:oin">$theirs</eb:PartyId></eb:From>
<eb:To><eb:PartyId eb:type="urn:osb:oin">$ours</eb:PartyId></eb:To>
<eb:CPAId>$cpa</eb:CPAId><eb:ConversationId>c1</eb:ConversationId>
<eb:Service>urn:oasis:names:tc:ebxml-msg:service</eb:Service>
<eb:Action>Ping</eb:Action><eb:MessageData><eb:MessageId>p1@localhost</eb:MessageId>
<eb:Timestamp>$(date -u +%Y-%m-%dT%H:%M:%SZ)</eb:Timestamp></eb:MessageData>
</eb:MessageHeader><eb:SyncReply eb:version="2.0" soap:mustUnderstand="1"
 soap:actor="http://schemas.xmlsoap.org/soap/actor/next"/>
</soap:Header><soap:Body/></soap:Envelope>
END
ping() { # ping NAME: by this client; the HTTP status
	curl -s -o "$dir/answer" -w '%{http_code}' --max-time 20 \
		--cacert "$pki/root.crt" --cert "$pki/$1.crt" \
		--key "$pki/$1.key" -H 'SOAPAction: "ebXML"' \
		-H 'Content-Type: text/xml' --data-binary "@$dir/ping.xml" \
		"https://localhost:$at/ebms"
}
listen_start
is "in preproduction a TRIAL certificate speaks for the party" \
	"$(ping trial-client)" 200
sed -i 's/environment: preproduction/environment: production/' "$dir/jobs.yaml"
kill -HUP "$listener"
wait_for 10 grep -q 'reload: done' "$dir/listen.log"
is "in production it does not" "$(ping trial-client)" 500
like "the log says why" "$(cat "$dir/listen.log")" \
	"MOBB-2012.*certificate for trials in production, of"
is "another one does" "$(ping theirs-client)" 200
listen_stop
job check >"$dir/check.out" 2>&1
is "check: a root for trials at the listener is no mistake" $? 0
like "and noted" "$(cat "$dir/check.out")" \
	"note: 'TRIAL house CA' is a root for trials; production takes nobody"
like "by cert status too" "$(job cert status)" \
	'^root .*TRIAL house CA .*for trials: production takes nobody below it'
sed -i 's/^    trust: .*/    trust: pki\/both.crt/' "$dir/jobs.yaml"
unfit "a root for trials at an endpoint of production" \
	"for trials .'TRIAL house CA'"
job cert status >"$dir/cert.out"
is "cert status: the same" \
	"$? $(grep -c '^root .*TRIAL .*cannot be used in production' \
		"$dir/cert.out")" "8 1"
finish
