#!/bin/sh
# Every limit of a layout: at it a file is taken, one past it refused.
. tests/run/lib.sh
house dark
mkdir "$dir/formats" "$dir/bron"
cp "$top"/formats/*.yaml "$dir/formats/"
def() { # def LIMITS: the layout of this test, with these limits
	cat >"$dir/formats/grens$1.yaml" <<EOT
format: grens$1
version: 1
kind: delimited
input: { container: [zip, none, gzip], payload: "*.csv", encoding: utf-8, separator: ";", header: none }
limits: { $2 }
records:
  - { name: brief, key: [kenmerk] }
fields:
  - { name: kenmerk, at: 1, type: text, length: 1-25, use: required, bad: reject }
  - { name: bsn, at: 2, type: bsn, use: optional, bad: reject }
  - { name: naam, at: 3, type: text, use: required, bad: reject }
  - { name: document, at: 4, type: filename, length: 1-60, use: optional, bad: reject }
documents:
  - { name: brief, href: document, title: Brief }
letter:
  recipient: bsn
  reference: "{kenmerk}"
  subject: Brief
  text: Beste {naam}
  address: { name: "{naam}" }
policy: { unused: warn }
EOT
	cat >>"$dir/jobs.yaml" <<EOT
  - name: grens$1
    title: Grens
    sender: voorbeeld
    endpoint: simulator
    printer: drukker
    format: grens$1/1
    type: GRENS
    complete: rename
    release: person
EOT
	mkdir "$dir/spool/in/grens$1"
}
sed -i "s|^formats: .*|formats: $dir/formats|" "$dir/jobs.yaml"
def bytes 'bytes: 1000'
def unpacked 'unpacked: 20000, ratio: 100000'
def ratio 'ratio: 10'
def members 'members: 10'
def records 'records: 20'
def record 'record_bytes: 200'
def field 'field: 50'
def depth 'depth: 8'
sed -i -e 's/^kind: .*/kind: xml/' -e 's/^input: .*/input: { container: [zip, none], payload: "*.xml" }/' \
	-e 's/^records:/root: a\n&/' -e 's/name: brief, key/name: brief, at: b, key/' \
	-e 's/at: 1,/at: k,/' -e 's/at: 2,/at: s,/' -e 's/at: 3,/at: n,/' \
	-e '/ name: document,/d' -e '/^documents:/d' -e '/href: document/d' \
	"$dir/formats/grensdepth.yaml"
# Neither needs the box: nothing here is ever released.
listen_start

put() { # put STREAM FILE: what becomes of it: its state and code
	drop "$2" "$1"
	once
	cat "$dir"/spool/bad/*/"$(basename "$2")".reason 2>/dev/null |
		sed -n 's/^Code: *//p' | grep . ||
		echo "$(field file) $(field state)"
}
limit() { # limit "sentence" STREAM AT PAST CODE: two files
	is "$1: at the limit it is taken" "$(put "$2" "$3")" \
		"$(basename "$3") held"
	is "$1: one past it, refused" "$(put "$2" "$4")" "$5"
}
lines() { # lines N: so many records, each of 30 bytes
	awk -v n="$1" 'BEGIN {
		for (i = 1; i <= n; i++) printf "K%08d;;J. de Dummy-Beer;\n", i
	}'
}
exact() { # exact FILE BYTES
	lines $(($2 / 30 - 3)) >"$1"
	_n=$(($2 - $(wc -c <"$1") - 6))
	printf 'K0;;%s;\n' "$(printf "%${_n}s" | tr ' ' x)" >>"$1"
	[ "$(wc -c <"$1")" = "$2" ] || echo "# $1 is not $2 bytes"
}
zip_of() { # zip_of NAME FILES...: a plain ZIP, deflated
	_z=$dir/$1
	shift
	(cd "$dir/bron" && rm -f "$_z" && bsdtar --format zip -cf "$_z" -- "$@")
}

exact "$dir/bytes-at.csv" 1000
exact "$dir/bytes-past.csv" 1001
limit "bytes of the file" grensbytes "$dir/bytes-at.csv" \
	"$dir/bytes-past.csv" MOBB-0127

