#!/bin/sh
# The paper run closes at the cut-off; what the box declines later makes a
# supplement.  Judged by the bundles and by what the other side was sent.
. tests/run/lib.sh
house dark
sed -i 's/^result_after:.*/result_after: 25s/' "$dir/sim.yaml"
sed -i '/^  - name: drukker/a\    cutoff: "16:00"\n    days: mon-sun' \
	"$dir/jobs.yaml"
sim_start
listen_start
f=$dir/woz.zip
batch "$f" 150 102
late=$(grep -c ';late;' "$f.truth.csv")
ok "the box will decline some that it said it takes ($late)" \
	test "$late" -gt 0
bundles() { ls "$dir"/spool/print/out/*.ready 2>/dev/null | wc -l; }
# References in the bundles there are.
printed() {
	for _z in "$dir"/spool/print/out/*.zip; do
		bsdtar -xOf "$_z" letters.csv | sed 1d
	done
}

drop "$f"
once
is "while results are awaited nothing is printed" "$code $(bundles)" "12 0"
like "show says when the run closes" "$(job show "$(field id)")" \
	'print cut-off +closes .*16:00'
like "and programs know it" "$(job show --json "$(field id)")" \
	'"print_cutoff":"20[0-9-]+T[0-9:+]+".*"paper_arrives":"20'

# Its hour comes.  Without a listener no result comes meanwhile.
listen_stop
is "one job has a cut-off" "$(sql "with x as (update job_dates set cutoff_ms =
	extract(epoch from clock_timestamp()) * 1000 returning 1)
	select count(*) from x")" 1
once
is "at the cut-off the run closes: one bundle" "$(bundles)" 1
like "the event says so" "$(job events "$(field id)")" \
	'print closed.*cut-off has come'
first=$(printed | wc -l)
is "with what goes on paper, and nothing that may go to a box" "$first" \
	"$(grep -c ';paper;' "$f.truth.csv")"
like "show says that it closed" "$(job show "$(field id)")" \
	'print cut-off +closed .*supplement'

listen_start
wait_for 60 sh -c "[ \$(grep -c . '$dir/sim/ledger.csv') -ge 90 ]"
settle 60
is "what was declined later makes a bundle of its own" "$(bundles)" 2
is "with exactly those" "$(($(printed | wc -l) - first))" "$late"
is "each letter on paper is in one bundle" \
	"$(printed | cut -d';' -f2 | sort | uniq -d | wc -l)" 0
is "nothing lost, twice, in both or mixed" \
	"$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
