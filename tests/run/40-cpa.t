#!/bin/sh
# What a CPA says and what is wrong with it, as the operator is told, and which
# CPAs the daemon takes.
. tests/run/lib.sh
house dark
cpa=$dir/cpa.xml
good=$dir/good.xml
cp "$cpa" "$good"

change() { # change SED...: the good CPA with changes
	cp "$good" "$cpa"
	for _e in "$@"; do
		sed -i "$_e" "$cpa"
	done
	cmp -s "$good" "$cpa" && echo "# nothing changed: $*"
}
place() { # place PATTERN: the number of the first such line
	grep -n "$1" "$cpa" | head -1 | cut -d: -f1
}
code_of() { # code_of command...: its exit code
	"$@" >"$dir/out" 2>&1
	echo $?
}

# --- the table ---
out=$(job check "$cpa")
is "a good CPA: exit 0" $? 0
ours=$(sed -n 's|.*uri="\(https://[^"]*\)".*|\1|p' "$cpa" | head -1)
theirs=$(sed -n 's|.*uri="\(https://[^"]*\)".*|\1|p' "$cpa" | tail -1)
like "it is read as our sender" "$out" '^ok.*CPA .* sender voorbeeld, valid'
like "its status and version" "$out" '^CPA .*version 2_0b, agreed$'
like "the lifetime" "$out" '^valid +2020-01-01 .* to 2099-12-31 '
like "who we are" "$out" \
	'^we +Gemeente Voorbeeld: 00000099000000010000 \(urn:osb:oin\)$'
like "who they are" "$out" '^they +.*: 00000099000000020000 \(urn:osb:oin\)$'
like "where signals go to us" "$out" "^signals to us +$ours, "
like "where signals go to them" "$out" "^signals to them +$theirs, "
like "actions with the same terms stand together" "$out" \
	'^send GLOBE-R-BV-Request, GLOBE-R-A-Request$'
like "what we receive" "$out" '^receive GLOBE-R-BV-Result, GLOBE-R-A-Result$'
like "roles" "$out" '^  roles +SR to SP$'
like "service with its type" "$out" \
	'^  service +MIJNOVERHEID.ebMS.BB.2.0, type urn:osb:services$'
like "where letters go" "$out" "^  address +$theirs\$"
like "how they are acknowledged" "$out" \
	"^  acknowledgment +always, unsigned; pushed by them to $ours\$"
like "and how we acknowledge" "$out" \
	"^  acknowledgment +always, unsigned; pushed by us to $theirs\$"
like "attempts and time to live" "$out" \
	'^  attempts +1 \+ 8, every 5 s; time to live 45 s$'
like "how long ids are kept" "$out" \
	'^  ids kept +1 d \(sender 1 d, receiver 1 d\)$'
like "which certificate we show" "$out" \
	'^  our client +OURS-client \(localhost, OIN 0+99000000010000\) until 20'
like "which they show" "$out" '^  their server +THEIRS-server '
is "nothing is warned of" "$(echo "$out" | grep -c '^warning')" 0
is "check cpa shows those of all senders" \
	"$(job check cpa | sed "s|$dir/||")" "$(echo "$out" | sed "s|$dir/||")"
is "check alone has a line for it" \
	"$(job check | grep -c "^ok.*cpa.xml.*CPA .* valid until")" 1

plain=$(job check "$cpa" --plain)
is "--plain: a line for each term of each action" \
	"$(echo "$plain" | grep -c "^[a-z]* GLOBE-[^	]*	[^	]*	")" 40
like "--plain: tabs" "$plain" \
	'^send GLOBE-R-A-Request	attempts	1 \+ 8, every 5 s; '
json=$(job check "$cpa" --json)
is "--json: an object for each action" \
	"$(echo "$json" | grep -c '^{"schema":"mobb.cpa/1",.*}$')" 4
like "--json: its terms" "$json" \
	'"action":"GLOBE-R-BV-Request","direction":"send","usable":true,.*"sync_reply":false,.*"retries":8,"interval_ms":5000,"time_to_live_ms":45000,.*"ids_kept_ms":86400000,'

# --- without a jobs file ---
none="mobbjob -f $dir/nothing.yaml check $cpa"
out=$($none)
is "without a jobs file: exit 0" $? 0
like "it says so" "$out" '^note.*there is no jobs file .* as each of its part'
is "and shows both sides" "$(echo "$out" | grep -c '^seen as ')" 2
like "the one" "$out" '^seen as +Gemeente Voorbeeld: '
like "and the other, who receives" "$out" '^receive GLOBE-R-BV-Request'
out=$($none --oin 00000099000000020000)
is "--oin chooses one" "$(echo "$out" | grep '^seen as ')" \
	"seen as         Berichtenbox (oefening): 00000099000000020000 (urn:osb:oin)"
is "one that is not in it: exit 4" "$(code_of $none \
	--oin 00000099000000030000)" 4
