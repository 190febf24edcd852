#!/bin/sh
# Bad input: each an error with code and advice, nothing half-sent.
. tests/run/lib.sh
house
good=$dir/good.zip
batch "$good" 20 7
mkdir "$dir/x"
(cd "$dir/x" && bsdtar -xf "$good")
xml=$(ls "$dir/x"/*.xml)
pdf1=$(ls "$dir/x"/*.pdf | head -1)
posts0=$(wc -l <"$dir/sim/posts.csv" 2>/dev/null || echo 0)

pack() { # pack NAME: zip of $dir/x
	(cd "$dir/x" && rm -f "../$1" && bsdtar --format zip -cf "../$1" *)
}
fresh() { rm -rf "$dir/x" && mkdir "$dir/x" && (cd "$dir/x" && bsdtar -xf "$good"); }

refused() { # refused "sentence" FILE CODE
	drop "$2"
	once
	_r=$(cat "$dir"/spool/bad/*/"$(basename "$2")".reason 2>/dev/null)
	like "$1: refused as $3" "$_r" "$3"
	like "$1: with advice in Dutch" "$_r" 'Wat te doen'
	ok "$1: the original lies in bad/" \
		cmp "$2" "$dir"/spool/bad/*/"$(basename "$2")"
}

printf 'no zip at all' >"$dir/nozip.zip"
refused "not a ZIP" "$dir/nozip.zip" 'MOBB-0109'
head -c 20000 "$good" >"$dir/cut.zip"
refused "cut ZIP" "$dir/cut.zip" 'MOBB-0110'
cp "$good" "$dir/crc.zip"
printf '\252\125\252' | dd of="$dir/crc.zip" bs=1 seek=9000 conv=notrunc 2>/dev/null
refused "damaged member" "$dir/crc.zip" 'MOBB-0110'
fresh
(cd "$dir/x" && ln -s /etc/passwd link.pdf && rm -f ../link.zip &&
	bsdtar --format zip -cf ../link.zip *)
refused "symlink in the archive" "$dir/link.zip" 'MOBB-0109'
fresh
mkdir -p "$dir/y/z" && cp "$dir/x"/* "$dir/y/z/" && (cd "$dir/y/z" &&
	echo x >../evil.pdf && rm -f "$dir/path.zip" &&
	bsdtar --format zip -P -cf "$dir/path.zip" ../evil.pdf *)
refused "path traversal" "$dir/path.zip" 'MOBB-0109'
fresh
sed -i '1a <!DOCTYPE x [<!ENTITY a "b">]>' "$xml"
pack doctype.zip
refused "DOCTYPE" "$dir/doctype.zip" 'MOBB-0116'
fresh
size=$(stat -c %s "$xml")
head -c $((size - 3000)) "$xml" >"$xml.t" && mv "$xml.t" "$xml"
pack short.zip
refused "truncated XML after good records" "$dir/short.zip" 'MOBB-0115'
fresh
sed -i '0,/geslachtsnaam>[^<]*</s//geslachtsnaam>M\xfcller</' "$xml"
pack latin.zip
refused "latin-1 under a UTF-8 label" "$dir/latin.zip" 'MOBB-0113'
fresh
sed -i 's/00000099000000010000/00000099000000090000/' "$xml"
pack oin.zip
refused "wrong OIN" "$dir/oin.zip" 'MOBB-0107'
fresh
pdf2=$(ls "$dir/x"/*.pdf | sed -n 2p)
cp "$pdf1" "$pdf2"
sed -i "s/$(sha256sum <"$dir/good.zip" | cut -c1-8)/&/" "$xml"
h1=$(sha256sum <"$pdf1" | cut -d' ' -f1)
b2=$(basename "$pdf2")
sed -i "s/\\(href=\"$b2\"[^>]*sha256=\"\\)[0-9a-f]*/\\1$h1/" "$xml"
pack same.zip
refused "one PDF for two citizens, by digest" "$dir/same.zip" 'MOBB-0227'
fresh
b1=$(basename "$pdf1")
sed -i "s/href=\"$b2\"/href=\"$b1\"/" "$xml"
sed -i "s/\\(href=\"$b1\"[^>]*sha256=\"\\)[0-9a-f]*/\\1$h1/" "$xml"
rm "$dir/x/$b2"
pack name.zip
refused "one PDF for two citizens, by name" "$dir/name.zip" 'MOBB-0227'
is "nothing of all that was sent" \
	"$(wc -l <"$dir/sim/posts.csv" 2>/dev/null || echo 0)" "$posts0"
is "no print bundle either" "$(ls "$dir/spool/print/out" | wc -l)" 0

fresh
rm "$(ls "$dir/x"/*.pdf | sed -n 3p)"
pack missing.zip
drop "$dir/missing.zip"
once
like "missing PDF: that record is rejected, the rest goes on" \
	"$(job rejects "$(field id)")" '0222'
is "one of twenty" "$(field rejected)" 1

mkfifo "$dir/spool/in/woz/fifo.zip"
mkdir "$dir/spool/in/woz/folder.zip"
ln -s /etc/passwd "$dir/spool/in/woz/link2.zip"
once
for t in fifo folder link2; do
	like "a $t in in/ is refused and shown" \
		"$(cat "$dir"/spool/bad/*/$t.zip.reason 2>/dev/null)" 'MOBB-0128'
done
finish
