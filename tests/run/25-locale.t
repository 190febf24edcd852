#!/bin/sh
# The same outcome in every locale: a Turkish i is no reason for another letter.
. tests/run/lib.sh
command -v localedef >/dev/null 2>&1 || skip_all "localedef is not installed"
house
loc=$dir/locale
mkdir "$loc"
for l in nl_NL tr_TR; do
	locale -a 2>/dev/null | grep -qi "^$l.utf-\{0,1\}8" ||
		localedef -i $l -f UTF-8 "$loc/$l.UTF-8" >/dev/null 2>&1 ||
		skip_all "no sources of locale $l (package locales)"
done
[ -z "$(ls "$loc")" ] || export LOCPATH="$loc"
like "the locale is there, and lists with another point" \
	"$(LC_ALL=nl_NL.UTF-8 locale decimal_point 2>&1)" '^,$'

for s in woz uitkering jaaropgave index:parkeren pages:print; do
	mobbsim batch --stream "${s%:*}" --letters 60 --seed 25 --bad 14 \
		--out "$dir/${s%:*}.zip" >"$dir/batch.log" 2>&1 || exit 1
done
# What a person is told of a file, without times and ids.
same() { # same LOCALE: rejected records, codes, letters, control totals
	for s in woz uitkering jaaropgave index:parkeren pages:print; do
		LC_ALL=$1 mobbjob -f "$dir/jobs.yaml" check "$dir/${s%:*}.zip" \
			--stream "${s#*:}" --json
	done
	LC_ALL=$1 mobbjob -f "$dir/jobs.yaml" formats explain uitkering-csv
	LC_ALL=$1 mobbjob explain MOBB-0121
}
same C >"$dir/c"
for l in nl_NL.UTF-8 tr_TR.UTF-8; do
	same $l >"$dir/$l"
	ok "a dry run of five layouts is the same in $l" cmp "$dir/c" "$dir/$l"
done
ok "and says something" test "$(wc -c <"$dir/c")" -gt 2000

# The same files through the daemon, under the same key, into books of their own.
books() { # what is in them: files, rejected records, letters to the last byte
	sql "select stream, records, letters, rejected, warnings, cents,
		delivery, period, control from job order by stream collate \"C\""
	sql "select j.stream, r.record, r.line, r.byte_at, r.code, r.field,
		r.reason, r.warning from rejected r
		join job j on j.number = r.job_no
		order by j.stream collate \"C\", 2, 5, r.reason collate \"C\""
	sql "select j.stream, l.record, l.line, l.bericht_id, l.reference,
		l.subject, l.body, l.address, l.amount_cents,
		encode(l.bind, 'hex') from letter l
		join job j on j.number = l.job_no
		order by j.stream collate \"C\", 2"
}
first=$dir
for l in C nl_NL.UTF-8 tr_TR.UTF-8; do
	LC_ALL=$l
	export LC_ALL
	[ $l = C ] || house dark
	cp "$first/keys/site.key" "$dir/keys/" 2>/dev/null
	[ $l = C ] || listen_start
	sed -i 's/release: automatic/release: person/' "$dir/jobs.yaml"
	for s in woz uitkering jaaropgave index:parkeren pages:print; do
		drop "$first/${s%:*}.zip" "${s#*:}"
	done
	once
	books >"$first/books.$l"
	unset LC_ALL
	is "all five are taken in under $l" \
		"$(job list --all --json | grep -c '"letters":[1-9]')" 5
	if [ $l != C ]; then
		ok "every letter is the same under $l" \
			diff "$first/books.C" "$first/books.$l"
		mobbjob -f "$dir/jobs.yaml" database stop >/dev/null 2>&1
		listen_stop
		[ "$tap_bad" -gt 0 ] || rm -rf "$dir"
	fi
done
dir=$first
ok "and there are letters in them" \
	test "$(grep -c '^woz|' "$dir/books.C")" -gt 40
finish