exact "$dir/bron/unpacked.csv" 20000
zip_of unpacked-at.zip unpacked.csv
exact "$dir/bron/unpacked.csv" 20001
zip_of unpacked-past.zip unpacked.csv
limit "bytes when unpacked" grensunpacked "$dir/unpacked-at.zip" \
	"$dir/unpacked-past.zip" MOBB-0109
exact "$dir/u2.csv" 20000
gzip -n "$dir/u2.csv"
exact "$dir/u3.csv" 20001
gzip -n "$dir/u3.csv"
limit "the same in a gzip" grensunpacked "$dir/u2.csv.gz" \
	"$dir/u3.csv.gz" MOBB-0109

lines 20 >"$dir/records-at.csv"
lines 21 >"$dir/records-past.csv"
limit "records" grensrecords "$dir/records-at.csv" "$dir/records-past.csv" \
	MOBB-0127

{ printf 'K8;;%s;\n' "$(printf '%50s' | tr ' ' x)"; } >"$dir/field-at.csv"
{ printf 'K9;;%s;\n' "$(printf '%51s' | tr ' ' x)"; } >"$dir/field-past.csv"
is "a field: at the limit it is taken" \
	"$(put grensfield "$dir/field-at.csv") $(field rejected)" \
	"field-at.csv held 0"
put grensfield "$dir/field-past.csv" >"$dir/got"
is "a field: one past it, its record is rejected" \
	"$(cat "$dir/got") $(field rejected)" "field-past.csv held 1"
like "with the code of a limit" "$(job rejects "$(field id)")" 'MOBB-0127 +naam'

{ lines 3; printf 'K9;;%s;\n' "$(printf '%194s' | tr ' ' x)"; } >"$dir/rec-at.csv"
{ lines 3; printf 'K9;;%s;\n' "$(printf '%195s' | tr ' ' x)"; } >"$dir/rec-past.csv"
limit "bytes of a record" grensrecord "$dir/rec-at.csv" "$dir/rec-past.csv" \
	MOBB-0127

lines 3 >"$dir/bron/m.csv"
for i in 1 2 3 4 5 6 7 8 9 10; do cp "$dir/bron/m.csv" "$dir/bron/m$i.pdf"; done
zip_of members-at.zip m.csv m1.pdf m2.pdf m3.pdf m4.pdf m5.pdf m6.pdf m7.pdf \
	m8.pdf m9.pdf
zip_of members-past.zip m.csv m1.pdf m2.pdf m3.pdf m4.pdf m5.pdf m6.pdf m7.pdf \
	m8.pdf m9.pdf m10.pdf
limit "members" grensmembers "$dir/members-at.zip" "$dir/members-past.zip" \
	MOBB-0109

nest() { # nest FILE N: an element N deep
	awk -v n="$2" 'BEGIN {
		printf "<a><b><k>K1</k><n>Dummy</n>"
		for (i = 3; i <= n; i++) printf "<x>"
		for (i = 3; i <= n; i++) printf "</x>"
		print "</b></a>" }' >"$1"
}
nest "$dir/depth-at.xml" 8
nest "$dir/depth-past.xml" 9
limit "depth of elements" grensdepth "$dir/depth-at.xml" \
	"$dir/depth-past.xml" MOBB-0127
nest "$dir/deep.xml" 100000
is "100,000 elements deep" "$(put grensdepth "$dir/deep.xml")" MOBB-0127
{
	echo '<!DOCTYPE a [<!ENTITY l0 "lol">'
	for i in 1 2 3 4 5 6 7 8 9; do
		printf '<!ENTITY l%d "' "$i"
		for j in 1 2 3 4 5 6 7 8 9 10; do printf '&l%d;' $((i - 1)); done
		echo '">'
	done
	echo ']><a><b><k>K1</k><n>&l9;</n></b></a>'
} >"$dir/laughs.xml"
is "a billion laughs" "$(put grensdepth "$dir/laughs.xml")" MOBB-0116

