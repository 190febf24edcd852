# tests/run/persons.sh - other users, for the tests of persons; root runs them

# persons "release: ..." [more]: the jobs file with persons on
persons() {
	sed -i "0,/release: [a-z]*/s//$1/
		s/^database:.*/&\npersons: on\n${2:-}/" "$dir/jobs.yaml"
	# Where every user can reach it.
	mkdir "$dir/bin"
	cp "$MOBB_BUILD/mobbjob" "$dir/bin"
}

user() { # user NAME command...: as that user, and nobody's friend
	_u=$1
	shift
	setpriv --reuid "$_u" --regid "$(id -g "$_u")" --clear-groups "$@" \
		</dev/null
}

as() { # as USER command...: of mobbjob
	_u=$1
	shift
	user "$_u" "$dir/bin/mobbjob" -f "$dir/jobs.yaml" "$@"
}

pg() { # pg USER SQL: what a person can say with psql; root is mobb
	_r=$1
	[ "$1" = root ] && _r=mobb
	(cd / && user "$1" psql -X -q -t -A -h "$dir/db" -U "$_r" mobb \
		-c "$2") 2>&1
}
