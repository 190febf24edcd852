#!/bin/sh
# The bundle was ready, but the database did not hear of it; meanwhile the
# printer took it.  It is not printed a second time.
. tests/run/lib.sh
house
f=$dir/woz.zip
batch "$f" 60 91
drop "$f"
settle
sha=$(sql "select encode(sha256, 'hex') from lot where print")
forget() {
	sql "update lot set state = 9, handed_ms = 0, sha256 = null where print;
		update job set n_bundled = n_handed, n_handed = 0"
}
forget
mkdir "$dir/taken"
mv "$dir"/spool/print/out/* "$dir/taken"
once
is "nothing is written again" "$(ls -A "$dir/spool/print/out" | wc -l)" 0
ok "but it counts as handed over" test "$(field handed_over)" -gt 0
is "with the digest it had" \
	"$(sql "select encode(sha256, 'hex') from lot where print")" "$sha"

# A crash before the last step: the bundle lies there, not yet ready.
forget
mv "$dir/taken"/* "$dir/spool/print/out"
rm "$dir"/spool/print/out/*.ready
once
is "then the last step is made" "$(ls "$dir"/spool/print/out/*.ready | wc -l)" 1

# A crash before it was whole: the same bundle again.
forget
rm "$dir"/spool/print/out/* "$dir"/spool/sent/print/*.handed
once
is "and one that was not whole is written again, the same bytes" \
	"$(sql "select encode(sha256, 'hex') from lot where print")" "$sha"
is "nothing lost, twice, in both or mixed" \
	"$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
