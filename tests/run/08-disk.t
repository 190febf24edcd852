#!/bin/sh
# A full disk: the file waits, nothing is half done; with room it goes on.
. tests/run/lib.sh
[ "$(id -u)" = 0 ] || skip_all "needs root to mount a small file system"
house dark
small=$dir/spool/work
mount -t tmpfs -o size=40m tmpfs "$small" 2>/dev/null ||
	skip_all "a small file system cannot be mounted here"
umount_small() { umount "$small" 2>/dev/null; }
trap 'job database stop >/dev/null 2>&1; umount_small; umount "$dir/db" 2>/dev/null
	cleanup' EXIT

# in/ and work/ must be one file system for the claim to be one rename.
umount_small
mv "$dir/spool" "$dir/spool.kept"
mkdir "$dir/spool"
mount -t tmpfs -o size=40m tmpfs "$dir/spool"
cp -r "$dir/spool.kept/." "$dir/spool/"
umount_small() { umount "$dir/spool" 2>/dev/null; }
sim_start
listen_start
f=$dir/woz.zip
batch "$f" 40 11
drop "$f"
once
ok "too little room: the file still lies in in/" ls "$dir/spool/in/woz/woz.zip"
like "and the log says what is missing" "$(cat "$dir/once.log")" 'MOBB-1202'
is "no job was made" "$(job list --all --json | grep -c mobb.job/)" 0
mount -o remount,size=400m "$dir/spool"
settle
is "with room it goes on by itself" \
	"$(MUST_END=1 count "$f.truth.csv" | tail -4 | tr '\n' ' ')" \
	"lost 0 twice 0 both 0 mixed 0 "
listen_stop
sim_stop
umount_small
rm -rf "$dir/spool" && mv "$dir/spool.kept" "$dir/spool"

# The database's disk fills while a job is split.
job database stop >/dev/null
rm -rf "$dir/db"
mkdir "$dir/db"
mount -t tmpfs -o size=500m tmpfs "$dir/db" ||
	{ finish; }
sim_start
listen_start
# Letters without a PDF, so that a small file has many rows.
cp -r formats "$dir/formats"
sed -e '/^documents:/,/^control:/{/^control:/!d}' \
	-e 's/^  subject:.*/&\n  text: "Aanslag {jaar}"/' \
	formats/woz-biljet.yaml >"$dir/formats/woz-biljet.yaml"
sed -i "s|^formats:.*|formats: $dir/formats|" "$dir/jobs.yaml"
g=$dir/big.xml
mobbsim batch --stream woz --letters 90000 --seed 12 --plain --out "$g" \
	>/dev/null
posts() { awk -F';' 'NR > 1 && $6 > 0' "$dir/sim/posts.csv" | wc -l; }
before=$(posts)
drop "$g"
: >"$dir/once.log"
free=$(df -k --output=avail "$dir/db" | tail -1)
dd if=/dev/zero of="$dir/db/ballast" bs=1k count=$((free - 30000)) 2>/dev/null
ONCE_SECONDS=100 once
# PostgreSQL may stop altogether when it cannot write its log any more.
like "full while splitting: said with a code" "$(cat "$dir/once.log")" \
	'intake: MOBB-(1202|1101|1105)'
ok "the file is kept in work/" ls "$dir"/spool/work/*/big.xml
is "nothing of it was sent" "$(posts)" "$before"
rm "$dir/db/ballast"
sed -i 's/release: automatic/release: person/' "$dir/jobs.yaml"
listen_stop
listen_start
once
is "with room it is read again, whole" "$(field letters)" 90000
finish
