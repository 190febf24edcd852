#!/bin/sh
# A definition that a job has used is never changed in place, nor the site key.
. tests/run/lib.sh
house
mkdir "$dir/formats"
cp "$top"/formats/*.yaml "$dir/formats/"
sed -i "s|^formats: .*|formats: $dir/formats|" "$dir/jobs.yaml"
listen_stop
listen_start
make() { # make FILE SEED
	mobbsim batch --stream index --letters 10 --seed "$2" --out "$dir/$1" \
		>"$dir/batch.log" || exit 1
	drop "$dir/$1" parkeren
}
make one.zip 1
settle
is "the first file is taken" "$(field file) $(field letters)" "one.zip 10"

# Nobody has used this one: it may still be changed.
sed -i 's/^title: .*/&, verbeterd/' "$dir/formats/pdf-index.yaml"
make two.zip 2
settle
is "a definition nobody used may change" "$(field file)" two.zip

sed -i 's/^title: .*/&, veranderd/' "$dir/formats/index-csv.yaml"
make three.zip 3
once
is "one that was used may not: mobbd stops with the code of configuration" \
	"$code" 4
like "and says which, and what to do" "$(tail -4 "$dir/once.log")" \
	'MOBB-1007.*index-csv/1'
is "nothing was taken in" "$(field file)" two.zip
ok "the file waits where it was" test -e "$dir/spool/in/parkeren/three.zip"

# As version 2 it is another definition.
sed -e 's/^version: 1/version: 2/' "$dir/formats/index-csv.yaml" \
	>"$dir/formats/index-csv-2.yaml"
cp "$top/formats/index-csv.yaml" "$dir/formats/"
mv "$dir/formats/index-csv-2.yaml" "$dir/formats/index-csv.yaml"
sed -i 's|format: index-csv/1|format: index-csv/2|' "$dir/jobs.yaml"
listen_stop
listen_start
settle
is "as version 2 it is taken" "$(field file) $(field format)" \
	"three.zip index-csv/2"
like "and each job keeps the version it was read with" \
	"$(job list --all --json)" 'index-csv/1.*one.zip'

# Ids of letters hang on the site key.
sed -i 'y/0123456789/1234567890/' "$dir/keys/site.key"
make four.zip 4
once
ok "with another site key mobbd stops" test "$code" -ne 0
like "and says so" "$(tail -4 "$dir/once.log")" 'MOBB-1502'
is "and takes nothing in" "$(field file)" three.zip
finish
