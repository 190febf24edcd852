#!/bin/sh
# What makes a job wait for a person, and what may come again.
. tests/run/lib.sh
house dark
mkdir "$dir/formats"
cp "$top"/formats/*.yaml "$dir/formats/"
sed -i 's/^policy: .*/policy: { rejects: 2, reject_share: 5%, empty: refuse }/' \
	"$dir/formats/uitkering-csv.yaml"
sed -i 's/hold: false/hold: true/' "$dir/formats/pdf-index.yaml"
sed -i -e "s|^formats: .*|formats: $dir/formats|" \
	-e 's/format: woz-biljet.*/&\n    count_check: true/' "$dir/jobs.yaml"
sim_start
listen_start
make() { # make FILE STREAM LETTERS SEED [more]
	_f=$dir/$1 _s=$2 _l=$3 _d=$4
	shift 4
	mobbsim batch --stream "$_s" --letters "$_l" --seed "$_d" --out "$_f" \
		"$@" >"$dir/batch.log" 2>&1 || {
		cat "$dir/batch.log"
		exit 1
	}
}
take() { # take FILE STREAM: in it goes, as far as it gets
	drop "$dir/$1" "$2"
	once
	case $(field state) in
	held | refused) once ;;
	*) settle ;;
	esac
}
hold() { # code and state of the newest job
	echo "$(field state) $(field hold_code)"
}
gone() { # letters of a truth file that have left, to a box or the printer
	{
		cut -d';' -f5 "$dir/sim/ledger.csv" 2>/dev/null
		for _z in "$dir"/spool/print/out/*.zip; do
			[ -e "$_z" ] && bsdtar -xOf "$_z" letters.csv |
				cut -d';' -f3
		done
	} | sort -u >"$dir/gone"
	cut -d';' -f2 "$dir/$1.truth.csv" | sed 1d | sort -u |
		comm -12 - "$dir/gone" | wc -l
}
lets_go() { # a release lets it go, and its letters arrive
	ok "$1: a person lets it go" job release "$(field id)" --reason "asked"
	settle
	is "$1: then its letters leave" "$(gone "$2")" "$3"
}

# Rejected records: at the limit it goes, one more and it waits.
make two.zip uitkering 40 1 --bad 2 --faults bsn --number 10 --date 20260115
take two.zip uitkering
is "as many rejected as the layout allows: it goes" \
	"$(gone two.zip) $(field rejected) $(field hold_code)" "38 2 null"
make three.zip uitkering 40 2 --bad 3 --faults bsn --number 11 --date 20260215
take three.zip uitkering
is "one more: it waits" "$(hold)" "held MOBB-0130"
like "and says how many" "$(job show "$(field id)")" 'MOBB-0130.*3.*2'
is "nothing of it left" "$(gone three.zip)" 0
lets_go "rejects" three.zip 37
make six.zip uitkering 120 3 --bad 6 --faults bsn --number 12 --date 20260315
take six.zip uitkering
is "the share counts when it is more" "$(field rejected) $(field hold_code)" \
	"6 null"

# Numbers and periods.
make period.zip uitkering 20 4 --number 13 --date 20260315
take period.zip uitkering
is "a period that was there: it waits" "$(hold)" "held MOBB-0124"
like "and says in which job" "$(job show "$(field id)")" \
	'MOBB-0124.*period 202603 .*job [0-9]{8}-'
lets_go "period" period.zip 20
make lower.zip uitkering 20 5 --number 9 --date 20260415
take lower.zip uitkering
is "a number lower than the last: it waits" "$(hold)" "held MOBB-0106"
lets_go "lower number" lower.zip 20
make number.zip uitkering 20 6 --number 13 --date 20260515
take number.zip uitkering
is "a number again with other content: refused" \
	"$(field state) $(field code)" "refused MOBB-0106"
is "nothing of it left" "$(gone number.zip)" 0
make right.zip uitkering 20 6 --number 14 --date 20260515
take right.zip uitkering
is "under its own number it is taken" "$(gone right.zip)" 20
make both.zip uitkering 20 7 --number 8 --date 20260515 --bad 3 --faults bsn
take both.zip uitkering
is "three reasons to wait: it waits once" "$(field state)" held
is "and all three are told" "$(job show "$(field id)" |
	grep -cE 'number 8 after|period 202605 was|3 .*record')" 1
lets_go "three reasons" both.zip 17

# Far from the count of the file before.
make much.zip woz 120 11
take much.zip woz
is "the first file has nothing before it" "$(gone much.zip)" 120
make near.zip woz 96 12
take near.zip woz
is "a fifth less goes" "$(gone near.zip)" 96
make far.zip woz 95 13
take far.zip woz
is "one less than that waits" "$(hold)" "held MOBB-0402"
like "and both counts are told" "$(job show "$(field id)")" \
	'MOBB-0402.*95 records, job .* before had 120'
lets_go "count" far.zip 95

# The layout itself says that a person looks.
make pages.zip pages 10 21
take pages.zip print
is "a layout that wants a person: it waits" "$(hold)" "held MOBB-1305"
lets_go "layout" pages.zip 10

# What was refused or cancelled before anything left may come again.
make cut.zip index 20 31
echo "0000000000000000000000000000000000000000000000000000000000000000" \
	>"$dir/cut.zip.sha256"
take cut.zip parkeren
is "another digest than its sidecar says: refused" \
	"$(field state) $(field code)" "refused MOBB-0102"
rm "$dir/cut.zip.sha256"
take cut.zip parkeren
is "the same bytes again are taken" "$(gone cut.zip) $(field edition)" "20 1"
take cut.zip parkeren
is "and a third time refused" "$(field state) $(field code)" \
	"refused MOBB-0105"
make stop.zip woz 30 32
take stop.zip woz
is "a job that waits" "$(hold)" "held MOBB-0402"
take stop.zip woz
is "its file again is refused, for it may still go" \
	"$(field state) $(field code)" "refused MOBB-0105"
# As if a person had cancelled it and all its letters.
sql "update job set state = 10, n_withdrawn = letters,
	n_box = 0, n_paper = 0 where file = 'stop.zip' and state = 4"
take stop.zip woz
is "cancelled, it may come again" "$(hold)" "held MOBB-0402"
lets_go "again" stop.zip 30

# A key blocks what is open or has left, and nothing else.
make some.zip index 20 41 --bad 3 --faults doc-missing
take some.zip parkeren
is "three documents are missing" "$(gone some.zip) $(field rejected)" "17 3"
make whole.zip index 20 41
take whole.zip parkeren
is "the whole file, repaired: only those three are new" \
	"$(gone whole.zip) $(field letters) $(field rejected)" "20 3 17"
is "for the others were there" "$(job rejects "$(field id)" --json |
	grep -o '"code":"[^"]*' | sort | uniq -c | sed 's/^ *//')" \
	'17 "code":"MOBB-0209'
is "nothing went twice" "$(cut -d';' -f5 "$dir/sim/ledger.csv" | sort |
	uniq -d | wc -l)" 0
finish
