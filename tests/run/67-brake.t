#!/bin/sh
# A right program with a wrong answer: what the subscription service says
# wrongly is held before one letter is printed or sent.  Judged by the other
# side's ledger and by the bundles.
. tests/run/lib.sh
house dark

serve() { # serve PLAN: the other side, with these faults
	printf '%s\n' "$1" >"$dir/plan"
	sim_start --faults "$dir/plan"
}
gone() { # letters offered to a box, and bundles: all that ever left
	echo "$(sed 1d "$dir/sim/ledger.csv" 2>/dev/null | wc -l)" \
		"$(ls "$dir/spool/print/out" 2>/dev/null | wc -l)"
}
first() { # the last run: an ordinary job, all the way
	batch "$dir/first.zip" 300 100
	drop "$dir/first.zip"
	settle
	is "an ordinary job goes by itself" \
		"$(field routed_to_paper | grep -c '^1[01][0-9]$') $(field code)" \
		"1 null"
	like "show says the share of paper" "$(job show "$(field id)")" \
		'paper share +3[0-9]'
}

forget() { # what was answered wrongly must not decide about the next case
	sql "delete from subscription_list; delete from subscription_chunk"
}

# wrong N "what is wrong" PLAN: nothing of that job leaves.
wrong() {
	_n=$1 _what=$2
	sim_stop
	forget
	serve "$3"
	_before=$(gone)
	batch "$dir/wrong$_n.zip" 300 "$((100 + _n))" --number "$((10 + _n))"
	drop "$dir/wrong$_n.zip"
	once
	is "$_what: nothing is sent, nothing is printed" "$(gone)" "$_before"
	case $(field state) in
	held) is "$_what: held, and why" "$(field code)" MOBB-1311 ;;
	*) is "$_what: refused, so that the job waits" "$(field state)" split ;;
	esac
	like "$_what: a person is told" \
		"$(job needs; tail -5 "$dir/once.log")" \
		"${4:-job .*MOBB-1311}"
	# A person looks, and does not let it go.
	job cancel "$(field id)" --reason "wrong answer" >/dev/null 2>&1 ||
		sql "update job set state = 10 where state in (2, 4)"
}

sim_start
listen_start
first
wrong 1 "empty" "every 1 wus empty" 'MOBB-(1311|23)'
wrong 2 "all no" "every 1 wus all-no"
wrong 3 "all yes" "every 1 wus all-yes"
wrong 4 "yes and no swapped" "every 1 wus yes-for-no"
wrong 5 "half of the numbers missing" "every 1 wus half" 'MOBB-(1311|23)'
wrong 6 "cut" "every 1 wus truncated" 'MOBB-(2|13)'
wrong 7 "yes and no about one" "every 1 wus contradict" 'MOBB-2302'

# The same share as the last run goes by itself, and a person may decide.
sim_stop
forget
sim_start
batch "$dir/right.zip" 300 120 --number 30
drop "$dir/right.zip"
settle
is "the next right answer goes by itself" "$(field code)" null
sim_stop
forget
serve "every 1 wus all-no"
batch "$dir/sure.zip" 300 121 --number 31
drop "$dir/sure.zip"
once
is "all on paper: held" "$(field code)" MOBB-1311
like "both shares are said" "$(job show "$(field id)")" \
	'[0-9]+ of 300 letters go on paper, [0-9.]+%; expected is [0-9.]+%'
# An answer that was wrong is dropped: the job that went by it is looked up anew.
id=$(field id)
_before=$(gone)
for number in $(job subscriptions --json |
	sed -n 's/.*answer\/1","number":\([0-9]*\),.*"decides".*/\1/p'); do
	ok "answer $number is dropped" job subscriptions drop "$number" \
		--reason "all were no"
done
ok "twice it cannot be" sh -c "! mobbjob -f '$dir/jobs.yaml' \
	subscriptions drop $number --reason again"
like "it is recorded" "$(job events)" "answer $number of the register: all were"
is "nothing left" "$(gone)" "$_before"
sim_stop
sim_start
ok "and released" job release "$id" --reason "the answer was dropped"
settle
like "it is routed by a right answer" "$(job events "$id")" 'looked up anew'
ok "as many on paper as there should be" sh -c \
	"test $(field routed_to_paper) -gt 60 -a $(field routed_to_paper) -lt 150"

# A person may also be sure.
sim_stop
forget
serve "every 1 wus all-no"
batch "$dir/moved.zip" 300 122 --number 32
drop "$dir/moved.zip"
once
is "held once more" "$(field code)" MOBB-1311
ok "a person lets it go" job release "$(field id)" --reason "they moved"
settle
ok "then all of that is printed" \
	test "$(field handed_over)" -ge "$(field routed_to_paper)"
finish
