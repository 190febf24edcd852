#!/bin/sh
# A stranger at the endpoint: curl over two-way TLS says what our simulator never
# would, and what we push back is caught by openssl.
. tests/run/lib.sh
soap=$MOBB_SHARED/ebms2/xsd/msg-header-2_0.xsd

cr=$(printf '\r')
now() { date -u "+%Y-%m-%dT%H:%M:%SZ" ${1:+-d "$1"}; }

# message ID ACTION [HEADER [BODY [LIVE]]]: an envelope from them to us
message() {
	case $2 in
	GLOBE*) _service='<eb:Service eb:type="urn:osb:services">'
		_service="${_service}MIJNOVERHEID.ebMS.BB.2.0" ;;
	*) _service='<eb:Service>urn:oasis:names:tc:ebxml-msg:service' ;;
	esac
	cat <<EOF
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:eb="http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd">
<soap:Header>
<eb:MessageHeader eb:version="2.0" soap:mustUnderstand="1">
<eb:From><eb:PartyId eb:type="urn:osb:oin">00000099000000020000</eb:PartyId><eb:Role>SP</eb:Role></eb:From>
<eb:To><eb:PartyId eb:type="urn:osb:oin">00000099000000010000</eb:PartyId><eb:Role>SR</eb:Role></eb:To>
<eb:CPAId>$cpa</eb:CPAId>
<eb:ConversationId>conversation-$1</eb:ConversationId>
$_service</eb:Service>
<eb:Action>$2</eb:Action>
<eb:MessageData><eb:MessageId>$1@stranger.example</eb:MessageId><eb:Timestamp>$(now)</eb:Timestamp>${5:+<eb:TimeToLive>$5</eb:TimeToLive>}</eb:MessageData>
${5:+<eb:DuplicateElimination/>}</eb:MessageHeader>
${3:-}
</soap:Header>
${4:-<soap:Body/>}
</soap:Envelope>
EOF
}
sync='<eb:SyncReply eb:version="2.0" soap:mustUnderstand="1" soap:actor="http://schemas.xmlsoap.org/soap/actor/next"/>'
ack='<eb:AckRequested eb:version="2.0" soap:mustUnderstand="1" soap:actor="urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH" eb:signed="false"/>'

# result ID ACTION [HEADER]: a business message with a payload, as request.ID
result() {
	{
		printf -- '--=_b_=\r\nContent-Type: text/xml; charset=UTF-8\r\n'
		printf 'Content-ID: <%s@stranger.example>\r\n\r\n' "$1"
		message "$1" "$2" "${3:-$ack}" \
			'<soap:Body><eb:Manifest eb:version="2.0"><eb:Reference xlink:type="simple" xlink:href="cid:part-1"/></eb:Manifest></soap:Body>' \
			"$(now '+1 hour')"
		printf '\r\n--=_b_=\r\nContent-Type: text/xml\r\n'
		printf 'Content-ID: <part-1>\r\n\r\n<unknown/>\r\n--=_b_=--\r\n'
	} >"$dir/request.$1"
}
signal() { message "$@" >"$dir/request.$1"; }
status_of() { # status_of ID ABOUT
	message "$1" StatusRequest "$sync" "<soap:Body><eb:StatusRequest eb:version=\"2.0\"><eb:RefToMessageId>$2@stranger.example</eb:RefToMessageId></eb:StatusRequest></soap:Body>" \
		>"$dir/request.$1"
	post "$1"
	sed -n 's/.*messageStatus="\([A-Za-z]*\)".*/\1/p' "$dir/answer"
}

# post ID [curl options]: the status; its body is in answer
post() {
	_id=$1
	shift
	case $(head -c 3 "$dir/request.$_id") in
	--=) _type='multipart/related; type="text/xml"; boundary="=_b_="' ;;
	*) _type='text/xml; charset=UTF-8' ;;
	esac
	: >"$dir/answer"
	status=$(curl -s --max-time 60 -o "$dir/answer" -w '%{http_code}' \
		--cacert "$dir/pki/root.crt" --cert "$dir/pki/theirs-client.crt" \
		--key "$dir/pki/theirs-client.key" \
		-H "${action:-SOAPAction: \"ebXML\"}" \
		-H "Content-Type: ${type:-$_type}" --data-binary "@$dir/request.$_id" \
		"$@" "https://localhost:$port${at:-/ebms}")
}

