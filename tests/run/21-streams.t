#!/bin/sh
# A sound file of each layout, in each container, from the drop to its end.
. tests/run/lib.sh
house
seed=21
# make FILE STREAM LETTERS [more]
make() {
	_f=$dir/$1 _s=$2 _l=$3
	shift 3
	mobbsim batch --stream "$_s" --letters "$_l" --seed "$seed" --out "$_f" \
		"$@" >"$dir/batch.log" 2>&1 || {
		cat "$dir/batch.log"
		exit 1
	}
}
of() { # of STREAM FIELD: one field of the newest job of a stream
	job list --all --json | grep "\"stream\":\"$1\"" | head -1 |
		sed -n "s/.*\"$2\":\"\\{0,1\\}\\([^,\"}]*\\).*/\\1/p"
}
posted() { # every bundle was posted, says a person
	for _z in "$dir"/spool/print/out/*.ready; do
		_b=$(basename "$_z" .zip.ready)
		[ -e "$dir/posted.$_b" ] && continue
		job posted "$_b" --date "$(date +%Y-%m-%d)" &&
			: >"$dir/posted.$_b"
	done >>"$dir/posted.log" 2>&1
}
# A run may end before its last bundle is written: nothing is left on its way.
all_out() {
	settle
	_m=10
	while [ "$_m" -gt 0 ] && job list --all --json | grep -qE \
		'"(to_box|to_paper|offered|unknown|to_resend|bundled)":[1-9]'; do
		once
		_m=$((_m - 1))
	done
}
four="lost 0 twice 0 both 0 mixed 0 "

# One file of each, as a ZIP with its documents; all at once.
make woz.zip woz 40
make uitkering.zip uitkering 40
make jaaropgave.zip jaaropgave 40
make index.zip index 40
make pages.zip pages 40
drop "$dir/woz.zip" woz
drop "$dir/uitkering.zip" uitkering
drop "$dir/jaaropgave.zip" jaaropgave
drop "$dir/index.zip" parkeren
drop "$dir/pages.zip" print
all_out
is "nothing was refused" "$(ls "$dir"/spool/bad 2>/dev/null | wc -l)" 0
all=
for s in woz uitkering jaaropgave index pages; do
	all=${all:+$all:}$dir/$s.zip.truth.csv
done
out=$(MUST_END=1 count "$all")
is "of five layouts each letter came once, to its citizen" \
	"$(echo "$out" | tail -4 | tr '\n' ' ')" "$four"
like "none was left out" "$out" '^open 0$'
posted
all_out
for s in woz uitkering jaaropgave parkeren print; do
	is "$s: settled" "$(of $s state) $(of $s letters)" "settled 40"
	like "$s: its sum closes" "$(job show "$(of $s id)")" 'sum OK'
done
is "every file lies in done/" "$(ls "$dir"/spool/done/*/*.zip | wc -l)" 5

# Each cut letter holds its own pages, all of them, and nobody else's.
cut_right() {
	bsdtar -xOf "$dir/pages.zip" index.csv >"$dir/index.csv"
	# shellcheck disable=SC2016
	perl -MMIME::Base64 -e '
	my ($index, @in) = @ARGV;
	open I, $index or die; <I>;
	while (<I>) { my @f = split /;/; $n{$f[0]} = $f[12] - $f[11] + 1 }
	for (@in) {
		open X, $_ or die; local $/; my $x = <X>;
		while ($x =~ m{<m:Bericht>(.*?)</m:Bericht>}sg) {
			my $b = $1;
			my ($r) = $b =~ /Referentie>(PI-[^<]*)/ or next;
			my ($p) = $b =~ /(JVBERi[^<]*)/;
			my @have = decode_base64($p) =~
				/\((PI-\S+ blad \d+ van \d+)\)/g;
			my @want = map { "$r blad $_ van $n{$r}" } 1 .. $n{$r};
			"@have" eq "@want" or die "$r: @have";
			$letters++;
		}
	}
	print $letters + 0, "\n"' "$dir/index.csv" "$dir"/sim/received/*.xml
}
is "a cut letter holds its own pages, all and only" "$(cut_right)" \
	"$(grep -c ";PI-" "$dir/sim/ledger.csv")"

