#!/bin/sh
# docs/helpdesk.md is true: every command in it is run, and each line it shows
# is printed.  Ids, times and amounts that a run makes up may differ; "..."
# stands for lines left out.
. tests/run/lib.sh
TZ=Europe/Amsterdam
export TZ
doc=$top/docs/helpdesk.md
house
batch "$dir/woz.zip" 300 62 --bad 3
drop "$dir/woz.zip"
settle
bundle=$(basename "$dir"/spool/print/out/*.ready .zip.ready)
batch_id=$(cut -d';' -f3 "$dir/sim/ledger.csv" | sort | uniq -c | sort -n |
	sed -n '$s/.* //p')
bsn=$(awk -F';' '$2 == "0000620000003-01" { print $3 }' "$dir/woz.zip.truth.csv")
MOBB_JOBS=$dir/jobs.yaml
export MOBB_JOBS

plain() { # what is the same in every run
	sed -E 's/[0-9a-f]{8}-[0-9a-f-]{27}/ID/g; s/20[0-9]{6}-[a-z0-9]{4}/JOB/g
		s/print-JOB-[0-9]{8}-[0-9]{3}-[0-9a-f]{8}/BUNDLE/g
		s/[0-9]+ [A-Z][a-z]+ 20[0-9]{2}/DAY/g; s/[0-2][0-9]:[0-5][0-9]/TIME/g
		s/20[0-9]{2}-[01][0-9]-[0-3][0-9]/DATE/g; s/TIME:[0-9]+/TIME/g
		s/^ +//; s/[ \t]+/ /g; s/ +$//' "$@"
}
run_one() { # the command $cmd; what it should say lies in said
	here=$(printf '%s\n' "$cmd" | sed "s/print-[0-9a-z-]*/$bundle/
		s/9d2f81e9-11b0-8017-beab-399056eabfb9/$batch_id/
		s/--date [0-9-]*/--date $(date +%F)/")
	printf '%s\n' "$bsn" >"$dir/typed"
	(cd "$dir" && eval "timeout 60 $here") <"$dir/typed" >"$dir/out" 2>&1
	code=$?
	plain "$dir/said" | grep -v '^\.\.\.$' | grep . >"$dir/wanted"
	plain "$dir/out" >"$dir/got"
	is "$cmd" "$(grep -vxF -f "$dir/got" "$dir/wanted" | sed 's/^/missing: /')" ""
	is "its exit code" "$code" \
		"$(case $cmd in *'find 999945610') echo 2 ;; *999-01) echo 10 ;; *) echo 0 ;; esac)"
}
sed -n 's/^    //p' "$doc" >"$dir/blocks"
cmd= n=0
: >"$dir/said"
while IFS= read -r line; do
	case $line in
	'$ '*)
		[ -n "$cmd" ] && run_one
		cmd=${line#'$ '} n=$((n + 1))
		: >"$dir/said"
		;;
	*) printf '%s\n' "$line" >>"$dir/said" ;;
	esac
done <"$dir/blocks"
run_one
is "the page has ten commands" "$n" 10
finish
