#!/bin/sh
# Letters to look at: the right ones, for one person, and on record.
. tests/run/lib.sh
. tests/run/persons.sh
house
sed -i 's/release: automatic/release: person/' "$dir/jobs.yaml"
f=$dir/woz.zip
batch "$f" 200 51 --bad 3
drop "$f"
once
id=$(field id)
s=$dir/sample
_out=$(job sample "$id" -o "$s" 2>&1 </dev/null)
is "without a reason nothing is shown" $? 2
ok "and nothing was written" test ! -e "$s"
job sample "$id" -o "$s" --dry-run --plain >"$dir/would"
ok "a dry run writes nothing either" test ! -e "$s"
is "nor is it on record" "$(job events "$id" | grep -c sampled)" 0
job sample "$id" -o "$s" --reason "before release" --plain >"$dir/list"
is "ten letters" "$(wc -l <"$dir/list")" 10
is "those of the dry run" "$(cat "$dir/list")" "$(cat "$dir/would")"
for w in first last largest foreign random; do
	ok "one of them is the $w" grep -q "	$w	" "$dir/list"
done
is "the folder is for one person" "$(stat -c %a "$s")" 700
is "and so are the files" "$(stat -c %a "$s"/* | sort -u)" 600
# By the supplier's own list: no number in a name or in what is shown.
ok "no citizen number in a name or a page" sh -c "
	ls $s | cut -d. -f1 >$dir/names
	awk -F';' 'NR > 1 && \$3 != \"\" { print \$3 }' $f.truth.csv >$dir/bsns
	! grep -qFf $dir/bsns $dir/names && ! grep -qFf $dir/bsns $s/*.html"
first=$(cut -f1 "$dir/list" | head -1)
nr=$(printf %06d "$first")
ref=$(head -1 "$dir/list" | cut -f2)
want=$(awk -F';' -v r="$ref" '$2 == r { print $6 }' "$f.truth.csv")
is "the document is the supplier's, bit for bit" \
	"$(sha256sum <"$s/$nr-1.pdf" | cut -d' ' -f1)" "$want"
ok "subject and reference are on the page" grep -q "$ref" "$s/$nr.html"
like "the envelope is a PDF" "$(head -c 5 "$s/$nr-envelope.pdf")" '%PDF-'
ok "no script, nothing from elsewhere" sh -c \
	"! grep -qiE '<script|src=|https?://' $s/*.html"
ok "an index leads to each" grep -q "$nr.html" "$s/index.html"

# The address in the window is what the printer gets.
job release "$id" --reason "looked at" >/dev/null
settle
bundle=$(ls "$dir"/spool/print/out/*.zip | head -1)
bsdtar -xOf "$bundle" letters.csv >"$dir/letters.csv"
row=$(tail -n +2 "$dir/letters.csv" | head -1)
pref=$(printf '%s' "$row" | cut -d';' -f3 | tr -d '"')
line2=$(printf '%s' "$row" | cut -d';' -f10 | tr -d '"')
echo "$pref" >"$dir/refs"
ok "a letter by its reference, while the job is under way" \
	job sample "$id" --refs "$dir/refs" -o "$dir/one" --reason "asked"
ok "its second line is that of the bundle" \
	grep -qF "$line2" "$dir/one"/0*.html
is "and only that letter" "$(ls "$dir"/one/0*.html | wc -l)" 1
echo nobody >>"$dir/refs"
_out=$(job sample "$id" --refs "$dir/refs" -o "$dir/two" --reason x 2>&1)
like "a reference of no letter" "$_out" 'MOBB-1333.*has no letter nobody'
ok "nothing was written of it" test ! -e "$dir/two"

# The same seed, the same letters.
job sample "$id" --seed 7 -n 20 -o "$dir/a" --reason x --plain >"$dir/a.txt"
job sample "$id" --seed 7 -n 20 -o "$dir/b" --reason x --plain >"$dir/b.txt"
job sample "$id" --seed 8 -n 20 -o "$dir/c" --reason x --plain >"$dir/c.txt"
is "the same seed gives the same letters" "$(cat "$dir/a.txt")" \
	"$(cat "$dir/b.txt")"
ok "another seed gives others" sh -c "! cmp -s $dir/a.txt $dir/c.txt"
_out=$(job sample "$id" -o "$dir/a" --reason x 2>&1)
like "a folder that is there is left alone" "$_out" 'MOBB-1331'
is "all of it is on record: who, why, how many" \
	"$(job events "$id" | grep -c '[0-9]* letters written out')" 6
like "with the reason" "$(job events "$id")" '10 letters .*: before release'
job posted "$(basename "$bundle" .zip)" --date 2026-03-01 --reason x >/dev/null
once
is "settled, and the file is in done/" "$(field state)" settled
ok "then it can still be looked at" \
	job sample "$id" -n 1 -o "$dir/d" --reason x
rm -rf "$dir/spool/done/$id"
_out=$(job sample "$id" -n 1 -o "$dir/e" --reason x 2>&1)
like "once the file is gone it says so" "$_out" 'MOBB-1332'

# Somebody changed the file since.
g=$dir/two.zip
batch "$g" 30 52
drop "$g"
once
id=$(field id)
w=$(ls "$dir/spool/work/$id"/*.zip)
size=$(stat -c %s "$w")
dd if=/dev/zero of="$w" bs=1 seek=$((size / 2)) count=20000 conv=notrunc 2>/dev/null
_out=$(job sample "$id" -n 30 -o "$dir/f" --reason x 2>&1)
like "a changed document is not shown" "$_out" 'MOBB-2105'

# A person who may look, and one who may not; the database records it as well.
if [ "$(id -u)" = 0 ]; then
	persons 'release: person'
	h=$dir/three.zip
	batch "$h" 30 53
	drop "$h"
	once
	id=$(field id)
	chmod o+rx "$dir/spool" "$dir/spool/work"
	chmod -R o+rX "$dir/spool/work/$id"
	mkdir -m 1777 "$dir/out"
	job person add games --may operate --reason test >/dev/null
	ok "a person with the right looks" \
		as games sample "$id" -o "$dir/out/a" --reason "my street"
	ok "and sees the letters" grep -q 'Berichtenbox' \
		"$dir/out/a/000001.html"
	like "under that person's name" "$(job events "$id")" \
		'games .*10 letters written out.*my street'
	like "as the database recorded by itself" "$(job events "$id")" \
		'games .*letters shown.*records'
	_out=$(as lp sample "$id" -o "$dir/out/b" --reason x 2>&1)
	like "nobody else does" "$_out" 'MOBB-1326'
	like "a person has a forecast, too" "$(as games forecast "$id")" \
		'to the box'
	like "and the release page" "$(as games show "$id")" 'on paper'
fi
finish