# A member that grows less than ten times; from 10 MB on more is a bomb.
awk 'BEGIN { srand(7); for (i = 0; i < 400; i++) {
	printf "K%05d;;", i
	for (k = 0; k < 8; k++) printf "%c", 97 + int(rand() * 26)
	print ";" } }' >"$dir/bron/little.csv"
zip_of ratio-at.zip little.csv
is "a member that grows less than ten times" \
	"$(put grensratio "$dir/ratio-at.zip")" "ratio-at.zip held"
head -c 10000000 /dev/zero | tr '\0' x >"$dir/bron/big.pdf"
zip_of bomb.zip little.csv big.pdf
is "a bomb" "$(put grensratio "$dir/bomb.zip")" MOBB-0109
for i in 1 2 3 4; do
	printf 'K%d;;%s;\n' $i "$(head -c 3000000 /dev/zero | tr '\0' x)"
done | gzip -9n >"$dir/bomb.csv.gz"
is "a bomb in a gzip" "$(put grensratio "$dir/bomb.csv.gz")" MOBB-0109

# An archive in an archive is no payload, and is never opened.
zip_of binnen.zip m.csv
cp "$dir/binnen.zip" "$dir/bron/binnen.zip"
zip_of nest.zip binnen.zip
is "an archive in an archive" "$(put grensrecords "$dir/nest.zip")" MOBB-0109

# Written by hand: two members whose bytes are the same, and a crowd.
craft() { # craft FILE MEMBERS overlap|crowd
	# shellcheck disable=SC2016
	perl -e '
	my ($file, $n, $kind) = @ARGV;
	open F, ">", $file or die; binmode F;
	my $data = "K1;;Dummy;\n"; my $crc = crc32($data);
	my ($at, $cd) = (0, "");
	for my $i (1 .. $n) {
		my $name = $i == 1 ? "a.csv" : sprintf("d%06d.pdf", $i);
		my $body = $i == 1 || $kind eq "overlap" ? $data : "";
		my $sum = length $body ? $crc : 0;
		my $h = pack("Vv5V3v2", 0x04034b50, 20, 0, 0, 0, 0x21, $sum,
			length $body, length $body, length $name, 0) . $name;
		my $to = $kind eq "overlap" && $i > 1 ? 0 : $at;
		if ($to == $at) { print F $h, $body; $at += length($h) + length $body }
		$cd .= pack("Vv6V3v5V2", 0x02014b50, 20, 20, 0, 0, 0, 0x21, $sum,
			length $body, length $body, length $name, 0, 0, 0, 0, 0,
			$to) . $name;
	}
	print F $cd;
	if ($n > 65534) {
		my $z = $at + length $cd;
		print F pack("VQvvVVQQQQ", 0x06064b50, 44, 45, 45, 0, 0, $n, $n,
			length $cd, $at);
		print F pack("VVQV", 0x07064b50, 0, $z, 1);
		print F pack("Vv4V2v", 0x06054b50, 0, 0, 65535, 65535,
			4294967295, 4294967295, 0);
	} else {
		print F pack("Vv4V2v", 0x06054b50, 0, 0, $n, $n, length $cd, $at, 0);
	}
	sub crc32 { my $c = 0xffffffff;
		for (unpack "C*", shift) { $c ^= $_;
			$c = $c & 1 ? $c >> 1 ^ 0xedb88320 : $c >> 1 for 1 .. 8 }
		return $c ^ 0xffffffff }' "$1" "$2" "$3"
}
craft "$dir/sound.zip" 3 crowd
is "what this test writes is a ZIP" "$(put grensrecords "$dir/sound.zip")" \
	"sound.zip held"
craft "$dir/overlap.zip" 3 overlap
is "members that lie over each other" \
	"$(put grensrecords "$dir/overlap.zip")" MOBB-0109
craft "$dir/crowd.zip" 300000 crowd
begin=$(date +%s)
is "300,000 tiny members" "$(put grensrecords "$dir/crowd.zip")" MOBB-0109
ok "refused within seconds" test $(($(date +%s) - begin)) -lt 10
is "of all this nothing was sent" \
	"$(sed 1d "$dir/sim/posts.csv" 2>/dev/null | wc -l)" 0
finish