like "and why" "$(cat "$dir/out")" \
	'MOBB-1601: .*none of the parties has OIN 00000099000000030000$'
is "one without a number: exit 2" "$(code_of $none --oin=)" 2
sed 's/00000099000000010000/00000099000000040000/' "$dir/jobs.yaml" \
	>"$dir/other.yaml"
out=$(mobbjob -f "$dir/other.yaml" check "$cpa")
like "no sender of the jobs file is in it: both sides" "$out" \
	'^note.*no sender of .*other.yaml is in it'

# --- mistakes ---
change 's/c:value="agreed"/c:value="proposed"/' \
	's|<c:Retries>8|<c:Retries>101|' \
	's|transportId="THEIRS-https" c:docExchangeId="THEIRS-x-reliable"|transportId="THEIRS-xxx" c:docExchangeId="THEIRS-x-reliable"|'
is "a wrong CPA: exit 4" "$(code_of job check "$cpa")" 4
out=$(cat "$dir/out")
like "not agreed: line and element" "$out" \
	"^mobbjob: MOBB-1601: $cpa CPA line $(place proposed), Status: it is proposed"
like "retries: line, path and id" "$out" \
	"CPA line $(place '>101<'), PartyInfo/DocExchange\\[OURS-x-reliable\\]/ebXMLSenderBinding/ReliableMessaging/Retries: 0 to 100 expected"
like "a reference that leads nowhere" "$out" \
	"CPA line $(place THEIRS-xxx), PartyInfo/DeliveryChannel\\[THEIRS-reliable\\]: there is no Transport 'THEIRS-xxx'"
like "all of them, counted" "$out" "^mobbjob: $cpa: 4 mistakes$"
is "what to do is said once" "$(echo "$out" | grep -c '^  what to do')" 1
like "what could be read is shown" "$out" '^we +Gemeente Voorbeeld'
is "in JSON each is an object" "$(job check "$cpa" --json 2>/dev/null |
	grep -c '"mobb.check/1","ok":false,.*"code":"MOBB-1601"')" 4
is "check alone tells them too" "$(code_of job check)" 4
like "with the same places" "$(cat "$dir/out")" \
	"MOBB-1601: $cpa CPA line $(place proposed), Status: "
once
is "the daemon does not start with it: exit 4" "$code" 4
like "and tells the first" "$(cat "$dir/once.log")" \
	"MOBB-1601 $cpa CPA line [0-9]+, "
printf 'no xml' >"$cpa"
is "no XML at all: exit 4" "$(code_of job check)" 4
rm -f "$cpa"
is "not there: exit 4" "$(code_of job check cpa)" 4

# --- what we do not do ---
change '/x-reliable/,/<.c:ebXMLSenderBinding>/s|</c:ebXMLSenderBinding>|<c:SenderNonRepudiation><c:NonRepudiationProtocol>p</c:NonRepudiationProtocol><c:HashFunction>h</c:HashFunction><c:SignatureAlgorithm>s</c:SignatureAlgorithm><c:SigningCertificateRef c:certId="OURS-client"/></c:SenderNonRepudiation>&|'
is "signing: exit 4" "$(code_of job check "$cpa")" 4
like "as unsupported, with the element" "$(cat "$dir/out")" \
	"MOBB-1602: $cpa CPA line [0-9]+, PartyInfo/DocExchange\\[OURS-x-reliable\\]/ebXMLSenderBinding/SenderNonRepudiation: GLOBE-R-BV-Request asks for signing"
like "each is listed with the reason" "$(cat "$dir/out")" \
	'^not used	.*SenderNonRepudiation	send GLOBE-R-A-Request of MIJNOVERHEID.ebMS.BB.2.0: signing$'
is "in JSON too" "$(job check "$cpa" --json 2>/dev/null |
	grep -c '"action":"GLOBE-R-[AB].*","usable":false,.*"reason":"signing"')" 4

# An action that we do not use may be encrypted.
change '/action="GLOBE-R-A-Request"/,/Channel/s/Confidential="transient"/Confidential="persistent"/'
is "encryption of what is not used: exit 0" "$(code_of job check "$cpa")" 0
like "it is listed" "$(cat "$dir/out")" \
	'^not used	.*BusinessTransactionCharacteristics	send GLOBE-R-A-Request of .*: encryption$'
once
is "the daemon takes it (and finds no listener: exit 7)" "$code" 7

# --- plain http ---
change 's|https://localhost|http://localhost|'
is "plain http: exit 4" "$(code_of job check "$cpa")" 4
is "each address once" "$(grep -c 'MOBB-1601.*/Endpoint: the address is plain' \
	"$dir/out")" 2
