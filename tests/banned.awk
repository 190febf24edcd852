# tests/banned.awk - calls that have a safer sibling in this house
BEGIN {
	ban("strcpy", "memcpy with a length that was checked")
	ban("strcat", "struct buf")
	ban("sprintf", "snprintf or struct buf")
	ban("vsprintf", "vsnprintf")
	ban("gets", "read")
	ban("strtok", "strcspn")
	ban("system", "fork and exec with arguments")
	ban("popen", "fork and exec with arguments")
	ban("tmpnam", "mkdtemp")
	ban("mktemp", "mkdtemp")
	ban("rand", "digest_random")
	ban("srand", "digest_random")
	ban("localtime", "clock_local")
	ban("gmtime", "clock_utc")
	ban("asctime", "clock_local")
	ban("ctime", "clock_local")
	ban("alloca", "an arena")
	ban("time", "base/clock.h")
	ban("gettimeofday", "base/clock.h")
	ban("clock_gettime", "base/clock.h")
}

function ban(name, instead) {
	banned[name] = instead
}

FILENAME ~ /base\/clock[.]c$/ { next }

{
	line = $0
	gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
	sub(/\/\/.*/, "", line)
	if (line ~ /^[ \t]*(\/?\*|\*)/)
		next
	for (name in banned)
		if (line ~ ("(^|[^A-Za-z0-9_.>])" name "[ \t]*[(]")) {
			printf "%s:%d: %s(): use %s\n", FILENAME, FNR, name,
				banned[name]
			failed = 1
		}
}

END { exit failed }