# catch N [ID]: the next push, answered with 204, is pushed.N with its head cut
# off; ID: message ID is posted, and nothing runs but the listener
catch() {
	mkfifo "$dir/say.$1"
	openssl s_server -quiet -accept "$theirs" -naccept 1 -Verify 2 \
		-cert "$dir/pki/theirs-server.crt" \
		-key "$dir/pki/theirs-server.key" -CAfile "$dir/pki/root.crt" \
		<"$dir/say.$1" >"$dir/whole.$1" 2>"$dir/catch.log" &
	_server=$!
	{
		exec 3>"$dir/say.$1"
		wait_for 30 grep -q '</soap:Envelope>' "$dir/whole.$1"
		printf 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n' >&3
		sleep 1
	} &
	_answer=$!
	pids="$pids $_server $_answer"
	if [ $# -gt 1 ]; then
		sleep 0.5
		post "$2"
		wait_for 30 grep -q '</soap:Envelope>' "$dir/whole.$1"
		sleep 1
	else
		once
	fi
	kill "$_server" 2>/dev/null
	wait "$_server" "$_answer" 2>/dev/null
	sed "1,/^$cr\$/d" "$dir/whole.$1" >"$dir/pushed.$1"
}
what() { # what FILE: action and what it is about
	xmllint --nonet --xpath "concat(//*[local-name()='Action'], ' ', \
		//*[local-name()='MessageData']/*[local-name()='RefToMessageId'], \
		' ', //@*[local-name()='errorCode'], ' ', \
		//@*[local-name()='location'])" "$1" | sed 's/ *$//'
}
fits() { # fits FILE: the official schema, where it is
	[ ! -e "$soap" ] || xmllint --nonet --noout --schema "$soap" "$1"
}
address() {
	cpa=$(sed -n 's/.*cpaid="\([^"]*\)".*/\1/p' "$dir/cpa.xml")
	port=$(sed -n 's/^ *at:.*:\([0-9]*\)"$/\1/p' "$dir/jobs.yaml")
	theirs=$(sed -n 's/^listen:.*:\([0-9]*\)"$/\1/p' "$dir/sim.yaml")
}

house dark
address
listen_start

# What comes in is accepted once, and acknowledged with the same bytes.
result r1 GLOBE-R-BV-Result
is "before it came its status is unknown" "$(status_of s0 r1)" NotRecognized
post r1
is "a result is taken" "$status $(wc -c <"$dir/answer")" "204 0"
is "now it is received" "$(status_of s1 r1)" Received
catch 1
is "an acknowledgment is pushed" "$(what "$dir/pushed.1")" \
	"Acknowledgment r1@stranger.example"
ok "... which is valid" fits "$dir/pushed.1"
like "... as a bare envelope" "$(sed "/^$cr\$/q" "$dir/whole.1")" \
	'^Content-Type: text/xml; charset=UTF-8'
is "it is processed" "$(status_of s2 r1)" Processed
post r1
is "the same again is taken" "$status" 204
catch 2
ok "... and acknowledged with the same bytes" \
	cmp "$dir/pushed.1" "$dir/pushed.2"
is "... but not processed again" \
	"$(job list --all --json | wc -l) $(sql \
		"select count(*) from event where what = 'message not used'")" \
	"0 1"
result r2 GLOBE-R-BV-Result
post r2 -H 'Transfer-Encoding: chunked'
is "a chunked one is taken" "$status" 204
post r2 --http1.0
is "one by HTTP/1.0 too" "$status" 204
catch 3
is "... acknowledged once" "$(what "$dir/pushed.3")" \
	"Acknowledgment r2@stranger.example"

# What breaks the agreement gets its error.
result e1 GLOBE-R-BV-Something
post e1
is "an unknown action is taken note of" "$status" 204
catch 4
is "its error is pushed" "$(what "$dir/pushed.4")" \
	"MessageError e1@stranger.example ValueNotRecognized //Header/MessageHeader/Action"
ok "... which is valid" fits "$dir/pushed.4"
post e1
catch 5
ok "the same again: the same error" cmp "$dir/pushed.4" "$dir/pushed.5"
result e2 GLOBE-R-BV-Result
sed -i 's/00000099000000020000/00000099000000030000/' "$dir/request.e2"
post e2
is "from nobody we know: not with this certificate" "$status" 500
like "... and says so" "$(cat "$dir/answer")" \
	'<faultcode>soap:Client<.*|certificate does not belong'

# What is no message of ours at all.
fault() { # fault NAME ID [curl options]
	_name=$1
	shift
	post "$@"
	is "$_name: 500" "$status" 500
	like "... with a fault" "$(cat "$dir/answer")" '<soap:Fault>'
}
result f1 GLOBE-R-BV-Result
action='X-Nothing: to say'
fault "no SOAPAction" f1
action='SOAPAction: ebXML'
post f1
is "SOAPAction without its quotes is taken" "$status" 204
catch 6
is "... and acknowledged" "$(what "$dir/pushed.6")" \
	"Acknowledgment f1@stranger.example"
action=
fault "not our partner's certificate" f1 --cert "$dir/pki/ours-client.crt" \
	--key "$dir/pki/ours-client.key"
type=application/json
fault "no Content-Type we know" f1
type=
signal f2 Ping
sed -i "1i <!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>" \
	"$dir/request.f2"
fault "a DOCTYPE" f2
signal f3 Ping
sed -i 's/<eb:CPAId>/&x/' "$dir/request.f3"
fault "another agreement" f3
like "... by name" "$(cat "$dir/answer")" "CPA x$cpa not found"
: >"$dir/request.f4"
fault "nothing" f4
signal f5 Ping '<x:y xmlns:x="urn:x" soap:mustUnderstand="1"/>'
fault "what must be understood" f5
like "... and is not" "$(cat "$dir/answer")" 'soap:MustUnderstand'
at=/other
post f1
at=
is "another path: 404" "$status" 404
post f1 -X PUT
is "another method: 405" "$status" 405
head -c 30000000 /dev/zero >"$dir/request.f6"
post f6
is "too large: 413" "$status" 413
post f1 --cert '' --key ''
is "no certificate: no HTTP" "$status" 000

# Questions.
signal p1 Ping "$sync"
post p1
is "a Ping that waits gets its Pong" "$status $(what "$dir/answer")" \
	"200 Pong p1@stranger.example"
ok "... which is valid" fits "$dir/answer"
signal p2 Ping
catch 7 p2
is "one that does not: later" "$status $(wc -c <"$dir/answer")" "204 0"
is "... pushed, though nothing runs but the listener" "$(what "$dir/pushed.7")" "Pong p2@stranger.example"
signal a1 Acknowledgment '<eb:Acknowledgment eb:version="2.0" soap:mustUnderstand="1"><eb:Timestamp>2026-01-01T00:00:00Z</eb:Timestamp><eb:RefToMessageId>no-such-message</eb:RefToMessageId></eb:Acknowledgment>'
post a1
is "an acknowledgment of nothing is no trouble" "$status" 204
post a1
is "... nor is it twice" "$status" 204
once
like "... noted once" "$(sql "select count(*) from event
	where text like 'a1@%refers to no lot of ours'")" '^1$'

# The database goes away and comes back.  Nobody may start it again for us, so
# it is a database like any other.
listen_stop
cp "$dir/jobs.yaml" "$dir/private.yaml"
sed -i "s|^database: .*|database: \"$(job database conninfo)\"|" \
	"$dir/jobs.yaml"
listen_start
private() { mobbjob -f "$dir/private.yaml" database "$@" >/dev/null; }
result d1 GLOBE-R-BV-Result
ok "the database stops" private stop
post d1
is "without it nothing is accepted" "$status $(wc -c <"$dir/answer")" "503 0"
sleep 4
post d1
is "... but we listen" "$status $(wc -c <"$dir/answer")" "503 0"
is "... and know of nothing" "$(status_of s3 r1; echo "$status")" 503
ok "it starts" private conninfo
back() { post d1 && [ "$status" = 204 ]; }
ok "when it is back the same message is accepted" wait_for 30 back
is "... and kept" "$(status_of s4 d1)" Received
is "... by the one that listened all the time" \
	"$(grep -c 'listening on' "$dir/listen.log")" 1
listen_stop
cp "$dir/private.yaml" "$dir/jobs.yaml"

# The synchronous agreement: everything in the answer.
sed -i 's/syncReplyMode="none"/syncReplyMode="mshSignalsOnly"/' "$dir/cpa.xml"
listen_start
result y1 GLOBE-R-BV-Result "$sync$ack"
post y1 -D "$dir/head"
is "synchronous: the acknowledgment is the answer" \
	"$status $(what "$dir/answer")" "200 Acknowledgment y1@stranger.example"
like "... as ebXML" "$(tr -d "$cr" <"$dir/head")" '^SOAPAction: "ebXML"$'
ok "... valid" fits "$dir/answer"
cp "$dir/answer" "$dir/first"
post y1
ok "the same again: the same bytes" cmp "$dir/first" "$dir/answer"
result y2 GLOBE-R-BV-Result
post y2
is "without SyncReply: an error, with 200" "$status $(what "$dir/answer")" \
	"200 MessageError y2@stranger.example Inconsistent //Header/SyncReply"
signal y3 Ping
post y3
is "a Ping need not say that it waits" "$status $(what "$dir/answer")" \
	"200 Pong y3@stranger.example"
finish
