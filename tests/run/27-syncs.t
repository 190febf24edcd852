#!/bin/sh
# A batch costs a few syncs, and a letter none: counted, not timed.
. tests/run/lib.sh
command -v gcc >/dev/null || skip_all "no gcc"
house dark
gcc -shared -fPIC -o "$dir/syncs.so" tests/run/syncs.c || exit 1
cp -r formats "$dir/formats"
sed -i 's/container: \[zip, none\]/container: [zip, none, tar.gz]/' \
	"$dir/formats/woz-biljet.yaml"
sed -i -e 's/release: automatic/release: person/' \
	-e "s|^formats:.*|formats: $dir/formats|" "$dir/jobs.yaml"
job list >/dev/null # the database is there

wal_syncs() { # of the whole server, which tells them with some delay
	sleep 1.2
	sql 'select wal_sync from pg_stat_wal'
}

# take FILE STREAM: syncs of one intake, in $files and $wal.  The service is at
# rest before: what it does when it starts is not of the batch.
take() {
	: >"$dir/syncs"
	SYNCS_FILE="$dir/syncs" LD_PRELOAD="$dir/syncs.so" MOBB_STOP=1 \
		mobbd -f "$dir/jobs.yaml" >"$dir/service.log" 2>&1 &
	_pid=$!
	pids="$pids $_pid"
	wait_for 30 grep -q 'listener: listening' "$dir/service.log"
	sleep 1
	_wal=$(wal_syncs)
	_files=$(wc -c <"$dir/syncs")
	drop "$1" "$2"
	wait_for 120 grep -q ': split$\|refused' "$dir/service.log"
	files=$(($(wc -c <"$dir/syncs") - _files))
	# A connection tells its last counts when it ends.
	kill "$_pid"
	wait "$_pid"
	wal=$(($(wal_syncs) - _wal))
}

few() { # few "what": neither many syncs of files nor of the log
	ok "$1: at most 8 syncs of files ($files)" test "$files" -le 8
	ok "$1: at most 40 syncs of the database's log ($wal)" \
		test "$wal" -le 40
}

payments() { # payments LETTERS SEED
	mobbsim batch --stream uitkering --letters "$1" --seed "$2" --number "$2" \
		--out "$dir/p$1.csv" >"$dir/batch.log" 2>&1 || exit 1
	take "$dir/p$1.csv" uitkering
	is "$1 payment letters are split" "$(field letters)" "$1"
	few "$1 payment letters"
}

payments 2000 1
wal_small=$wal files_small=$files
ok "the intake syncs files, and is counted" test "$files" -gt 0
payments 20000 2
is "as many syncs of files as for a tenth of the letters" \
	"$files" "$files_small"
ok "not more of the log, but for a checkpoint" \
	test "$wal" -le $((wal_small + 6))

batch "$dir/pdfs.zip" 500 3
take "$dir/pdfs.zip" woz
is "500 letters with a PDF are split" "$(field letters)" 500
few "500 letters with a PDF"

# What lies in a tar.gz is unpacked first, and that is synced as well.
batch "$dir/pdfs.tar.gz" 300 4 --tar --number 4
take "$dir/pdfs.tar.gz" woz
is "300 letters in a tar.gz are split" "$(field letters)" 300
few "300 letters in a tar.gz"
finish
