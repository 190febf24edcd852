#!/bin/sh
# A part of the matrix of faults (tests/matrix/run; all of it: make check-matrix):
# after each fault every letter ends once, in a box or on paper, or a person is
# asked who may be.
. tests/run/lib.sh
out=$(mktemp /tmp/mobb-faults-XXXXXX)
trap 'rm -f "$out"' EXIT
RUNS=10 JOBS=2 SEED=4 LINES_TO=$out \
	ONLY='(request (cut|status)|ack lost|result (early|counters))$' \
	tests/matrix/run >"$out.log" 2>&1
sed 's/^/# /' "$out.log" | tail -12
rm -f "$out.log"
is "ten runs came to their end" "$(wc -l <"$out" | tr -d ' ')" 10
while read -r verdict mode seed on fault rest; do
	ok "$mode: $on $fault, seed $seed: $verdict" \
		test "$verdict" = ok -o "$verdict" = held
done <"$out"
like "faults did happen" "$(awk '{ n += $6 } END { print n }' "$out")" '^[1-9]'
finish
