#!/bin/sh
# A policy that turns a failed check into paper counts against the limit of
# rejected records, which a stream may set for itself.
. tests/run/lib.sh
house
take() { # take FILE LETTERS SEED NUMBER BAD
	batch "$dir/$1" "$2" "$3" --number "$4" --bad "$5" --faults bsn
	drop "$dir/$1"
	once
}
set_limit() {
	sed -i -e '/^    rejects: /d' -e '/^    reject_share: /d' \
		-e "s/^    format: woz-biljet.*/&\n    $1\n    $2/" \
		"$dir/jobs.yaml"
}
set_limit "rejects: 2" "reject_share: 0%"
take two.zip 60 500 1 2
is "as many as the stream allows: it goes" "$(field hold_code)" null
take three.zip 60 501 2 3
is "one more: a person looks" "$(field hold_code)" MOBB-0130
like "show says how many" "$(job show "$(field id)")" '3 records are wrong, 2'
set_limit "rejects: 0" "reject_share: 5%"
take share.zip 60 502 3 3
is "a share counts as well" "$(field hold_code)" null

# A PDF that does not fit the box goes on paper by policy: not without end.
set_limit "rejects: 2" "reject_share: 0%"
sed -i 's/^    format: woz-biljet.*/&\n    not_pdfa: paper\n    look_command: "\/bin\/false"/' \
	"$dir/jobs.yaml"
batch "$dir/paper.zip" 20 503 --number 4
drop "$dir/paper.zip"
once
is "letters that a check turned to paper count" "$(field hold_code)" MOBB-0130
like "so that nothing of them is printed" \
	"$(ls "$dir/spool/print/out" | wc -l)" '^ *[0-9]+$'
is "all of it waits" "$(field state)" held
finish
