#!/bin/sh
# Logius renews the CPA under another id: what is under way under the former one
# ends under it while it stands in cpa_before; without, a person is told, and
# nothing is lost or twice.
. tests/run/lib.sh
house dark
printf 'every 1 ack late 3s\nevery 1 result late 3s\n' >"$dir/faults"
sed -i 's#RetryInterval>[^<]*<#RetryInterval>PT8S<#g' "$dir/cpa.xml"
first=$(sed -n 's/.*cpaid="\([^"]*\)".*/\1/p' "$dir/cpa.xml")
truths= n=0

renew() { # renew YEAR: the CPA of now becomes cpa-YEAR.xml, the new one is FIRST-YEAR
	cp "$dir/cpa.xml" "$dir/cpa-$1.xml"
	sed "s/cpaid=\"[^\"]*\"/cpaid=\"$first-$1\"/" "$dir/cpa-$1.xml" >"$dir/cpa.new"
	mv "$dir/cpa.new" "$dir/cpa.xml"
}
before() { # before FILES: what cpa_before says
	sed -i -e '/cpa_before:/d' \
		-e "s/^\( *\)cpa: cpa.xml/&\n\1cpa_before: [$1]/" "$dir/jobs.yaml"
}
hup() {
	_c=$(grep -c 'reload: done' "$dir/svc.log")
	kill -HUP $svc
	wait_for 20 hupped "$_c"
}
hupped() { [ "$(grep -c 'reload: done' "$dir/svc.log")" -gt "$1" ]; }
offer() { # a file, until its lot is offered
	n=$((n + 1))
	batch "$dir/f$n.zip" 20 $((n + 30)) --number $n
	truths=$truths${truths:+:}$dir/f$n.zip.truth.csv
	drop "$dir/f$n.zip"
	wait_for 40 test_offered
}
test_offered() { [ "$(sql "select count(*) from attempt where state = 2 and posts > 0")" = 1 ]; }
through() { # its box letters have their results, all others are printed
	[ "$(sql "select count(*) = $n and max(n_split + n_box + n_offered +
		n_unknown + n_resend + n_held + n_paper + n_bundled) = 0 from job")" = t ]
}
replied() { [ "$(sql "select count(*) from inbound where push_open")" = 0 ]; }
cpas() { sql "select a.cpa_id from attempt a join lot o on o.number = a.lot_no
	join job j on j.number = o.job_no where j.file = 'f$1.zip'"; }

sim_start --faults "$dir/faults"
mobbd -f "$dir/jobs.yaml" >"$dir/svc.log" 2>&1 &
svc=$!
pids="$pids $svc"
wait_for 30 grep -q 'listening on' "$dir/svc.log"

# --- with cpa_before ---
offer
renew 2026
before cpa-2026.xml
out=$(job check)
like "check looks at the former one too" "$out" \
	"^ok.*cpa-2026.xml.*former CPA $first with .*, sender voorbeeld"
is "and has no complaint" "$(echo "$out" | grep -vc '^ok')" 0
like "so does cert status" "$(job cert status)" 'former CPA of voorbeeld'
hup
ok "what was under way comes to its end" wait_for 40 through
ok "our acknowledgments of it left" wait_for 20 replied
is "under the former CPA, in one try" "$(cpas 1)" "$first"
is "nothing was refused" "$(grep -c 'not found\|MOBB-1603' "$dir/svc.log")" 0
sim_stop
sim_start --faults "$dir/faults"
offer
ok "what is new goes under the new one" wait_for 40 through
is "and only that" "$(cpas 2)" "$first-2026"

# --- the file is replaced, and no more ---
offer
posts=$(sql "select sum(posts) from attempt")
renew 2027
hup
ok "the log says so" wait_for 20 grep -q \
	"MOBB-1603 .*: no sender has CPA $first-2026 .* 1 lots" \
	"$dir/svc.log"
like "and what to do" "$(cat "$dir/svc.log")" 'what to do: .*cpa_before'
# A reply that was still owed.
sql "update inbound set push_open = true, push_tries = 0, push_ms = 1
	where number = (select max(number) from inbound where cpa_id = '$first-2026'
	and kind = 1)"
like "the list has it for a person" "$(job list)" \
	"^  no sender has CPA $first-2026 .* 1 lots, 1 replies: .*cpa_before"
ok "the retry rests" wait_for 20 sh -c "mobbjob -f '$dir/jobs.yaml' list |
	grep -q 'left under CPA $first-2026'"
is "nothing was posted again" "$(sql "select sum(posts) from attempt")" "$posts"
is "no reply was given up" "$(sql "select count(*) from event
	where what = 'reply not sent'")" 0
is "the reason was said once" "$(grep -c "no sender has CPA" \
	"$dir/svc.log")" 1

before cpa-2026.xml,cpa-2027.xml
hup
ok "with cpa_before it comes to its end" wait_for 60 through
ok "and the reply left" wait_for 20 replied
is "under the CPA that it began with" "$(cpas 3 | sort -u)" "$first-2026"
is "no CPA needs a person any more" "$(job list | grep -c 'no sender has CPA')" 0
sim_stop
sim_start
offer
ok "what is new goes under the newest" wait_for 40 through
is "and only that one" "$(cpas 4)" "$first-2027"
counted=$(count "$truths")
like "all letters once" "$counted" 'twice 0'
echo "$counted" | sed 's/^/# /'

# --- files that cannot be meant ---
sed 's/PT8S/PT9S/' "$dir/cpa.xml" >"$dir/cpa-2026.xml"
out=$(job check 2>&1)
is "one id for two agreements is refused" $? 4
like "with the file that has it too" "$out" 'cpa-2026.xml.*cpa.xml has the same id'
c=$(grep -c 'reload: refused' "$dir/svc.log")
kill -HUP $svc
refused() { [ "$(grep -c 'reload: refused' "$dir/svc.log")" -gt "$c" ]; }
ok "the listener goes on as it was" wait_for 20 refused
cp "$dir/cpa.xml" "$dir/cpa-2026.xml"
before cpa-2026.xml,cpa-2026.xml
job check >"$dir/out" 2>&1
is "one file twice is refused" $? 4
finish
