#!/bin/sh
# The way in: a port, a UNIX socket behind a front proxy, the socket of systemd;
# a reload drops no request, and a storm keeps nobody out.
. tests/run/lib.sh
house dark
${CC:-gcc} -O1 -o "$dir/inlet" tests/run/inlet.c -lssl -lcrypto || exit 1
pki=$dir/pki sock=$dir/ebms.sock log=$dir/listen.log
port=$(sed -n 's/^  at: "127.0.0.1:\([0-9]*\)".*/\1/p' "$dir/jobs.yaml")
cpa=$(sed -n 's/.*cpaid="\([^"]*\)".*/\1/p' "$dir/cpa.xml")
cp "$dir/jobs.yaml" "$dir/jobs.port"

# A second root beside the first: it certifies a renewed server and a stranger.
ca() { # ca NAME SUBJECT DAYS
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$pki/$1.key" -subj "$2" 2>/dev/null |
		openssl x509 -req -days 2 -CA "$pki/second.crt" \
			-CAkey "$pki/second.key" -set_serial "$3" \
			-extfile "$pki/second.ext" -out "$pki/$1.crt" 2>/dev/null
	chmod 600 "$pki/$1.key"
}
openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout "$pki/second.key" -subj "/CN=second root" -days 2 \
	-addext keyUsage=critical,keyCertSign,cRLSign \
	-out "$pki/second.crt" 2>/dev/null
echo 'subjectAltName=DNS:localhost' >"$pki/second.ext"
ca renewed /CN=localhost/serialNumber=00000099000000010000 7001
ca guest /CN=guest/serialNumber=00000099000000090000 7002
cat "$pki/second.crt" >>"$pki/root.crt"

n=0
message() { # message SERVICE ACTION MORE: of the other side
	n=$((n + 1))
	cat <<EOF
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:eb="http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd">
<soap:Header><eb:MessageHeader eb:version="2.0" soap:mustUnderstand="1">
<eb:From><eb:PartyId eb:type="urn:osb:oin">00000099000000020000</eb:PartyId>
<eb:Role>SP</eb:Role></eb:From>
<eb:To><eb:PartyId eb:type="urn:osb:oin">00000099000000010000</eb:PartyId>
<eb:Role>SR</eb:Role></eb:To>
<eb:CPAId>$cpa</eb:CPAId><eb:ConversationId>c$n</eb:ConversationId>$1
<eb:Action>$2</eb:Action><eb:MessageData><eb:MessageId>m-$$-$n@localhost</eb:MessageId>
<eb:Timestamp>$(date -u +%Y-%m-%dT%H:%M:%SZ)</eb:Timestamp></eb:MessageData></eb:MessageHeader>$3
</soap:Header><soap:Body/></soap:Envelope>
EOF
}
ping() { # to be answered in the same connection
	message '<eb:Service>urn:oasis:names:tc:ebxml-msg:service</eb:Service>' \
		Ping '<eb:SyncReply eb:version="2.0" soap:mustUnderstand="1"
 soap:actor="http://schemas.xmlsoap.org/soap/actor/next"/>'
}
loose() { # a result without the acknowledgment that its channel promises
	message '<eb:Service eb:type="urn:osb:services">MIJNOVERHEID.ebMS.BB.2.0</eb:Service>' \
		GLOBE-R-BV-Result ""
}