# Text letters: the text has the amounts of its own record.
make tekst.csv uitkering 30 --number 2 --date 20260315
make tekst.txt.gz jaaropgave 30 --number 2 --date 20250215
drop "$dir/tekst.csv" uitkering
drop "$dir/tekst.txt.gz" jaaropgave
all_out
out=$(count "$all:$dir/tekst.csv.truth.csv:$dir/tekst.txt.gz.truth.csv")
is "text letters: each to its citizen" \
	"$(echo "$out" | tail -4 | tr '\n' ' ')" "$four"
texts() { # texts SUBJECT: reference and text of what the box got
	# shellcheck disable=SC2016
	perl -0777 -ne 'while (m{<m:Onderwerp>'"$1"'(?:(?!</m:Bericht>).)*}sg) {
		my $b = $&;
		my ($t) = $b =~ m{BerichtTekst>([^<]*)} or next;
		next if $b =~ /Bijlage>/;
		my ($r) = $b =~ m{Referentie>([^<]*)};
		die "$r: a line break of its own" if $t =~ /[\r\n]/;
		die "$r: no line break" if $t !~ /\\r\\n/;
		$t =~ s/&(lt|gt|amp|quot|apos);/./g;
		utf8::decode($t);
		die "$r: too long" if length($t) > 4000;
		utf8::encode($t);
		print "$r;$t\n" }' "$dir"/sim/received/*.xml | sort
}
offered() { # offered PATTERN: how many letters it saw
	grep -c -e "$1" "$dir/sim/ledger.csv"
}
in_box() { # in_box PATTERN: how many letters without a document it took
	grep -c -e "$1.*;;Verwerkt;yes;" "$dir/sim/ledger.csv"
}
# What the lines SP say, written as the letter must have it.
LC_ALL=C awk -F';' '$1 == "SP" {
	gsub(/"([^"]|"")*"/, "")
	a = $19; s = ""
	if (a ~ /^-/) { s = "-"; sub(/^-/, "", a) }
	while (match(a, /[0-9][0-9][0-9][0-9][,.]/))
		a = substr(a, 1, RSTART) "." substr(a, RSTART + 1)
	print $16 "-" $17 "-" $2 ";" $4 ";" s a
}' "$dir/tekst.csv" >"$dir/sp"
texts Uitkering >"$dir/texts"
is "as many texts as the box took" "$(grep -c . "$dir/texts")" \
	"$(offered '-202603-')"
right() {
	LC_ALL=C awk -F';' 'NR == FNR { client[$1] = $2; paid[$1] = $3; next }
	{
		r = $1; sub(/^[^;]*;/, "")
		if (!(r in client)) print r ": whose is it"
		if (!index($0, "ntnummer: " client[r] "\\r\\n")) print r ": client"
		if (!index($0, "aan u: " paid[r] " euro\\r\\n")) print r ": paid " paid[r]
	}' "$dir/sp" "$dir/texts"
}
is "each benefit text has its own number and amount" "$(right)" ""
gzip -dc "$dir/tekst.txt.gz" | LC_ALL=C awk '
	substr($0, 1, 2) == "10" { c = substr($0, 362, 10) }
	substr($0, 1, 2) == "20" {
		a = substr($0, 58, 10)
		s = substr(a, 1, 1) == "-" ? "-" : ""
		a = substr(a, 2) + 0
		if (a >= 1000) a = int(a / 1000) "." sprintf("%03d", a % 1000)
		print c "-2024;" s a
	}' >"$dir/r20"
texts Jaaropgave >"$dir/texts"
is "as many statements as the box took" "$(grep -c . "$dir/texts")" \
	"$(offered '-2024;')"
