#!/bin/sh
# The main job: a ZIP goes from the spool to the box and to paper.
. tests/run/lib.sh
house
f=$dir/woz-2026.zip
batch "$f" 240 1 --bad 12
drop "$f"
once
like "the sending run ends while results are awaited, or just after" \
	"$code" '^(12|3)$'
settle
like "the exit code says that something was rejected, or that all was said" \
	"$code" '^[03]$'
like "handed over is not yet posted" "$(job show "$(field id)")" \
	' 0 posted .*not finished'
counted=$(MUST_END=1 count "$f.truth.csv")
is "the other side counts the same: nothing lost, twice, both or mixed" \
	"$(echo "$counted" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
echo "$counted" | sed 's/^/# /'
is "each wrong record has the code that the truth file expects" "$(
	job rejects "$(field id)" --json |
		sed -n 's/.*"record":\([0-9]*\).*"code":"\(MOBB-[0-9]*\)".*/\1 \2/p' |
		sort -n
)" "$(awk -F';' '$4 == "rejected" { print $1, $5 }' "$f.truth.csv" | sort -n)"
is "one bundle is ready for the printer" \
	"$(ls "$dir"/spool/print/out/*.ready | wc -l)" 1
is "no citizen number is in the bundle" "$(
	cut -d';' -f3 "$f.truth.csv" | sed 1d | grep . >"$dir/bsn"
	mkdir "$dir/x" && cd "$dir/x" && bsdtar -xf ../spool/print/out/*.zip
	grep -rlFf "$dir/bsn" --include='*.csv' --include='*.xml' \
		--include='*.txt' . | wc -l
)" 0
is "no citizen number is in any log" \
	"$(grep -hFf "$dir/bsn" "$dir"/*.log | wc -l)" 0
bundle=$(basename "$(ls "$dir"/spool/print/out/*.zip)" .zip)
ok "posted by a person" job posted "$bundle" --date 2026-02-20 --reason test
once
like "the sum closes" "$(job show "$(field id)")" \
	'in 240 = .* 12 rejected .* 0 open +sum OK'
like "then the job is settled" "$(job list --all)" 'settled'
ok "and the file lies in done/" ls "$dir"/spool/done/*/woz-2026.zip
finish
