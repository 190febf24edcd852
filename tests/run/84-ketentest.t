#!/bin/sh
# docs/ketentest.md is true: every command in it is run, and what it says is
# printed, is printed; numbers, times and names of a run may differ.
. tests/run/lib.sh
. tests/run/persons.sh
[ "$(id -u)" = 0 ] || skip_all "only root can be other users"
doc=$top/docs/ketentest.md
house dark
sed -i 's/^#types:.*/types: [WOZ, UITKER]/' "$dir/sim.yaml"
sed -i 's/^\( *\)- name: simulator/\1- name: preproductie/
	s/endpoint: simulator/endpoint: preproductie/
	s/environment: simulator/environment: preproduction/
	s/^\( *\)key: pki\/ours-client.key/&\n\1environment: preproduction/
	s/^\( *\)type: WOZ/&\n\1lpr: 10/' "$dir/jobs.yaml"
sed -n 's/^      \(account;bsn.*\|testburger .*\)/\1/p' "$doc" >"$dir/accounts.csv"
is "the accounts of the page" "$(wc -l <"$dir/accounts.csv")" 4
f=$dir/real.zip
batch "$f" 60 84
{
	sed -n 's/.*;\([0-9]*\);yes/\1/p' "$dir/accounts.csv"
	awk -F';' '$4 == "box" { print $3 }' "$f.truth.csv"
} >"$dir/sim/subscribers.txt"
sim_start
serve() {
	: >"$dir/service.log"
	mobbd -f "$dir/jobs.yaml" >>"$dir/service.log" 2>&1 &
	service=$!
	pids="$pids $service"
	wait_for 30 grep -q 'listening on' "$dir/service.log"
}
serve
who=root
before() { # what happens beside the commands of the page
	case $1 in
	'mobbjob lpr')
		kill $service
		wait $service
		sed -i 's/preproduction/production/' "$dir/jobs.yaml"
		persons 'release: automatic'
		job person add daemon --may release --reason test >"$dir/ok.out"
		who=daemon
		serve
		;;
	'mobbjob lpr woz --refs'*)
		awk -F';' '$4 == "box" { print $2 }' "$f.truth.csv" | head -2 \
			>"$dir/letters.txt"
		;;
	'mobbjob')
		drop "$f"
		wait_for 30 sh -c "mobbjob -f '$dir/jobs.yaml' list |
			grep -q 'limited production run'"
		;;
	esac
}
plain() {
	sed -E 's/20[0-9]{6}-[a-z0-9]{4}/JOB/g; s/[0-9][0-9,.:-]*/N/g
		s/^ +//; s/[ \t]+/ /g; s/ +$//' "$@"
}
# The page as commands ("$ ...") and what they print, which is checked in order.
grep -E '^(    |      )(\$ |[^ ]|  *[^ ])' "$doc" | sed -n '/\$ /,$p' |
	grep -v '^      \(account\|testb\)' | sed 's/^  *\$ /$ /; s/^    //' \
	>"$dir/page"
check() { # the output of one command against what the page says of it
	awk -v name="$cmd" 'NR == FNR { out[++n] = $0; next }
		/^\.\.\.$/ { gap = 1; next }
		{ k = at + 1
		while (k <= n && out[k] != $0) { if (!gap) break; k++ }
		if (k > n || out[k] != $0) { print "not there: " $0; exit 1 }
		at = k; gap = 0 }' "$dir/was" "$dir/want"
}
run_one() {
	[ -n "$cmd" ] || return
	before "$cmd"
	(cd "$dir" && case $cmd in
	mobbjob*) eval "as $who ${cmd#mobbjob}" ;;
	*) eval "$cmd" ;;
	esac) >"$dir/cmd.out" 2>"$dir/cmd.err"
	is "$cmd" $? 0
	plain "$dir/cmd.out" >"$dir/was"
	printf '%s\n' "$want" | sed '/^$/d' | plain >"$dir/want"
	[ -s "$dir/want" ] && ok "  prints that" check
}
as() {
	if [ "$1" = root ]; then
		shift
		job "$@"
	else
		_u=$1
		shift
		user "$_u" "$dir/bin/mobbjob" -f "$dir/jobs.yaml" "$@"
	fi
}
cmd= want=
while IFS= read -r line; do
	case $line in
	'$ '*)
		run_one
		cmd=${line#??} want=
		;;
	*) want=$want"
$line" ;;
	esac
done <"$dir/page"
run_one
is "no citizen number in the report" \
	"$(grep -cE '99999[0-9]{4}' "$dir/report.html")" 0
# And the letters of the file are all where they belong.
wait_for 40 sh -c "! mobbjob -f '$dir/jobs.yaml' list --json | grep -q '\"to_paper\":[1-9]'"
wait_for 20 sh -c "! mobbjob -f '$dir/jobs.yaml' list --json | grep -q '\"bundled\":[1-9]'"
awk -F';' 'NR == 1 || $5 !~ /^(KT|$)/' "$dir/sim/ledger.csv" >"$dir/ledger"
is "after the run: nothing lost, twice, in both or mixed" \
	"$(MUST_END=1 "$top/tests/run/count" "$f.truth.csv" "$dir/ledger" \
		"$dir/spool/print/out" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
