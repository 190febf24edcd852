# tests/run/lib.sh - a house of its own for every end-to-end test; TAP out
#
# A test sources this, calls `house`, drops files, runs mobbd, and asks the
# independent count.  Everything lies in one folder that is removed at the end
# when all went well and kept, with its name on screen, when something failed.
set -u
: "${MOBB_BUILD:=build/gcc/bin}"
: "${MOBB_SHARED:=../shared}"
case $MOBB_BUILD in /*) ;; *) MOBB_BUILD=$PWD/$MOBB_BUILD ;; esac
top=$PWD
PATH=$MOBB_BUILD:$PATH
export MOBB_FORMATS=$top/formats
tap_n=0 tap_bad=0 pids=

ok() { # ok "sentence" command...: the command succeeds
	_s=$1
	shift
	tap_n=$((tap_n + 1))
	if "$@" >"${dir:-/tmp}/ok.out" 2>&1; then
		echo "ok $tap_n - $_s"
	else
		echo "not ok $tap_n - $_s"
		sed 's/^/# /' "${dir:-/tmp}/ok.out" | head -30
		tap_bad=$((tap_bad + 1))
	fi
}

is() { # is "sentence" got wanted
	tap_n=$((tap_n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $tap_n - $1"
	else
		echo "not ok $tap_n - $1"
		echo "#   got:    $2" | head -12
		echo "#   wanted: $3" | head -12
		tap_bad=$((tap_bad + 1))
	fi
}

like() { # like "sentence" text pattern
	tap_n=$((tap_n + 1))
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then
		echo "ok $tap_n - $1"
	else
		echo "not ok $tap_n - $1"
		printf '%s\n' "$2" | head -15 | sed 's/^/#   got: /'
		echo "#   wanted: $3"
		tap_bad=$((tap_bad + 1))
	fi
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

finish() {
	echo "1..$tap_n"
	if [ "$tap_bad" -gt 0 ]; then
		keep=1
		exit 1
	fi
	exit 0
}

# Wait until a command succeeds: wait_for SECONDS command...
wait_for() {
	_end=$(($(date +%s) + $1))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$_end" ] || return 1
		sleep 0.1
	done
}

cleanup() {
	for _p in $pids; do
		kill "$_p" 2>/dev/null
	done
	for _p in $pids; do
		wait "$_p" 2>/dev/null
	done
	[ -z "${dir:-}" ] && return
	mobbjob -f "$dir/jobs.yaml" database stop >/dev/null 2>&1
	if [ "${keep:-0}" = 1 ] || [ -n "${KEEP:-}" ]; then
		echo "# kept: $dir"
	else
		rm -rf "$dir"
	fi
}
trap cleanup EXIT
trap 'keep=1; exit 1' INT TERM

house() { # a complete set-up, the simulator and a listener running
	dir=$(mktemp -d /tmp/mobb-run-XXXXXX)
	chmod 755 "$dir"
	mobbsim init "$dir" --ports auto >"$dir/init.log" 2>&1 || {
		cat "$dir/init.log"
		exit 1
	}
	sed -i 's/^\(result\|answer\)_after:.*/\1_after: 0s/' "$dir/sim.yaml"
	[ "${1:-}" = dark ] && return
	sim_start
	listen_start
}

sim_start() {
	mobbsim serve "$dir" "$@" >>"$dir/sim.log" 2>&1 &
	sim=$!
	pids="$pids $sim"
	wait_for 20 grep -q '^ready' "$dir/sim.log"
}

sim_stop() {
	kill "$sim" 2>/dev/null
	wait "$sim" 2>/dev/null
	: >"$dir/sim.log"
}

listen_start() {
	mobbd -f "$dir/jobs.yaml" --listen >>"$dir/listen.log" 2>&1 &
	listener=$!
	pids="$pids $listener"
	wait_for 30 grep -q 'listening on' "$dir/listen.log"
}

listen_stop() {
	kill "$listener" 2>/dev/null
	wait "$listener" 2>/dev/null
	: >"$dir/listen.log"
}

once() { # mobbd --once; its exit code is in $code
	timeout "${ONCE_SECONDS:-120}" mobbd -f "$dir/jobs.yaml" --once \
		"$@" >>"$dir/once.log" 2>&1
	code=$?
}

# Run again and again, as cron would, until nothing is open (or N runs).
settle() {
	_n=${1:-20}
	while [ "$_n" -gt 0 ]; do
		once
		[ "$code" = 12 ] || [ "$code" = 11 ] || break
		sleep 0.3
		_n=$((_n - 1))
	done
}

drop() { # drop FILE [STREAM]: as a supplier does, sidecars first, by rename
	_to="$dir/spool/in/${2:-woz}"
	_b=$(basename "$1")
	for _s in totals sha256 ready trigger; do
		[ -e "$1.$_s" ] && cp "$1.$_s" "$_to/$_b.$_s"
	done
	cp "$1" "$_to/.$_b.part"
	mv "$_to/.$_b.part" "$_to/$_b"
}

job() { mobbjob -f "$dir/jobs.yaml" "$@"; }

# One field of the newest job: field state
field() {
	job list --all --json | head -1 |
		sed -n "s/.*\"$1\":\"\\{0,1\\}\\([^,\"}]*\\).*/\\1/p"
}

count() { # the independent count of one truth file (or several, a:b)
	"$top/tests/run/count" "$1" "$dir/sim/ledger.csv" \
		"$dir/spool/print/out"
}

batch() { # batch FILE letters seed [more]: a batch file with its truth
	_f=$1 _l=$2 _d=$3
	shift 3
	mobbsim batch --stream woz --letters "$_l" --seed "$_d" --out "$_f" \
		"$@" >"$dir/batch.log" 2>&1 || {
		cat "$dir/batch.log"
		exit 1
	}
}

sql() { # for arranging a situation, never for judging one
	_c=$(job database conninfo 2>/dev/null)
	psql -X -q -t -A "$_c" -c "$1"
}
