#!/bin/sh
# What leaves and what comes back, judged by the official schemas.
# xmllint is the judge; nothing of ours reads what it is asked about.
. tests/run/lib.sh
[ -f "$MOBB_SHARED/logius/request/GLOBEBatchRequest.xsd" ] ||
	skip_all "no official schemas in MOBB_SHARED ($MOBB_SHARED)"
request=$MOBB_SHARED/logius/request/GLOBEBatchRequest.xsd
response=$MOBB_SHARED/logius/response/GLOBEBatchResponse.xsd
soap=$MOBB_SHARED/ebms2/xsd/msg-header-2_0.xsd

valid() { # valid SCHEMA FILE...
	_x=$1
	shift
	[ -e "$1" ] && xmllint --nonet --huge --noout --schema "$_x" "$@"
}
bites() { # bites SCHEMA FILE "sed program": what was altered is not valid
	sed "$3" "$2" >"$dir/altered.xml"
	! cmp -s "$2" "$dir/altered.xml" && ! valid "$1" "$dir/altered.xml"
}
column() { # column NAME "select of one bytea": NAME.1.xml ..; how many
	_i=0
	for _hex in $(sql "select encode(x, 'hex') from ($2) q(x)"); do
		_i=$((_i + 1))
		echo "$_hex" | perl -ne 'chomp; print pack("H*", $_)' \
			>"$dir/$1.$_i.xml"
	done
	echo "$_i"
}
body() { # body FILE OUT: what a SOAP envelope holds
	xmllint --nonet --xpath "/*/*[local-name()='Body']/*" "$1" >"$2"
}

house dark
# The subscription schemas name their neighbours by a foreign URL.
mkdir "$dir/wus"
for s in xsd0 xsd2 xsd3; do
	sed 's#"http://[^"]*?xsd=\(xsd[0-9]\)"#"\1.xsd"#' \
		"$MOBB_SHARED/logius/validatie/$s.xsd" >"$dir/wus/$s.xsd"
done
wus=$dir/wus/xsd0.xsd

f=$dir/woz.zip
batch "$f" 60 20
drop "$f"
listen_start
# Until the simulator runs its port is ours, so what is asked is asked us.
mkfifo "$dir/hush" # opened both ways: says nothing, and never ends
port=$(sed -n 's/^listen:.*:\([0-9]*\)"*$/\1/p' "$dir/sim.yaml")
openssl s_server -quiet -accept "$port" -naccept 1 -Verify 2 \
	-cert "$dir/pki/theirs-server.crt" -key "$dir/pki/theirs-server.key" \
	-CAfile "$dir/pki/root.crt" >"$dir/asked" 2>"$dir/tap.log" <>"$dir/hush" &
tap=$!
pids="$pids $tap"
once &
run=$!
pids="$pids $run"
ok "somebody is asked who is subscribed" \
	wait_for 20 grep -q '</[a-z]*:Envelope>' "$dir/asked"
kill "$tap"
wait "$tap" 2>/dev/null
sed -n '/^<?xml/,$p' "$dir/asked" >"$dir/question.xml"
ok "the question is XML in a SOAP body" \
	body "$dir/question.xml" "$dir/question.body"
ok "the question fits its schema" valid "$wus" "$dir/question.body"
ok "... which finds a wrong element" \
	bites "$wus" "$dir/question.body" 's/berichtTypeCode/berichtCode/g'
like "the question has its SOAPAction" "$(tr -d '\r' <"$dir/asked")" \
	'^SOAPAction: "http.*/ValidateAbonnementen"$'

sim_start
wait "$run"
ok "the simulator answers the same question" curl -sS -o "$dir/answer.xml" \
	--cacert "$dir/pki/root.crt" --cert "$dir/pki/ours-client.crt" \
	--key "$dir/pki/ours-client.key" --data-binary "@$dir/question.xml" \
	-H 'Content-Type: text/xml' -H "$(tr -d '\r' <"$dir/asked" |
		grep '^SOAPAction')" "https://localhost:$port/wus"
ok "... with a body" body "$dir/answer.xml" "$dir/answer.body"
ok "the answer fits its schema" valid "$wus" "$dir/answer.body"

settle
like "box letters were delivered" "$(field delivered)" '^[1-9]'
ok "every payload fits the schema of a request" \
	valid "$request" "$dir"/sim/received/*.xml
one=$(ls "$dir"/sim/received/*.xml | head -1)
ok "... which finds a wrong user" bites "$request" "$one" \
	's/>Burger</>Bedrijf</g'
n=$(column out "select envelope from attempt order by number")
is "there is an envelope for each message that left" "$n" "$(
	awk -F';' 'NR > 1 && $6 > 0 { print $4 }' "$dir/sim/posts.csv" |
		sort -u | wc -l
)"
ok "our envelopes fit the schema of ebMS" valid "$soap" "$dir"/out.*.xml
ok "... which finds a missing ConversationId" bites "$soap" "$dir/out.1.xml" \
	'/ConversationId/d'
n=$(column ack "select reply from inbound where length(reply) > 0")
like "we answered results" "$n" '^[1-9]'
ok "our acknowledgments fit it too" valid "$soap" "$dir"/ack.*.xml
n=$(column result "select payload from inbound where length(payload) > 0")
like "results came in" "$n" '^[1-9]'
ok "the simulator's results fit the schema of a response" \
	valid "$response" "$dir"/result.*.xml
finish
