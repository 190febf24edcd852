# store/embed.awk - schemas/db/*.sql as C: awk -f store/embed.awk FILE...
#
# A line of SQL becomes a line of C; a migration is an array of lines, because
# C17 promises only 4095 bytes a literal.  File names are NNNN-what.sql, given
# in order.  For mawk and gawk.
#
# SPDX-License-Identifier: EUPL-1.2

function close_one() {
	if (count > 0)
		print "\tNULL\n};"
}

BEGIN {
	count = 0
	print "/* made by store/embed.awk from schemas/db; do not edit */"
	print "#include <stddef.h>\n"
}

FNR == 1 {
	close_one()
	name = FILENAME
	sub(/^.*\//, "", name)
	sub(/\.sql$/, "", name)
	if (name !~ /^[0-9][0-9][0-9][0-9]-[a-z0-9-]+$/) {
		print "embed.awk: " FILENAME ": name is not NNNN-what.sql" \
			> "/dev/stderr"
		bad = 1
		exit 1
	}
	names[++count] = name
	print "static const char *const migration_" count "[] = {"
}

{
	line = $0
	if (length(line) > 1000) {
		print "embed.awk: " FILENAME ": line too long" > "/dev/stderr"
		bad = 1
		exit 1
	}
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	gsub(/\t/, "\\t", line)
	print "\t\"" line "\\n\","
}

END {
	if (bad)
		exit 1
	close_one()
	print "\nstatic const struct {"
	print "\tint number;"
	print "\tconst char *name;"
	print "\tconst char *const *lines;"
	print "} migrations[] = {"
	for (i = 1; i <= count; i++)
		print "\t{ " substr(names[i], 1, 4) + 0 ", \"" names[i] \
			"\", migration_" i " },"
	print "};"
}