post() { # post CURL-OPTIONS...: the status of a Ping (or $what); 000 none
	${what:-ping} >"$dir/ping.xml"
	curl -s -o "$dir/answer" -w '%{http_code}' --max-time 20 \
		-H 'SOAPAction: "ebXML"' -H 'Content-Type: text/xml' \
		--data-binary "@$dir/ping.xml" "$@"
}
as() { # as NAME [PORT] [more]: over TLS with that certificate
	_n=$1 _p=${2:-$port}
	shift
	[ $# -gt 0 ] && shift
	post --cert "$pki/$_n.crt" --key "$pki/$_n.key" --cacert "$pki/root.crt" \
		"$@" "https://localhost:$_p/ebms"
}
passed() { # passed NAME: as HAProxy passes it
	openssl x509 -in "$pki/$1.crt" -outform DER | base64 -w0
}
at_socket() { post --unix-socket "$sock" "$@" http://localhost/ebms; }
shown() { # the serial number that a new connection is shown
	openssl s_client -connect "localhost:$port" -cert "$pki/theirs-client.crt" \
		-key "$pki/theirs-client.key" </dev/null 2>/dev/null |
		openssl x509 -noout -serial 2>/dev/null
}
listener_pid() { pgrep -f "$dir/jobs.yaml --role listener"; }
set_listen() { # set_listen [SED-OPTIONS...]: the port's stanza, changed
	sed -e '' "$@" "$dir/jobs.port" >"$dir/jobs.new"
	mv "$dir/jobs.new" "$dir/jobs.yaml"
}
logged() { grep -q -e "$1" "$log"; }

# --- a UNIX socket behind a front proxy ---

behind() { # behind WHERE: with the header, without certificate and key
	set_listen -e "s|^  at:.*|  at: \"$1\"\n  header: X-Client-Cert|" \
		-e '/^  certificate: pki\/ours-server/d' \
		-e '/^  key: pki\/ours-server/d'
}
behind unix:ebms.sock
ok "the jobs file is fit for use" job check "$dir/jobs.yaml"
listen_start
is "the socket is for owner and group" "$(stat -c '%F %a' "$sock")" 'socket 660'
theirs=$(passed theirs-client)
is "a Ping with a passed certificate is answered" \
	"$(at_socket -H "X-Client-Cert: $theirs")" 200
like "by a Pong" "$(cat "$dir/answer")" '>Pong<'
is "without the header: refused" "$(at_socket)" 403
is "twice: refused" "$(at_socket -H "X-Client-Cert: $theirs" \
	-H "X-Client-Cert: $theirs")" 400
openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout "$pki/foreign.key" -subj /serialNumber=00000099000000020000 \
	-out "$pki/foreign.crt" 2>/dev/null
is "certified by nobody we trust: refused" \
	"$(at_socket -H "X-Client-Cert: $(passed foreign)")" 403
is "of another party: a SOAP fault" \
	"$(at_socket -H "X-Client-Cert: $(passed guest)")" 500
like "the log says each" "$(cat "$log")" 'MOBB-2002.*passed no client'
like "and why" "$(cat "$log")" 'refused with 400: header given twice'

timeout 3 mobbd -f "$dir/jobs.yaml" --listen >"$dir/second.log" 2>&1
like "a second one at the same path is an error" "$(cat "$dir/second.log")" \
	'MOBB-2007.*another process listens there'
is "and the first still answers" "$(at_socket -H "X-Client-Cert: $theirs")" 200
kill -9 "$listener"
wait "$listener" 2>/dev/null
wait_for 5 sh -c "! pgrep -f '$dir/jobs.yaml --role' >/dev/null"
ok "after kill -9 the file is still there" test -S "$sock"
: >"$log"
listen_start
is "a new start takes its place" "$(at_socket -H "X-Client-Cert: $theirs")" 200

# All the way: letters out, acknowledgments and results in through the proxy.
"$dir/inlet" front "$port" "$sock" X-Client-Cert "$pki/ours-server.crt" \
	"$pki/ours-server.key" "$pki/root.crt" >"$dir/front.log" 2>&1 &
front=$!
pids="$pids $front"
wait_for 5 grep -q ready "$dir/front.log"
sim_start
batch "$dir/a.zip" 40 42
drop "$dir/a.zip"
settle
is "nothing lost, twice, in both or mixed" \
	"$(MUST_END=1 count "$dir/a.zip.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
is "what a client writes into the header is not passed" \
	"$(as theirs-client "$port" -H "X-Client-Cert: $(passed guest)")" 200
kill "$front"

# The real ones, with the lines of mobbd(8).
with_nginx() {
	cat >"$dir/nginx.conf" <<-EOF
	daemon off; pid $dir/nginx.pid; error_log $dir/nginx.log; user root;
	events {}
	http { access_log off; client_body_temp_path $dir/nginx.tmp;
	proxy_temp_path $dir/nginx.tmp2; fastcgi_temp_path $dir/nginx.tmp3;
	uwsgi_temp_path $dir/nginx.tmp4; scgi_temp_path $dir/nginx.tmp5;
	server { listen 127.0.0.1:$port ssl;
	ssl_certificate $pki/ours-server.crt; ssl_certificate_key $pki/ours-server.key;
	ssl_client_certificate $pki/root.crt; ssl_verify_client on;
	location = /ebms { proxy_pass http://unix:$sock;
	proxy_set_header Host \$host;
	proxy_set_header X-Client-Cert \$ssl_client_escaped_cert;
	client_max_body_size 25m; proxy_request_buffering off;
	proxy_http_version 1.1; } } }
	EOF
	nginx -c "$dir/nginx.conf" >"$dir/front.log" 2>&1 &
}
with_haproxy() {
	cat "$pki/ours-server.crt" "$pki/ours-server.key" >"$pki/both.pem"
	cat >"$dir/haproxy.cfg" <<-EOF
	defaults
	  mode http
	  timeout connect 5s
	  timeout client 130s
	  timeout server 130s
	frontend ebms
	  bind 127.0.0.1:$port ssl crt $pki/both.pem ca-file $pki/root.crt verify required
	  http-request set-header X-Client-Cert %[ssl_c_der,base64]
	  default_backend mobbd
	backend mobbd
	  server mobbd unix@$sock
	EOF
	haproxy -db -f "$dir/haproxy.cfg" >"$dir/front.log" 2>&1 &
}
for name in nginx haproxy; do
	command -v $name >/dev/null || {
		tap_n=$((tap_n + 1))
		echo "ok $tap_n - behind $name # SKIP not installed"
		continue
	}
	with_$name
	front=$!
	pids="$pids $front"
	through() { [ "$(as theirs-client)" = 200 ]; }
	ok "behind $name a Ping is answered" wait_for 10 through
	is "$name replaces what a client writes into the header" \
		"$(as theirs-client "$port" -H "X-Client-Cert: x" \
			-H "X-Client-Cert: y")" 200
	is "$name lets nobody in without a certificate" "$(post \
		--cacert "$pki/root.crt" "https://localhost:$port/ebms" |
		sed 's/400/000/')" 000
	dd if=/dev/zero bs=1000000 count=20 2>/dev/null | tr '\0' x >"$dir/large"
	is "20 MB come through $name, also in chunks" "$(curl -s -o /dev/null \
		-w '%{http_code}' --cert "$pki/theirs-client.crt" \
		--key "$pki/theirs-client.key" --cacert "$pki/root.crt" \
		-H 'SOAPAction: "ebXML"' -H 'Content-Type: text/xml' \
		-H 'Transfer-Encoding: chunked' --data-binary "@$dir/large" \
		"https://localhost:$port/ebms")" 500
	kill "$front"
	wait "$front" 2>/dev/null
done
listen_stop
ok "the file is gone with the listener" test ! -e "$sock"

# --- a port of our own: SIGHUP ---

set_listen
listen_start
is "a Ping over TLS is answered" "$(as theirs-client)" 200
before=$(shown)
ping >"$dir/slow.xml"
len=$(wc -c <"$dir/slow.xml")
(
	trap - EXIT INT TERM
	printf 'POST /ebms HTTP/1.1\r\nHost: h\r\nSOAPAction: "ebXML"\r\n'
	printf 'Content-Type: text/xml\r\nContent-Length: %s\r\n\r\n' "$len"
	head -c 300 "$dir/slow.xml"
	wait_for 30 test -e "$dir/go"
	tail -c +301 "$dir/slow.xml"
	sleep 2
) | openssl s_client -quiet -connect "localhost:$port" \
	-cert "$pki/theirs-client.crt" -key "$pki/theirs-client.key" \
	>"$dir/slow.out" 2>/dev/null &
slow=$!
sleep 1
cp "$pki/ours-server.crt" "$dir/old.crt"
cp "$pki/ours-server.key" "$dir/old.key"
renew() { # renew CERT KEY: by rename, then SIGHUP
	cp "$1" "$pki/new.crt" && mv "$pki/new.crt" "$pki/ours-server.crt"
	cp -p "$2" "$pki/new.key" && mv "$pki/new.key" "$pki/ours-server.key"
	kill -HUP "$listener"
}
pid=$(listener_pid)
renew "$pki/renewed.crt" "$pki/renewed.key"
ok "SIGHUP is followed" wait_for 5 logged 'reload: done'
is "a new connection is shown the new certificate" "$(shown)" serial=1B59
touch "$dir/go"
wait "$slow"
like "the request under way is answered" "$(cat "$dir/slow.out")" \
	'^HTTP/1.1 200 OK'
like "by its Pong" "$(cat "$dir/slow.out")" '>Pong<'
like "and its connection closed" "$(cat "$dir/slow.out")" '^Connection: close'
is "it is the same process" "$(listener_pid)" "$pid"

: >"$log"
renew "$dir/old.crt" "$pki/guest.key"
ok "a key that does not fit is refused" wait_for 5 logged 'MOBB-1502'
ok "and that is said" wait_for 5 logged 'reload: refused'
is "the certificate is the one of before" "$(shown)" serial=1B59
: >"$log"
renew "$dir/old.crt" "$dir/old.key"
wait_for 5 logged 'reload: done'
is "once both fit it is used" "$(shown)" "$before"
cp "$dir/cpa.xml" "$dir/cpa.good"
: >"$log"
head -c 500 "$dir/cpa.good" >"$dir/cpa.xml"
kill -HUP "$listener"
ok "a CPA that cannot be read is refused" wait_for 5 logged 'MOBB-16'
is "and the one of before holds" "$(as theirs-client)" 200
: >"$log"
cpa_was=$cpa cpa=other-cpa
sed "s/$cpa_was/$cpa/" "$dir/cpa.good" >"$dir/cpa.xml"
kill -HUP "$listener"
wait_for 5 logged 'reload: done'
is "a CPA is read anew too" "$(as theirs-client)" 200
cpa=$cpa_was
is "and the old one is gone" "$(as theirs-client)" 500
cp "$dir/cpa.good" "$dir/cpa.xml"
: >"$log"
kill -HUP "$listener"
wait_for 5 logged 'reload: done'
what=loose as theirs-client >/dev/null
like "what breaks only the channel's rules is refused" "$(cat "$log")" \
	'message refused with Inconsistent'
is "a certificate of a third party is refused" "$(as guest)" 500
sed -i -e 's/^  max_body:/  strict: false\n&/' -e \
	's/^    letters:.*/&\n    gateways: ["00000099000000090000"]/' "$dir/jobs.yaml"
: >"$log"
kill -HUP "$listener"
wait_for 5 logged 'reload: done'
what=loose as theirs-client >/dev/null
like "with strict: false it is taken, and said" "$(cat "$log")" \
	'accepted, though the agreement says otherwise'
is "and as a gateway of the endpoint the third party is heard" "$(as guest)" 200
: >"$log"
sed -i 's/^  max_body:.*/  max_bodi: 24MB/' "$dir/jobs.yaml"
kill -HUP "$listener"
ok "a wrong jobs file is refused" wait_for 5 logged 'MOBB-1002'
is "it is still the same process" "$(listener_pid)" "$pid"
other=$(sed -n 's/^listen: .*:\([0-9]*\)".*/\1/p' "$dir/sim.yaml")
set_listen -e "s/127.0.0.1:$port/127.0.0.1:$((other + 1))/"
kill -HUP "$listener"
moved() { [ "$(as theirs-client $((other + 1)))" = 200 ]; }
ok "another port takes a new process, at once" wait_for 10 moved
set_listen
kill -HUP "$listener"
back() { [ "$(as theirs-client)" = 200 ]; }
ok "and back" wait_for 10 back

# --- a storm; memory is looked at without sanitizers ---

pid=$(listener_pid)
rss() { sed -n "s/^$1:[^0-9]*\([0-9]*\) kB/\1/p" "/proc/$pid/status"; }
storm() { # storm CERT COUNT KIND SECONDS
	: >"$dir/storm.log"
	"$dir/inlet" flood "$port" "$pki/$1.crt" "$pki/$1.key" "$2" "$3" "$4" \
		>"$dir/storm.log" 2>&1 &
	storm=$!
	pids="$pids $storm"
	wait_for 60 grep -q ready "$dir/storm.log"
}
quick() { # a Ping of the other side, and how many ms it took, in $ms
	_t=$(date +%s%N)
	is "$1" "$(as theirs-client)" 200
	ms=$((($(date +%s%N) - _t) / 1000000))
	ok "soon ($ms ms)" test "$ms" -lt 3000
}
calm=$(rss VmRSS)
storm guest 500 silent 4
quick "while 500 strangers are silent a Ping is answered"
wait "$storm"
storm guest 120 head 4
quick "while 120 heads never end a Ping is answered"
wait "$storm"
storm guest 60 body 8
sleep 4
quick "while 60 bodies of 20 MB come in a Ping is answered"
wait "$storm"
later=$(sed -n 's/later \([0-9]*\) .*/\1/p' "$dir/storm.log")
ok "three of them may stay, the others are told later ($(tail -1 "$dir/storm.log"))" \
	test "$later" = 57
peak=$(rss VmHWM)
echo "# resident: calm $calm kB, at most $peak kB, then $(rss VmRSS) kB"
ok "at most 72 MB more were held ($peak kB at most)" \
	test "$peak" -lt $((calm + 72000 + 40000))
sleep 1
ok "and given back ($(rss VmRSS) kB)" test "$(rss VmRSS)" -lt $((calm + 40000))
is "it is still the same process" "$(listener_pid)" "$pid"
listen_stop

# --- the socket of systemd ---

set_listen -e "s/^  at:.*/  at: systemd/"
timeout 3 mobbd -f "$dir/jobs.yaml" --listen >"$dir/dark.log" 2>&1
like "without systemd that is an error with a code" "$(cat "$dir/dark.log")" \
	'MOBB-2007.*no socket was passed'
sim_stop
sim_start
"$dir/inlet" activate "$port" mobbd -f "$dir/jobs.yaml" >"$log" 2>&1 &
listener=$!
pids="$pids $listener"
ok "started with a socket it listens there" wait_for 30 logged 'listening on systemd'
is "a Ping over TLS is answered" "$(as theirs-client)" 200
wait_for 20 sh -c "pgrep -f '$dir/jobs.yaml --role keeper'"
inode=$(readlink "/proc/$listener/fd/3")
like "it is a socket" "$inode" 'socket:'
held=$(find /proc/[0-9]*/fd -lname "$(echo "$inode" | sed 's/[][]/\\&/g')" \
	2>/dev/null | cut -d/ -f3 | sort -n | tr '\n' ' ')
is "none but the supervisor and the listener has it" "$held" \
	"$(printf '%s\n' "$listener" "$(listener_pid)" | sort -n | tr '\n' ' ')"
like "mobbjob names it" "$(job endpoint check)" 'our listener.*systemd'
kill -9 "$(listener_pid)"
is "a listener that dies loses no connection: the next one takes it" \
	"$(as theirs-client)" 200
kill "$listener"
wait "$listener" 2>/dev/null
is "and the end is the usual one" $? 0

if command -v systemd-socket-activate >/dev/null; then
	: >"$log"
	systemd-socket-activate -l "127.0.0.1:$port" \
		mobbd -f "$dir/jobs.yaml" --listen >"$log" 2>&1 &
	listener=$!
	pids="$pids $listener"
	is "systemd's own tool starts it with the first connection" \
		"$(wait_for 5 logged 127.0.0.1; as theirs-client)" 200
	kill "$listener"
	wait "$listener" 2>/dev/null
else
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - systemd's own tool # SKIP not installed"
fi

behind systemd
timeout 3 "$dir/inlet" activate "$port" mobbd -f "$dir/jobs.yaml" --listen \
	>"$dir/dark.log" 2>&1
like "a port of systemd with the header is refused" "$(cat "$dir/dark.log")" \
	'MOBB-2007.*header is only for a UNIX socket'
sock=$dir/given.sock
: >"$log"
"$dir/inlet" activate "$sock" mobbd -f "$dir/jobs.yaml" --listen >"$log" 2>&1 &
listener=$!
pids="$pids $listener"
wait_for 30 logged 'listening on systemd'
is "a UNIX socket of systemd, with the header" \
	"$(at_socket -H "X-Client-Cert: $theirs")" 200
kill "$listener"
wait "$listener" 2>/dev/null
ok "systemd's file is not ours to remove" test -S "$sock"
finish
