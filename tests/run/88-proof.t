#!/bin/sh
# A proof before a paper run; and bundles that are a TEST go elsewhere.
. tests/run/lib.sh
house dark
: >"$dir/sim/subscribers.txt" # nobody has a box
sim_start
listen_start
f=$dir/woz.zip
batch "$f" 60 88
out=$dir/spool/print/out
sed -i 's/^\( *\)bundle_letters: .*/&\n\1proof: 5\n\1contact: "Postkamer, 010 123"/' \
	"$dir/jobs.yaml"
sed -i 's/^\( *\)type: WOZ$/&\n\1expect_paper: 100%/' "$dir/jobs.yaml"
drop "$f"
settle
proof=$(ls "$out" | grep '\.zip$')
like "the proof, and nothing else" "$proof" '^print-[0-9a-z-]+-PROOF\.zip$'
is "a few letters" "$(bsdtar -tf "$out/$proof" | grep -c '^pdf/')" 5
bsdtar -xOf "$out/$proof" manifest.xml >"$dir/proof.xml"
ok "its manifest fits the schema" xmllint --nonet --noout \
	--schema schemas/print-manifest.xsd "$dir/proof.xml"
is "and says what it is" "$(
	xmllint --xpath 'string(/*/*[local-name()="proof"])' "$dir/proof.xml")" true
bsdtar -xOf "$out/$proof" letters.csv >"$dir/proof.csv"
like "README: a proof, and whom to ask" \
	"$(bsdtar -xOf "$out/$proof" README.txt)" 'THIS IS A PROOF|Postkamer'
is "nothing of it counts" "$(field bundled) $(field handed_over) $(field posted)" \
	"0 0 0"
like "somebody is asked" "$(job needs 2>&1)" 'MOBB-1350|has seen the proof'
like "print says so, too" "$(job print)" 'print proof'
id=$(field id)
job print proof "$id" --as fine --reason x >"$dir/said" 2>&1
is "an odd word: exit 2" "$?" 2
ok "somebody finds it bad" job print proof "$id" --as bad --reason "too pale"
once
is "then nothing is printed" "$(ls "$out"/*.zip | wc -l)" 1
like "and it is asked again" "$(job needs 2>&1)" 'MOBB-1351|proof is bad'
ok "another one" job print proof "$id" --as anew --reason "darker toner"
once
like "has a name of its own" "$(ls "$out")" '-PROOF2\.zip$'
job print proof "$id" --as good --reason seen --dry-run >"$dir/said" 2>&1
once
is "a dry run decides nothing" "$(ls "$out"/*.zip | wc -l)" 2
ok "good" job print proof "$id" --as good --reason "seen, and well"
rm -f "$out"/*-PROOF*
settle
for z in "$out"/print-*.zip; do bsdtar -xOf "$z" letters.csv; done >"$dir/run.csv"
is "the run has all its letters, also those of the proof" \
	"$(grep -v '^seq;' "$dir/run.csv" | cut -d';' -f3,5 | sort)" \
	"$(sed 1d "$f.truth.csv" | cut -d';' -f2,6 | sort)"
is "the proof showed letters of the run" "$(
	cut -d';' -f2 "$dir/proof.csv" | sed 1d | while read -r l; do
		grep -c ";$l;" "$dir/run.csv"; done | sort -u)" 1
job print proof "$id" --as good --reason twice >"$dir/said" 2>&1
is "there is nothing to say any more: exit 1" "$?" 1
like "who said it stands in the events" "$(job events "$id")" 'good: seen, and well'

# TEST: marked, and where no printer takes letters for citizens.
sed -i 's/^ *proof: 5/    test: true/' "$dir/jobs.yaml"
rm -f "$out"/print-*
g=$dir/test.zip
batch "$g" 20 89 --number 89
drop "$g"
settle
is "nothing of it where the printer looks" "$(ls "$out")" ""
t=$(ls "$dir/spool/print/test" | grep '\.zip$')
like "its name says TEST" "$t" '-TEST\.zip$'
ok "with digest and ready" test -e "$dir/spool/print/test/$t.ready"
bsdtar -xOf "$dir/spool/print/test/$t" manifest.xml >"$dir/test.xml"
is "its manifest says so" "$(
	xmllint --xpath 'string(/*/*[local-name()="test"])' "$dir/test.xml")" true
ok "and fits the schema" xmllint --nonet --noout \
	--schema schemas/print-manifest.xsd "$dir/test.xml"
like "README: a test" "$(bsdtar -xOf "$dir/spool/print/test/$t" README.txt)" \
	'THIS IS A TEST'
finish
