#!/bin/sh
# The guard of the dagtekening: it warns, or it holds the job, when letters would
# come after the date they bear; and looks again when they leave.
. tests/run/lib.sh
lots() { awk -F';' 'NR > 1 && $6 > 0' "$dir/sim/posts.csv" 2>/dev/null | wc -l; }
bundles() { ls "$dir"/spool/print/out/*.ready 2>/dev/null | wc -l; }
guard() { # guard warn | block | off: of the stream woz
	sed -i -e '/^    dagtekening:/d' \
		-e "s/^    type: WOZ\$/&\\n    dagtekening: $1/" "$dir/jobs.yaml"
}
house
today=$(TZ=Europe/Amsterdam date +%Y%m%d)
old=$dir/old.zip
batch "$old" 30 103 --number 1
guard block

like "forecast says that it is too late" \
	"$(job forecast "$old" --stream woz)" \
	'dagtekening +MOBB-1371: .*after the date on it'
drop "$old"
once
is "letters of months ago are held" "$(field state) $(lots) $(bundles)" \
	"held 0 0"
like "with a code of its own" "$(job show "$(field id)")" \
	'reason +MOBB-1371: .*would arrive on .*after the date on it'
like "and programs know it" "$(job show --json "$(field id)")" \
	'"late_code":"MOBB-1371"'
like "it is explained" "$(job explain 1371)" 'mobbjob release JOB'
ok "a person lets them go as they are" job release "$(field id)" \
	--reason "the supplier was asked"
settle
is "then they go, and are not held again" \
	"$(MUST_END=1 count "$old.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
like "the release page says they were released so" \
	"$(job show "$(field id)")" 'dagtekening +MOBB-1371.*released so'

# warn: it goes, and it is in the events.
guard warn
batch "$dir/warn.zip" 20 104 --number 2
drop "$dir/warn.zip"
settle
is "a warning holds nothing" \
	"$(MUST_END=1 count "$old.truth.csv:$dir/warn.zip.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
like "and is an event" "$(job events "$(field id)")" \
	'dagtekening.*MOBB-1371'
like "when they leave, too" "$(job events "$(field id)")" \
	'dagtekening.*MOBB-1372'

# off: nobody looks.
guard off
batch "$dir/off.zip" 10 105 --number 3
drop "$dir/off.zip"
settle
is "off says nothing" "$(job events "$(field id)" | grep -c dagtekening)" 0

# In time when released, late when it leaves: dated some weeks ahead, and the
# lots waited longer than that.
guard block
${CC:-gcc} -shared -fPIC -O1 -o "$dir/late.so" tests/run/late.c -ldl || exit 1
ahead=$(date -d "$today 25 days" +%Y%m%d)
batch "$dir/wait.zip" 30 106 --number 4 --date "$ahead"
before=$(lots)
sed -i "/^ *environment: simulator/a\\    window: [\"$(
	TZ=Europe/Amsterdam date -d '+2 hours' +%H:%M)-$(
	TZ=Europe/Amsterdam date -d '+3 hours' +%H:%M)\"]" "$dir/jobs.yaml"
drop "$dir/wait.zip"
once
is "in time it is released by itself and waits for the window" \
	"$(field state) $(lots)" "sending $before"
sed -i '/^    window:/d' "$dir/jobs.yaml"
LD_PRELOAD=$dir/late.so LATE_SECONDS=$((40 * 86400)) timeout 60 \
	mobbd -f "$dir/jobs.yaml" --once >>"$dir/once.log" 2>&1
is "too late it does not leave: the job is held" "$(field state) $(lots)" \
	"held $before"
like "with another code" "$(job show "$(field id)")" \
	'reason +MOBB-1372: letters to the box would come on'
finish
