/* tests/run/notify.c - what systemd hears: notify PATH FILE
 *
 * Makes the datagram socket PATH and writes each message it gets as a line to
 * FILE: seconds of a clock that never runs back, a blank, the words.  Ends when
 * it is killed.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

int
main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char words[512];
	ssize_t n;
	FILE *out;
	int fd;

	if (argc != 3 || strlen(argv[1]) >= sizeof(at.sun_path))
		return 2;
	memcpy(at.sun_path, argv[1], strlen(argv[1]));
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	out = fopen(argv[2], "w");
	if (fd == -1 || out == NULL ||
		bind(fd, (const struct sockaddr *)&at, sizeof(at)) == -1)
		return 1;
	while ((n = recv(fd, words, sizeof(words) - 1, 0)) >= 0) {
		struct timespec now;

		words[n] = '\0';
		clock_gettime(CLOCK_MONOTONIC, &now);
		fprintf(out, "%lld.%03ld %s\n", (long long)now.tv_sec,
			now.tv_nsec / 1000000, words);
		fflush(out);
	}
	return 1;
}