statements() {
	LC_ALL=C awk -F';' 'NR == FNR { pay[$1] = pay[$1] ";" $2; next }
	{
		r = $1; sub(/^[^;]*;/, "")
		n = split(pay[r], p, ";")
		if (n < 2) print r ": whose is it"
		for (i = 2; i <= n; i++)
			if (!index($0, "verzekeringen: " p[i] " euro\\r\\n"))
				print r ": " p[i]
		if (split($0, x, "verzekeringen: ") != n)
			print r ": lines of another"
	}' "$dir/r20" "$dir/texts"
}
is "each statement has all its own amounts" "$(statements)" ""
is "what is text only and must be printed is printed" \
	"$(of uitkering letters_held)" 0

# Sets, other containers, documents in the XML.
seed=22
make aanslagen.xml woz 30 --parts 3 --pdf-bytes 26000 --date 20260310
make pages.tar.gz pages 30 --date 20260311
make uitk.csv.gz uitkering 30 --number 3 --date 20260415
for p in 001 002 003_laatste; do
	drop "$dir/aanslagen_$p.xml"
done
drop "$dir/pages.tar.gz" print
drop "$dir/uitk.csv.gz" uitkering
all_out
out=$(count "$all:$dir/tekst.csv.truth.csv:$dir/tekst.txt.gz.truth.csv:\
$dir/aanslagen.xml.truth.csv:$dir/pages.tar.gz.truth.csv:\
$dir/uitk.csv.gz.truth.csv")
is "a set of XML, a tar.gz and a gzip: each to its citizen" \
	"$(echo "$out" | tail -4 | tr '\n' ' ')" "$four"
is "the set is one job" "$(of woz letters)" 30
posted
all_out
is "and it settles, of three parts" "$(of woz state)" settled
is "with all parts in done/" "$(ls "$dir"/spool/done/*/aanslagen*xml | wc -l)" 3
is "as does the tar" "$(of print state) $(of print letters)" "settled 30"
is "nothing was refused in all this" \
	"$(ls "$dir"/spool/bad 2>/dev/null | wc -l)" 0

# A leaflet that everybody gets, once in the ZIP.
seed=23
mkdir "$dir/formats" "$dir/x"
cp "$top"/formats/*.yaml "$dir/formats/"
sed -e 's/^format: .*/format: folder/' \
	-e 's/^documents:/&\n  - { name: bijlage, file: folder.pdf, title: Folder }/' \
	"$top/formats/index-csv.yaml" >"$dir/formats/folder.yaml"
listen_stop
sed -i -e "s|^formats: .*|formats: $dir/formats|" \
	-e 's|format: index-csv/1|format: folder/1|' "$dir/jobs.yaml"
listen_start
make leaflet.zip index 20 --date 20260312
(cd "$dir/x" && bsdtar -xf ../leaflet.zip &&
	bsdtar -xOf ../woz.zip "$(bsdtar -tf ../woz.zip | grep -m1 pdf)" >folder.pdf &&
	rm ../leaflet.zip && bsdtar --format zip -cf ../leaflet.zip -- *)
leaflet=$(sha256sum <"$dir/x/folder.pdf" | cut -d' ' -f1)
drop "$dir/leaflet.zip" parkeren
all_out
is "with a leaflet the file is taken" "$(of parkeren letters)" 20
is "each box letter has its own document and the leaflet" \
	"$(awk -F';' 'NR == FNR { if ($4 == "box") want[$2] = $6; next }
	$5 in want && $9 == "yes" { print $5 ";" ($7 == want[$5] "+'"$leaflet"'" \
		|| $7 == "'"$leaflet"'+" want[$5]) }' \
		"$dir/leaflet.zip.truth.csv" "$dir/sim/ledger.csv" |
		cut -d';' -f2 | sort | uniq -c | awk '{ print $1 ";" $2 }')" \
	"$(grep -c ';box;' "$dir/leaflet.zip.truth.csv");1"
finish
