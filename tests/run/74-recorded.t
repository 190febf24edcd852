#!/bin/sh
# Whatever a person changes is on record: who, why and when.
. tests/run/lib.sh
. tests/run/persons.sh
[ "$(id -u)" = 0 ] || skip_all "only root can be other users"
house
persons 'release: person' ''
job database start >/dev/null
job person add daemon --may operate --reason test >/dev/null
job person add daemon --may release --reason test >/dev/null
once
chmod 777 "$dir/spool/in" "$dir/spool/in/woz" # as its group would have it
batch "$dir/a.zip" 12 1
mkdir -m 1777 "$dir/tmp"

# recorded WHAT JOB|'' command...: without a reason it does nothing; with one
# there is a new event of it, by daemon, of today, and the reason is there.
as0() { # as, and in the group that reads the spool
	_u=$1
	shift
	setpriv --reuid "$_u" --regid "$(id -g "$_u")" --groups 0 \
		"$dir/bin/mobbjob" -f "$dir/jobs.yaml" "$@" </dev/null
}
did=
recorded() {
	_what=$1 _job=$2
	shift 2
	did="$did $1"
	as daemon "$@" >/dev/null 2>&1
	is "$1: not without a reason" $? 2
	_n=$(job events $_job | wc -l)
	ok "$*" as daemon "$@" --reason "because $_n"
	_new=$(job events $_job | tail -n "+$((_n + 1))")
	like "$1 is recorded: who, what and when" "$_new" \
		"^$(date -u +%Y-%m-%d) .* daemon +$_what"
	like "$1: and why" "$_new" "daemon .*because $_n"
}

recorded submitted '' submit "$dir/a.zip" --stream woz
once
a=$(field id)
recorded held '' hold --stream woz
recorded released '' release --stream woz
recorded released "$a" release "$a"
recorded held "$a" hold "$a"
recorded cancelled "$a" cancel "$a/1"
recorded 'address corrected' "$a" address "$a/2" --set town=Utrecht
ok "on again" as daemon release "$a" --reason on
did="$did sample"
is "sample: not without a reason" "$(as0 daemon sample "$a" -o "$dir/tmp/s" \
	>/dev/null 2>&1; echo $?)" 2
ok "sample" as0 daemon sample "$a" -n 1 -o "$dir/tmp/s" --reason "to see"
like "sample is recorded" "$(job events "$a")" 'daemon +sampled .*to see'
settle 3
recorded 'print closed' "$a" print close "$a"
settle 6
bundle=$(job print --plain | tail -1 | cut -f1)
recorded posted "$a" posted "$bundle" --date "$(date -u +%Y-%m-%d)"
once
recorded closed "$a" report "$a" --close
recorded limit '' limit --endpoint simulator 10/h
sed -n '2s/^[^;]*;[^;]*;\([0-9]*\);.*/\1/p' "$dir/a.zip.truth.csv" \
	>"$dir/tmp/box.txt"
recorded subscriptions '' subscriptions import "$dir/tmp/box.txt" \
	--sender voorbeeld --date "$(date -u +%Y-%m-%d)"
did="$did database person"
ok "the database is stopped" job database stop --reason "new disk"
like "which is recorded" "$(job events)" 'root +database +stop: new disk'
like "and that persons came" "$(job events)" 'root +person added +daemon'

# Every command that can change something was tried, or is elsewhere.
did="$did lpr resolve chaintest money" # tests/run/79, 66, 81, 85
for c in $(git grep -l 'changes = true' -- 'mobbjob/*.c' | xargs sed -n \
	's/^	\.name = "\(.*\)",/\1/p'); do
	case " $did " in
	*" $c "*) ;;
	*) echo "# not tried: $c" && missing="${missing:-} $c" ;;
	esac
done
is "no command that changes something was forgotten" "${missing:-}" ""
finish