once
is "the daemon refuses it: exit 4" "$code" 4
cp "$dir/jobs.yaml" "$dir/jobs.good"
sed -i 's/^    environment: simulator/&\n    plain_http: true/' "$dir/jobs.yaml"
is "allowed at a simulator: exit 0" "$(code_of job check "$cpa")" 0
once
is "the daemon takes it" "$code" 7
cat >>"$dir/jobs.yaml" <<-END
	  - name: elsewhere
	    title: Elders
	    sender: voorbeeld
	    endpoint: second
	    printer: drukker
	    format: woz-biljet/1
	    type: WOZ
END
sed -i 's|^endpoints:|&\n  - { name: second, environment: simulator, wus: "https://localhost:1/wus", trust: pki/root.crt }|' "$dir/jobs.yaml"
is "not when one endpoint of the sender does not allow it: exit 4" \
	"$(code_of job check "$cpa")" 4
cp "$dir/jobs.good" "$dir/jobs.yaml"

# --- time ---
soon=$(date -u -d '+20 days' +%Y-%m-%dT00:00:00Z)
change "s|<c:End>[^<]*|<c:End>$soon|"
is "it ends in 20 days: exit 0" "$(code_of job check "$cpa")" 0
like "with a warning" "$(cat "$dir/out")" '^warning	.*the CPA ends soon, on 20'
change 's|<c:End>[^<]*|<c:End>2021-01-01T00:00:00Z|'
is "it has ended: exit 4" "$(code_of job check)" 4
like "and why" "$(cat "$dir/out")" \
	'MOBB-1601: .*the CPA is valid from 2020-01-01 .* to 2021-01-01'

# --- certificates ---
cp "$good" "$cpa"
mobbsim init "$dir/room" --ports auto >/dev/null
cp "$dir/pki/ours-client.crt" "$dir/client.was"
cp "$dir/room/pki/ours-client.crt" "$dir/pki/ours-client.crt"
job check "$cpa" >"$dir/out"
like "another certificate than the CPA names" "$(cat "$dir/out")" \
	'^warning	.*certificate of the sender, .*ours-client.crt, is not the one'
cp "$dir/pki/theirs-client.crt" "$dir/pki/ours-client.crt"
job check "$cpa" >"$dir/out"
like "one with another OIN" "$(cat "$dir/out")" \
	'^warning	.*carries OIN 00000099000000020000, the CPA names us 00000099000000010000'
cp "$dir/client.was" "$dir/pki/ours-client.crt"
change 's/>00000099000000020000</>00000099000000050000</'
job check "$cpa" >"$dir/out"
like "one inside the CPA that is not its party's" "$(cat "$dir/out")" \
	"^warning	$cpa CPA line $(place 'certId="THEIRS-server"'), Certificate\\[THEIRS-server\\]	the certificate carries OIN 00000099000000020000, its party is 00000099000000050000"
change '/certId="THEIRS-server"/,/<.ds:X509Certificate>/s|^[A-Za-z0-9+/=]*$|AAAA|'
job check "$cpa" >"$dir/out"
like "one that is none" "$(cat "$dir/out")" \
	'^warning	.*Certificate\[THEIRS-server\]	no certificate'

# --- several senders ---
cp "$good" "$cpa"
second() { # second FILE: another sender, with this CPA
	cp "$dir/jobs.good" "$dir/jobs.yaml"
	sed -i "s|^senders:|&\n  - { name: second, oin: \"$2\", cpa: $1, certificate: pki/ours-client.crt, key: pki/ours-client.key }|" \
		"$dir/jobs.yaml"
	once
}
second cpa.xml 00000099000000010000
is "two senders share a CPA" "$code" 7
sed 's/cpaid="[^"]*/&-2/' "$cpa" >"$dir/cpa2.xml"
second cpa2.xml 00000099000000010000
is "or have different ones" "$code" 7
sed 's/PT5S/PT6S/' "$cpa" >"$dir/cpa2.xml"
second cpa2.xml 00000099000000010000
is "but one id with two contents is an error: exit 4" "$code" 4
like "and why" "$(tail -5 "$dir/once.log")" \
	"MOBB-1601 $dir/cpa.xml: senders second and voorbeeld have CPAs with the same id"
second cpa.xml 00000099000000020000
is "and so is one CPA seen from both sides: exit 4" "$code" 4

# --- those of others, where they are ---
for f in "$MOBB_SHARED"/ebms2/examples/cpa-*.xml; do
	[ -e "$f" ] || continue
	is "$(basename "$f") can be used" "$(code_of mobbjob \
		-f "$dir/nothing.yaml" check "$f" --oin 00000099000000010000)" 0
done
for f in "$MOBB_SHARED"/ebms2/cpa/*.xml; do
	[ -e "$f" ] || continue
	is "$(basename "$f") is for something else" "$(code_of mobbjob \
		-f "$dir/nothing.yaml" check "$f")" 4
	is "$(basename "$f"): both sides are shown" \
		"$(grep -c '^seen as ' "$dir/out")" 2
	is "$(basename "$f"): both sides lack our actions" \
		"$(grep -c 'there is no action GLOBE-R-BV-Re' "$dir/out")" 4
done
finish
