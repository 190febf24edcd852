# tests/layers.awk - who may include whom; run by `make lint`
#
# A line may("a", "b c") says: files in a/ may include headers of a, b and c.
# The four workshops never see each other; they meet in mobbd.  mobbjob sees
# only the looking half of channels/.  mobbsim shares nothing of channels/ with
# us: one misunderstanding must not sit on both sides.
BEGIN {
	may("base", "")
	may("batch", "base")
	may("spool", "base batch")
	may("formats", "base batch")
	may("channels", "base batch")
	may("store", "base batch")
	may("mobbd", "base batch spool formats channels store")
	may("mobbjob", "base batch spool formats channels store")
	may("mobbsim", "base batch")

	# The doors of a workshop: what others may include of it.
	door["spool", "spool/spool.h"] = "mobbd mobbjob"
	door["formats", "formats/format.h"] = "mobbd mobbjob"
	door["store", "store/store.h"] = "mobbd mobbjob"
	door["channels", "channels/channel.h"] = "mobbd"
	door["channels", "channels/look.h"] = "mobbd mobbjob"
	door["channels", "channels/crl.h"] = "mobbd mobbjob"
	door["channels", "channels/print_receipt.h"] = "mobbd"
	door["channels", "channels/subscription.h"] = "mobbd mobbjob"
	door["channels", "channels/http.h"] = "mobbd"
	door["channels", "channels/probe.h"] = "mobbd"
	door["channels", "channels/seen.h"] = "mobbd"
	door["channels", "channels/http_listen.h"] = "mobbd"
	shut["spool"] = shut["formats"] = shut["store"] = shut["channels"] = 1
	shut["mobbd"] = shut["mobbjob"] = shut["mobbsim"] = 1

	# Each foreign library has one way in.
	wall["archive.h"] = "^base/archive[.]c$"
	wall["archive_entry.h"] = "^base/archive[.]c$"
	wall["libxml/"] = "^base/xml[a-z_]*[.]c$"
	wall["zlib.h"] = "^base/gzip[.]c$"
	wall["yaml.h"] = "^base/yaml[.]c$"
	wall["jansson.h"] = "^base/json[.]c$"
	wall["qpdf/"] = "^base/pdf[a-z_]*[.][ch]$"
	wall["cairo"] = "^base/page[a-z_]*[.][ch]$"
	wall["pango"] = "^base/page[a-z_]*[.][ch]$"
	wall["utf8proc.h"] = "^base/text[.]c$"
	wall["openssl/"] = \
		"^(base/digest|channels/(tls[a-z_]*|certificate|crl)|" \
		"mobbsim/(pki|line))[.][ch]$"
	wall["curl/"] = "^channels/http(_get|_look|_fail)?[.]c$"
	wall["event2/"] = "^channels/http_listen[a-z_]*[.][ch]$"
	wall["libpq-fe.h"] = "^store/pg[.]c$"

	# Only the programs log; the rest hand back a verdict and a fault.
	only["base/log.h"] = "^(base/log[.]c|mobbd/|mobbjob/|mobbsim/)"
}

function may(from, list,    n, i, part) {
	ok[from, from] = 1
	n = split(list, part, " ")
	for (i = 1; i <= n; i++)
		ok[from, part[i]] = 1
}

function bad(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what
	failed = 1
}

FNR == 1 {
	file = FILENAME
	sub(/^[.]\//, "", file)
	from = file
	sub(/\/.*/, "", from)
}

/^[ \t]*#[ \t]*include/ {
	if (!match($0, /[<"][^>"]+[>"]/))
		next
	header = substr($0, RSTART + 1, RLENGTH - 2)
	if ($0 ~ /"/) {
		to = header
		sub(/\/.*/, "", to)
		if (header !~ /\//)
			next # made by the build
		if (!((from, to) in ok))
			bad(from " may not include " header)
		else if (from != to && to in shut &&
			!((to, header) in door &&
			index(" " door[to, header] " ", " " from " ")))
			bad(header " is not for " from "/")
		if (header in only && file !~ only[header])
			bad(header " is for the programs only")
	} else {
		for (w in wall)
			if (index(header, w) == 1 && file !~ wall[w])
				bad(header " has its own file: " wall[w])
	}
}

END { exit failed }
