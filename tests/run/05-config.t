#!/bin/sh
# Mistakes in the set-up: code, place, why, what to do; nothing half-sent.
. tests/run/lib.sh
house
f=$dir/woz.zip
batch "$f" 30 9
cp "$dir/jobs.yaml" "$dir/good.yaml"

wrong() { # wrong "sentence" EXIT PATTERN
	: >"$dir/once.log"
	once
	is "$1: exit $2" "$code" "$2"
	like "$1: says where and what" "$(cat "$dir/once.log")" "$3"
	cp "$dir/good.yaml" "$dir/jobs.yaml"
}

# The example that is installed names what `mobbsim init` makes for two senders.
mobbsim init "$dir/two" --senders 2 --ports auto >/dev/null
sed "s,/usr/local/share/mobb/formats,$MOBB_FORMATS," \
	jobs.example >"$dir/two/example.yaml"
ok "the example is sound" mobbjob -f "$dir/two/example.yaml" check \
	"$dir/two/example.yaml"
is "it explains every setting there is" \
	"$(sed -n 's/^\t{ "\([a-z_]*\)", YAML.*/\1/p' batch/jobs*.c | sort -u |
		while read -r key; do
			grep -qE "^[ #-]*([a-z_]*: )?([{].*)?$key:" jobs.example || echo "$key"
		done)" ""

# mobb-jobs(5): a section for each schema, in it each key with what it takes.
keys() { # keys SCHEMA: "SCHEMA key", as the program reads them
	cat batch/jobs.c batch/jobs_*.c | awk -v want="$1" '
		/yaml_key [a-z_]*\[\]/ { name = $0
			sub(/.*yaml_key /, "", name); sub(/\[\].*/, "", name) }
		name == want && match($0, /^\t\{ "[a-z_]*", YAML/) {
			split($0, part, "\""); print part[2] }' | sort
}
told() { # told SECTION: the keys of that section of the manual
	awk -v want=".Sh $1" '$0 ~ /^\.Sh/ { in_it = $0 == want }
		in_it && /^\.It Cm/ { print $3 }' batch/mobb-jobs.5 | sort
}
for s in "jobs:THE WHOLE INSTALLATION" listen:LISTEN "crl:REVOKED CERTIFICATES" \
	sender:SENDERS endpoint:ENDPOINTS jobs_answer:ANSWERS \
	printer:PRINTERS jobs_product:PRODUCTS jobs_window:WINDOW \
	tariff:TARIFFS stream:STREAMS code:CODES; do
	is "mobb-jobs(5) ${s#*:} has the keys of the schema" \
		"$(told "${s#*:}")" "$(keys "${s%%:*}_keys")"
done
is "each says what it takes, its default, and an example" \
	"$(awk '/^\.Sh/ { on = /THE WHOLE/ ? 1 : /RETENTION/ ? 0 : on }
		on && /^\.It Cm/ { key = $3; getline line; getline example
			if (line !~ /^[a-z ]+; .*; (for example|see)$/ ||
				example !~ /^\.(Ql|Sx) /) print key }' \
		batch/mobb-jobs.5)" ""
for m in batch/mobb-jobs.5 spool/mobb-spool.5; do
	[ -n "$(command -v mandoc)" ] || continue
	is "$m is sound" "$(mandoc -Tlint -Wwarning $m)" ""
done

sed -i 's/^spool:/spoel:/' "$dir/jobs.yaml"
wrong "unknown key" 4 "MOBB-1002 .*jobs.yaml:[0-9]+:[0-9]+.*did you mean 'spool'"
sed -i 's/^spool: .*/&\nspool: other/' "$dir/jobs.yaml"
wrong "key given twice" 4 'MOBB-1003 .*jobs.yaml:[0-9]+:1.*twice'
sed -i 's/format: woz-biljet\/1/format: woz-biljet\/9/' "$dir/jobs.yaml"
wrong "definition of another version" 4 'MOBB-0125'
sed -i 's/^database:.*/database: "host=\/nowhere dbname=x"/' "$dir/jobs.yaml"
wrong "database down" 6 'MOBB-1101'
mobbd -f "$dir/nothing.yaml" --once 2>"$dir/once.log"
like "mobbd tells what to do" "$(cat "$dir/once.log")" 'mobbd: what to do: [A-Z]'
like "mobbjob tells what to do" \
	"$(mobbjob -f "$dir/nothing.yaml" list 2>&1)" 'what to do'

mv "$dir/pki/ours-client.key" "$dir/pki/kept.key"
drop "$f"
: >"$dir/once.log"
ONCE_SECONDS=40 once
is "certificate without key: exit 8" "$code" 8
like "certificate without key: says so" "$(cat "$dir/once.log")" 'MOBB-1502'
is "nothing was sent" "$(grep -c . "$dir/sim/posts.csv" 2>/dev/null || true)" \
	"$(grep -c '^first_byte' "$dir/sim/posts.csv" 2>/dev/null || true)"
mv "$dir/pki/kept.key" "$dir/pki/ours-client.key"
settle
is "with the key back, all of it goes" \
	"$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
finish
