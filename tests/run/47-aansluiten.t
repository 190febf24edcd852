#!/bin/sh
# docs/aansluiten.md is true: every command in it is run, in a room made as it
# says, and what it says is printed, is printed.  Numbers, times and names that
# a run makes up may differ; "..." stands for lines left out.
. tests/run/lib.sh
. tests/run/persons.sh
[ "$(id -u)" = 0 ] || skip_all "only root can be other users"
dir=$(mktemp -d /tmp/mobb-run-XXXXXX)
chmod 755 "$dir"
doc=$top/docs/aansluiten.md
TZ=Europe/Amsterdam
export MOBB_SCHEMAS=$top/schemas TZ

# What is the same in every run.
plain() {
	sed -E 's,'"$dir"',/srv/mobb,g
		s/[0-9a-f]{8}-[0-9a-f-]{27}/ID/g; s/20[0-9]{6}-[a-z0-9]{4}/JOB/g
		s/print-JOB-[0-9]{8}-[0-9]{3}-[0-9a-f]{8}/BUNDLE/g
		s/[0-9][0-9,.:]*/N/g; s/says [a-z]+/says WHO/; s/by [a-z]+$/by WHO/
		s/by [a-z]+: /by WHO: /; s/^(anna|daemon) may/WHO may/
		s/^ +//; s/[ \t]+/ /g; s/ +$//' "$@"
}
newest() { job list --all --json | sed -n '1s/.*"id":"\([^"]*\)".*/\1/p'; }

# A command of the page, as it is written; what was made up there is looked up.
as_here() {
	printf '%s\n' "$1" | sed "s,/srv/mobb,$dir,g
		s/--ports 18443,28443/--ports auto/; s/add anna/add daemon/
		s,^mobbjob release,as daemon release,
		s/ \(ygy6\|7cur\|mzv4\)\>/ $id/
		s/print-[0-9a-zA-Z-]*/$bundle/"
}
settled() { # results and bundles are there
	[ "$(field offered)$(field waiting_for_route)$(field to_box)" = 000 ] &&
		[ "$(field to_paper)$(field bundled)" = 00 ] &&
		[ "$(field handed_over)" -gt 0 ]
}

# Between the commands: what the page says happens on the side.
room=no id= bundle=
before() {
	case $1 in
	'mobbjob endpoint check preproductie')
		mobbd -f "$dir/jobs.yaml" >"$dir/mobbd.log" 2>&1 &
		MOBBD_PID=$!
		export MOBBD_PID
		pids="$pids $MOBBD_PID"
		wait_for 30 grep -q 'listening on' "$dir/mobbd.log"
		;;
	'mobbjob show ygy6' | 'mobbjob show 7cur')
		id=$(newest)
		wait_for 40 settled
		bundle=$(cd "$dir/spool/print/test" && ls -t ./*"$id"*.ready |
			sed -n '1s,^\./\(.*\).zip.ready,\1,p')
		;;
	'mobbjob person add'*)
		# Where that user can reach it.
		mkdir "$dir/bin"
		cp "$MOBB_BUILD/mobbjob" "$dir/bin"
		;;
	'mobbjob list')
		wait_for 40 sh -c "mobbjob list | grep -q held"
		id=$(newest)
		;;
	'kill -HUP'*)
		sed -i 's/preproductie/productie/; s/preproduction/production/
			s/release: automatic/release: person/' "$dir/jobs.yaml"
		;;
	'mobbjob check cpa-2027.xml')
		sed 's/_rehearsal"/_rehearsal-2027"/' "$dir/cpa.xml" \
			>"$dir/cpa-2027.xml"
		;;
	'mobbjob show mzv4')
		wait_for 40 sh -c "mobbjob show $id | grep -q 'box lots.*1 settled'"
		;;
	esac
}
after() {
	case $1 in
	'mobbsim init'*)
		sed -i 's/^result_after:.*/result_after: 0s/' "$dir/sim.yaml"
		sed -i 's/name: simulator/name: preproductie/
			s/endpoint: simulator/endpoint: preproductie/
			s/^\( *\)environment: simulator/\1environment: preproduction/
			s/^\( *\)key: pki\/ours-client.key/&\n\1environment: preproduction/' \
			"$dir/jobs.yaml"
		sim_start
		room=yes
		;;
	'mv cpa.xml'*)
		sed -i 's/^\( *\)cpa: cpa.xml/&\n\1cpa_before: [cpa-2026.xml]/' \
			"$dir/jobs.yaml"
		;;
	'kill -HUP'*)
		wait_for 10 grep -q 'reload' "$dir/mobbd.log"
		sleep 1
		;;
	esac
}

judge() { # judge "command" code: each line of the page is among those printed
	plain "$dir/said" | grep -v '^\.\.\.$' | grep . >"$dir/wanted"
	plain "$dir/out" >"$dir/got"
	is "$1" "$2$(grep -vxF -f "$dir/got" "$dir/wanted" | sed 's/^/ missing: /')" 0
}

# The blocks of the page: lines that begin with four blanks; a command and what
# it says.
sed -n 's/^    //p' "$doc" >"$dir/blocks"
run_one() { # the command $cmd; what it should say lies in said
	before "$cmd"
	here=$(as_here "$cmd")
	case $cmd in
	export*) eval "$here" && return ;;
	esac
	(cd "$dir" && case $here in
	as*) eval "$here" ;;
	*) eval "timeout 90 $here" ;;
	esac) >"$dir/out" 2>&1
	code=$?
	judge "$cmd" "$code"
	after "$cmd"
}
cmd=
: >"$dir/said"
while IFS= read -r line; do
	case $line in
	'$ '*)
		[ -n "$cmd" ] && run_one
		cmd=${line#'$ '}
		: >"$dir/said"
		;;
	*) printf '%s\n' "$line" >>"$dir/said" ;;
	esac
done <"$dir/blocks"
run_one
is "the room was made" "$room" yes
finish
