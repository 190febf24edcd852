#!/bin/sh
# mobbd is killed while it applies receipts: between the commit and the move of
# the file, after the move, and in the middle of what it says to the database.
# In the end the books say once what the printer said.
. tests/run/lib.sh
${CC:-gcc} -shared -fPIC -O1 -o /tmp/mobb-kill-$$.so tests/run/kill.c -ldl ||
	skip_all "the library cannot be built"
house
mv /tmp/mobb-kill-$$.so "$dir/kill.so"
sed -i -e "s/receipts: none/receipts: posted/" \
	-e "s/bundle_letters: .*/bundle_letters: 8/" "$dir/jobs.yaml"
f=$dir/woz.zip
batch "$f" 50 100
drop "$f"
settle
paper=$(awk -F';' '$4 == "paper" || $4 == "late"' "$f.truth.csv" | wc -l)
mobbsim printer "$dir" --reject 1 --fault bad-line
in=$dir/spool/print/in
n=$(find "$in" -maxdepth 1 -type f | wc -l)
bundles=$(ls "$dir"/spool/print/out/*.zip | wc -l)

killed() { # killed AT WHEN [NAME]
	rm -f "$dir/kill.count"
	KILL_NAME=${3:-}
	[ -z "$KILL_NAME" ] && unset KILL_NAME || export KILL_NAME
	LD_PRELOAD=$dir/kill.so KILL_AT=$1 KILL_WHEN=$2 \
		KILL_FILE=$dir/kill.count timeout 60 \
		setsid --wait mobbd -f "$dir/jobs.yaml" --once \
		>>"$dir/once.log" 2>&1
	[ "$(stat -c %s "$dir/kill.count")" -ge "$1" ] && died=$((died + 1))
}
died=0
for at in 1 2; do
	killed $at before print/in/
	killed $at after print/in/
done
for at in 40 70 100; do
	killed $at before
done
unset KILL_NAME
settle
is "it died each time" "$died" 7
is "all $n files are applied" "$(find "$in" -maxdepth 1 -type f | wc -l)" 0
is "no file is lost" "$(find "$in" -type f ! -name '*.reason' | wc -l)" "$n"
is "every letter of the machine is posted" "$(field posted)" \
	"$(sed 1d "$dir/sim/printed.csv" | wc -l)"
is "each refused one waits" "$(field letters_held)" "$bundles"
is "together what was to be printed" \
	"$(($(field posted) + $(field letters_held)))" "$paper"
is "each bad line is told once" \
	"$(job needs --plain | grep -c 'MOBB-1362')" "$bundles"
is "nothing left is printed again" \
	"$(mobbsim printer "$dir" >/dev/null; sed 1d "$dir/sim/printed.csv" |
		cut -d';' -f4 | sort | uniq -d)" ""
finish
