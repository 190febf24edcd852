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

# The example that is installed names what `mobbsim init` makes.
sed "s,/usr/local/share/mobb/formats,$MOBB_FORMATS," \
	jobs.example >"$dir/example.yaml"
ok "the example is sound" mobbjob -f "$dir/example.yaml" check \
	"$dir/example.yaml"
is "it explains every setting there is" \
	"$(sed -n 's/^\t{ "\([a-z_]*\)", YAML.*/\1/p' batch/jobs*.c | sort -u |
		while read -r key; do
			grep -qE "^[ #-]*([{].*)?$key:" jobs.example || echo "$key"
		done)" ""

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
