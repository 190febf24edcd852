#!/bin/sh
# The AbonnementService of mobbsim, asked by curl: a question is processed once,
# and its answer waits, packed, until somebody takes it.
. tests/run/lib.sh
command -v curl >/dev/null || skip_all "no curl"
house dark
sim_start
ours=00000099000000010000
theirs=$(sed -n 's/^oin: "\(.*\)"/\1/p' "$dir/sim.yaml")
port=$(sed -n 's/^listen: "127.0.0.1:\(.*\)"/\1/p' "$dir/sim.yaml")
cpa=$(sed -n 's/.*c:cpaid="\([^"]*\)".*/\1/p' "$dir/cpa.xml")
xmlns=http://schemas.overheid.nl/GEB/AbonnementServiceProcessor/2014/02
eb=http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd

# ask MESSAGEID VERZOEKID: the question is on standard input, what follows the
# VerzoekId; the HTTP status on standard output
ask() {
	{
		printf -- '--part\r\nContent-Type: text/xml\r\n\r\n'
		cat <<-EOF
			<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
			 xmlns:e="$eb" xmlns:l="http://www.w3.org/1999/xlink"><s:Header>
			<e:MessageHeader e:version="2.0" s:mustUnderstand="1"><e:From>
			<e:PartyId e:type="urn:osb:oin">$ours</e:PartyId><e:Role>SR</e:Role>
			</e:From><e:To><e:PartyId e:type="urn:osb:oin">$theirs</e:PartyId>
			<e:Role>SP</e:Role></e:To><e:CPAId>$cpa</e:CPAId>
			<e:ConversationId>c1</e:ConversationId>
			<e:Service e:type="urn:osb:services">MIJNOVERHEID.ebMS.BB.2.0</e:Service>
			<e:Action>GLOBE-R-A-Request</e:Action><e:MessageData>
			<e:MessageId>$1</e:MessageId>
			<e:Timestamp>$(date -u +%Y-%m-%dT%H:%M:%SZ)</e:Timestamp>
			</e:MessageData><e:DuplicateElimination/></e:MessageHeader>
			<e:AckRequested e:version="2.0" s:mustUnderstand="1" e:signed="false"/>
			</s:Header><s:Body><e:Manifest e:version="2.0">
			<e:Reference l:type="simple" l:href="cid:question"/></e:Manifest>
			</s:Body></s:Envelope>
		EOF
		printf -- '\r\n--part\r\nContent-Type: text/xml\r\n'
		printf 'Content-ID: <question>\r\n\r\n'
		printf '<a:AbonnementAanvraag xmlns:a="%s">' "$xmlns"
		printf '<BerichtLeverancier><OIN>%s</OIN>' "$ours"
		printf '</BerichtLeverancier><VerzoekId>%s</VerzoekId>' "$2"
		cat
		printf '</a:AbonnementAanvraag>\r\n--part--\r\n'
	} >"$dir/question"
	curl -s -o "$dir/said" -w '%{http_code}' --http1.1 -H 'Expect:' \
		--cacert "$dir/pki/root.crt" --cert "$dir/pki/ours-client.crt" \
		--key "$dir/pki/ours-client.key" -H 'SOAPAction: "ebXML"' \
		-H 'Content-Type: multipart/related; type="text/xml"; boundary=part' \
		--data-binary @"$dir/question" "https://localhost:$port/ebms"
}
id() { printf '5b8f1f60-1d0c-4a53-9d5e-0c2f5b8d1a%02d' "$1"; }
waiting() { for q in "$dir"/sim/queue/*.gz; do gunzip -c "$q"; done; }

# Some numbers and who of them has a box, by the truth of a batch file.
batch "$dir/woz.zip" 300 60
awk -F';' '$3 ~ /^9/ { print $3, $4 == "paper" ? "false" : "true" }' \
	"$dir/woz.zip.truth.csv" | sort -u >"$dir/wanted"
list() { sed 's|^\([0-9]*\).*|<BSN>\1</BSN>|' "$dir/wanted"; }
is "a question about a list is taken" \
	"$({ echo '<BSNLijst>'; list; echo '</BSNLijst>'; } | ask q1@us "$(id 1)")" 204
is "its answer, unpacked by gunzip, is right about every number" "$(
	waiting | sed -n 's|.*<BSN>\(.*\)</BSN><Geabonneerd>\(.*\)</Geab.*|\1 \2|p' |
		sort | diff - "$dir/wanted" | head -3
)" ""
like "it names the question" "$(waiting)" "<VerzoekId>$(id 1)</VerzoekId>"
is "a line says so" "$(tail -1 "$dir/sim/questions.csv" | cut -d';' -f2-)" \
	"q1@us;$(id 1);list;$(wc -l <"$dir/wanted" | tr -d ' ');whole"

sim_stop
sim_start
is "after a restart the same message is only acknowledged" \
	"$({ echo '<BSNLijst>'; list; echo '</BSNLijst>'; } | ask q1@us "$(id 1)")" 204
is "and was processed once" "$(grep -c 'q1@us' "$dir/sim/questions.csv")" 1
is "its answer still waits, once" "$(ls "$dir"/sim/queue/*.gz | wc -l | tr -d ' ')" 1

is "a question about everybody" "$(ask q2@us "$(id 2)" </dev/null)" 204
is "is about the 9,091 numbers kept for tests, two thirds of them yes" "$(
	awk '/<BSN>/ { n++ } /false/ { f++ } END { print (n > 5700 && n < 6100), f + 0 }' \
		"$dir/sim/answers/$(id 2).xml"
)" "1 0"

sim_stop
who=$(awk '$2 == "true" { print $1; exit }' "$dir/wanted")
echo "2026-03-02T10:00:00Z $who no" >"$dir/sim/changes.txt"
sim_start
is "a question about changes" "$(
	echo '<MutatieDatum>2026-03-01T00:00:00Z</MutatieDatum>' |
		ask q3@us "$(id 3)"
)" 204
like "is about who changed" "$(cat "$dir/sim/answers/$(id 3).xml")" \
	"<BSN>$who</BSN><Geabonneerd>false"

sim_stop
echo 'every 1 answer half' >"$dir/plan"
sim_start --faults "$dir/plan"
is "an answer that goes wrong on command" "$(
	{ echo '<BSNLijst>'; list; echo '</BSNLijst>'; } | ask q4@us "$(id 4)"
)" 204
is "has half of the numbers" "$(grep -c '<BSN>' "$dir/sim/answers/$(id 4).xml")" \
	$((($(wc -l <"$dir/wanted") + 1) / 2))
is "and is called so" "$(tail -1 "$dir/sim/questions.csv" | cut -d';' -f6)" half
finish
