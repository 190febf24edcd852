#!/bin/sh
# Documents inside an XML file stay there: no second copy on the disk, and each
# citizen gets his own.  Of a packed file they are written once more.
. tests/run/lib.sh
house
mkdir "$dir/formats"
sed 's/container: \[zip, none\]/container: [zip, gzip, none]/' \
	formats/woz-biljet.yaml >"$dir/formats/woz-biljet.yaml"
cp -n formats/*.yaml "$dir/formats"
sed -i "s|^formats:.*|formats: $dir/formats|" "$dir/jobs.yaml"
sed -i 's/release: automatic/release: person/' "$dir/jobs.yaml"
listen_stop
listen_start

inside() { # inside FILE SEED: a batch file with its documents in it
	batch "$1" 30 "$2" --plain --pdf-bytes 60000-150000
}

work() { # work FILE: what the job's folder takes, in percent of the file
	_all=$(cat "$dir/spool/work/$(field id)"/* | wc -c)
	echo $((_all * 100 / $(wc -c <"$1")))
}

at_most() { # at_most HOW_MANY PERCENT
	echo "$2 percent, and $1 are allowed"
	[ "$2" -le "$1" ]
}

content() {
	ls "$dir/spool/work/$(field id)" | grep -c '^content$'
}

taken() { # taken WHAT FILE
	drop "$2"
	once
	is "$1: taken in, and a person has to release it" \
		"$(field state) $(field letters)" "held 30"
}

arrives() { # arrives WHAT TRUTH...
	ok "$1: released" job release "$(field id)" --reason "seen"
	settle
	is "$1: each document reaches the citizen it is for" \
		"$(MUST_END=1 count "$2" | tail -4 | tr '\n' ' ')" \
		"lost 0 twice 0 both 0 mixed 0 "
}

f=$dir/one.xml
inside "$f" 281
is "each record holds a PDF in base64" "$(grep -c 'JVBERi' "$f")" 30
taken plain "$f"
ok "plain: the folder takes no more than the file" at_most 101 "$(work "$f")"
is "plain: nothing is written once more" "$(content)" 0
arrives plain "$f.truth.csv"
truth=$f.truth.csv

# As many suppliers write it: lines of 76 that end with CR LF.
g=$dir/two.xml
inside "$g" 282
sed -E 's/([A-Za-z0-9+\/]{76})/\1\n/g' "$g" | sed 's/$/\r/' >"$g.lines"
mv "$g.lines" "$g"
ok "the lines are short" [ "$(wc -l <"$g")" -gt 30000 ]
taken "CR LF" "$g"
ok "CR LF: the folder takes no more than the file" at_most 101 "$(work "$g")"
is "CR LF: nothing is written once more" "$(content)" 0
truth=$truth:$g.truth.csv
arrives "CR LF" "$truth"

# A packed file has no places: once more, and the 5 % are of what comes out.
k=$dir/three.xml
inside "$k" 284
raw=$(wc -c <"$k")
gzip "$k"
mv "$k.totals" "$k.gz.totals"
taken gz "$k.gz"
is "gz: the documents are written once" "$(content)" 1
ok "gz: three quarters of their text" at_most 75 \
	"$(($(wc -c <"$dir/spool/work/$(field id)/content") * 100 / raw))"
truth=$truth:$k.truth.csv
arrives gz "$truth"
# Changed behind our back after it was taken in: it does not leave.
h=$dir/four.xml
inside "$h" 283
taken changed "$h"
_in=$dir/spool/work/$(field id)/four.xml
at=$(grep -abo 'JVBERi' "$_in" | sed -n '7s/:.*//p')
printf 'AAAA' | dd of="$_in" bs=1 seek=$((at + 4000)) conv=notrunc 2>/dev/null
ok "changed: released" job release "$(field id)" --reason "seen"
once
once
like "changed: the log says so" "$(cat "$dir/once.log")" 'MOBB-2105'
is "changed: no citizen has another document" \
	"$(count "$truth:$h.truth.csv" | grep mixed)" "mixed 0"
finish
