#!/bin/sh
# Every way to spoil a file of every layout: refused with its code, untouched.
. tests/run/lib.sh
house
spoil() { # spoil STREAM EXT KIND...: drop a sound file spoiled in each way
	what=$1 ext=$2
	shift 2
	for kind; do
		n=$((n + 1))
		f=$dir/$what-$kind.$ext
		mobbsim batch --stream "$what" --letters 12 --seed "$n" --number \
			"$n" --date "$(printf '2026%02d15' $((n % 12 + 1)))" \
			--spoil "$kind" --out "$f" >"$dir/batch.log" 2>&1 || {
			echo "# $f"
			cat "$dir/batch.log"
			exit 1
		}
		case $what in
		index) drop "$f" parkeren ;;
		pages) drop "$f" print ;;
		*) drop "$f" "$what" ;;
		esac
		files="$files $f"
	done
}
n=0 files=
spoil woz zip cut utf16 latin1 ctrl-z wrong-sender doctype wrong-root empty \
	doc-unused doc-twice
spoil uitkering zip trailer-count trailer-sum no-trailer cut utf16 latin1 \
	ctrl-z mixed-newlines wrong-sender wrong-environment wrong-format \
	empty doc-unused doc-twice
spoil jaaropgave zip trailer-count trailer-sum hash-total no-trailer cut bom \
	utf16 utf8 ctrl-z mixed-newlines record-length wrong-sender \
	wrong-environment wrong-format empty doc-unused doc-twice
spoil index zip utf16 latin1 ctrl-z mixed-newlines empty doc-unused doc-twice
spoil pages zip utf16 latin1 ctrl-z mixed-newlines empty doc-unused doc-twice
# The records alone, and in a gzip: the same reader, other roads to it.
spoil uitkering csv trailer-sum cut latin1
spoil jaaropgave txt.gz hash-total record-length utf8
spoil woz xml doctype cut
once

code_of() { # what the supplier's truth says, or the code of an empty file
	sed -n 's/.*;\(MOBB-[0-9]*\);.*/\1/p' "$1.truth.csv" | sort -u |
		grep . || case $1 in
		*pages-empty*) echo MOBB-0222 ;; # a PDF without pages
		*) echo MOBB-0123 ;;
		esac
}
for f in $files; do
	b=$(basename "$f") r=$(ls "$dir"/spool/bad/*/"$(basename "$f")".reason)
	want=$(code_of "$f")
	is "$b: refused as $want" "$(sed -n 's/^Code: *//p' "$r")" "$want"
	why="$(cat "$r")"
	case $why in
	*"
Wat te doen: "*"
What to do: "*) ;;
	*) is "$b: advice in two languages" "$why" "" ;;
	esac
	cmp -s "$f" "$(dirname "$r")/$b" ||
		is "$b: the original lies in bad/, untouched" "no" "yes"
done
is "each of them is a refused job" \
	"$(job list --all --json | grep -c '"state":"refused"')" "$n"
is "nothing was sent" \
	"$(sed 1d "$dir/sim/posts.csv" 2>/dev/null | wc -l)" 0
is "and nothing printed" "$(ls "$dir/spool/print/out" | wc -l)" 0
is "no citizen number in a log or a reason" \
	"$(cat "$dir"/*.log "$dir"/spool/bad/*/*.reason |
		grep -cE '(^|[^0-9a-f-])[0-9]{9}([^0-9a-f]|$)')" 0

# Nor a value: what a reason quotes of a file is a place, never its content.
names() { # names and streets of a sound file of the same seed
	for _f in $files; do
		cat "$_f.truth.csv" | cut -d';' -f2,3 | tr ';' '\n'
	done | grep -E '[0-9]{7}' | sort -u
}
is "no reference of a record either" \
	"$(names >"$dir/names"; cat "$dir"/spool/bad/*/*.reason |
		grep -c -F -f "$dir/names")" 0

# A mark at the start is a remark, where the layout takes it.
taken() { # taken STREAM EXT SPOOL
	n=$((n + 1)) month=$(printf %02d $((n % 12 + 1))) kind=bom
	f=$dir/$1-$kind.$2
	mobbsim batch --stream "$1" --letters 12 --seed "$n" --number "$n" \
		--date 2027"$month"15 --spoil "$kind" --out "$f" \
		>"$dir/batch.log"
	drop "$f" "$3"
	once
	is "$1 with $kind: taken" "$(field file) $(field letters)" \
		"$1-$kind.$2 12"
}
taken woz zip woz
taken uitkering zip uitkering
taken index zip parkeren
taken pages zip print

# One record with a page too many: it alone.
f=$dir/outside.zip
mobbsim batch --stream pages --letters 12 --seed 99 --spoil pages-outside \
	--out "$f" >"$dir/batch.log"
drop "$f" print
once
is "pages that are not there: one record" \
	"$(field file) $(field rejected) $(job rejects "$(field id)" --json |
		grep -o 'MOBB-[0-9]*' | sort -u)" "outside.zip 1 MOBB-0222"
finish
