#!/bin/sh
# The operator's tool without a database: help, codes, errors, exit codes.
. tests/run/lib.sh
dir=$(mktemp -d /tmp/mobb-run-XXXXXX)
chmod 755 "$dir"

# What the help lists, the manual page explains, and the other way round.
in_help=$(mobbjob --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' | sort -u)
in_page=$(sed -n 's/^\.It Cm \([a-z][a-z]*\).*/\1/p' mobbjob/mobbjob.1 |
	sort -u)
is "help and manual page list the same commands" "$in_help" "$in_page"
in_help=$(mobbjob --help | grep -o '^  -[-a-z]*' | tr -d ' ' | sort -u)
in_page=$(sed -n 's/^\.It Fl \([-a-z]*\).*/-\1/p' mobbjob/mobbjob.1 |
	grep -v -e --help | sort -u)
is "and the same options" "$in_help" "$in_page"
like "the version is said" "$(mobbjob --version)" '^mobbjob [0-9]'

out=$(mobbjob explain 0203)
like "explain: what it means" "$out" '^MOBB-0203  citizen number'
like "explain: in Dutch too" "$out" 'wat te doen .*leverancier'
is "explain takes the number as the table has it" \
	"$(mobbjob explain R203)" "$out"
like "explain in JSON" "$(mobbjob explain 203 --json)" \
	'"schema":"mobb.code/1","code":"MOBB-0203"'
codes=$(grep -c 'CODE_[A-Z_]* = [0-9]' base/code.h)
is "explain lists every code" "$(mobbjob explain | wc -l)" "$codes"

says() { # says "sentence" EXIT PATTERN command...
	_s=$1 _x=$2 _p=$3
	shift 3
	_out=$("$@" 2>&1 </dev/null)
	is "$_s: exit $_x" $? "$_x"
	like "$_s: says why" "$_out" "$_p"
	like "$_s: says what to do" "$_out" '^  what to do: '
}

says "no such code" 10 '^mobbjob: MOBB-1301: CODE 0999: no such code' \
	mobbjob explain 0999
says "no such command" 2 '^mobbjob: MOBB-1306: no command lits' mobbjob lits
says "no such option" 2 'unknown option --jsno' mobbjob list --jsno
says "an option without its value" 2 '-f wants a value' mobbjob list -f
says "too few words" 2 'usage: mobbjob show JOB' mobbjob show
says "too many words" 2 'usage: mobbjob show JOB' mobbjob show a b
says "dry run of what changes nothing" 2 'no --dry-run' \
	mobbjob explain 0203 --dry-run
says "no jobs file" 4 'MOBB-1001: .*/none.yaml: no jobs file' \
	mobbjob -f "$dir/none.yaml" list
printf 'spoel: x\n' >"$dir/odd.yaml"
says "a jobs file with a mistake" 4 'MOBB-100[24]: .*odd.yaml:[0-9]' \
	mobbjob -f "$dir/odd.yaml" list
says "check finds it too" 4 'MOBB-' mobbjob check "$dir/odd.yaml"
ok "a definition is sound" mobbjob check formats/woz-biljet.yaml

# submit: the spool alone, no database
cat >"$dir/jobs.yaml" <<'Y'
database: private
spool: spool
site_key: site.key
listen: { at: "127.0.0.1:1", certificate: c, key: k, trust: t }
senders:
  - { name: demo, oin: "00000099000000010000", cpa: c, certificate: c, key: k }
endpoints:
  - { name: sim, environment: simulator, wus: "https://x/", trust: t }
printers:
  - { name: post }
streams:
  - { name: woz, sender: demo, endpoint: sim, printer: post,
      format: woz-biljet/1, type: WOZ1 }
Y
printf 'content' >"$dir/a.zip"
printf 'letters=3' >"$dir/a.zip.totals"
: >"$dir/a.zip.ready"
in=$dir/spool/in/woz
like "submit --dry-run says what it would do" \
	"$(mobbjob -f "$dir/jobs.yaml" submit woz "$dir/a.zip" --dry-run)" \
	'^would be: a.zip dropped in in/woz'
is "and does nothing" "$(ls -A "$in" | wc -l)" 0
ok "submit drops a file" mobbjob -f "$dir/jobs.yaml" submit woz "$dir/a.zip"
is "with its sidecars and nothing else" "$(ls -A "$in" | tr '\n' ' ')" \
	"a.zip a.zip.ready a.zip.totals "
ok "the copy is the file" cmp "$dir/a.zip" "$in/a.zip"
says "the same name again" 1 'MOBB-1303: .*waits in in/woz already' \
	mobbjob -f "$dir/jobs.yaml" submit woz "$dir/a.zip"
says "a stream that is not there" 10 'STREAM wos: no such stream' \
	mobbjob -f "$dir/jobs.yaml" submit wos "$dir/a.zip"
says "a folder is no file" 5 'MOBB-0128' \
	mobbjob -f "$dir/jobs.yaml" submit woz "$dir/spool"
says "a file that is not there" 1 'MOBB-1203: .*nothing.zip' \
	mobbjob -f "$dir/jobs.yaml" submit woz "$dir/nothing.zip"
says "a jobs file whose keys are missing" 8 'MOBB-1501' \
	mobbjob check "$dir/jobs.yaml"
like "it tells every fault, not only the first" \
	"$(mobbjob check "$dir/jobs.yaml" 2>&1)" 'MOBB-1601'

is "what is said goes to standard error" \
	"$(mobbjob show 2>/dev/null | wc -c)" 0
finish
