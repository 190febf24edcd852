/* base/clock.c - see base/clock.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define MS_PER_DAY INT64_C(86400000)

static int64_t
read_ms(clockid_t which)
{
	struct timespec ts;
	int rc = clock_gettime(which, &ts);

	assert(rc == 0);
	(void)rc;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_now_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

int64_t
clock_tick_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

void
clock_boot(char boot_out[CLOCK_BOOT_MAX])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t got = 0;

	if (fd != -1) {
		got = read(fd, boot_out, CLOCK_BOOT_MAX - 1);
		(void)close(fd);
	}
	boot_out[got > 0 ? got : 0] = '\0';
	boot_out[strspn(boot_out, "0123456789abcdef-")] = '\0';
}

void
clock_sleep_ms(int64_t ms)
{
	struct timespec ts = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };

	assert(ms >= 0);
	nanosleep(&ts, NULL);
}

static bool
leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool
clock_day(int year, int month, int day, int32_t *days_out)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	int64_t y, era, yoe, doy;
	int max;

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
		return false;
	max = length[month - 1] + (month == 2 && leap(year));
	if (day > max)
		return false;
	/* Count from 1 March, so that the leap day is the last of a year. */
	y = month <= 2 ? year - 1 : year;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	*days_out = (int32_t)(era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 +
			      doy - 719468);
	return true;
}

void
clock_date(int32_t days, int *year_out, int *month_out, int *day_out)
{
	int64_t z = (int64_t)days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day_out = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month_out = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year_out = (int)(yoe + era * 400 + (*month_out <= 2));
}

void
clock_utc(int64_t ms, char text_out[CLOCK_TEXT_MAX])
{
	int64_t day = ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
	int64_t in_day = ms - day * MS_PER_DAY;
	int y, m, d;

	clock_date((int32_t)day, &y, &m, &d);
	snprintf(text_out, CLOCK_TEXT_MAX,
		"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", y, m, d,
		(int)(in_day / 3600000), (int)(in_day / 60000 % 60),
		(int)(in_day / 1000 % 60), (int)(in_day % 1000));
}

void
clock_local(int64_t ms, char text_out[CLOCK_TEXT_MAX])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	char zone[8];
	size_t n;

	if (localtime_r(&t, &tm) == NULL) {
		text_out[0] = '\0';
		return;
	}
	n = strftime(text_out, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	if (strftime(zone, sizeof(zone), "%z", &tm) == 5)
		snprintf(text_out + n, CLOCK_TEXT_MAX - n, "%.3s:%.2s", zone,
			zone + 3);
}

/* Exactly `n` digits at *p, which moves on; -1 when they are not there. */
static int
digits(const char **p, int n)
{
	int value = 0;

	for (; n > 0; n--, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return -1;
		value = value * 10 + (**p - '0');
	}
	return value;
}

static bool
sign(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool
parse_zone(const char *p, int64_t *minutes_out)
{
	int h, m, direction;

	*minutes_out = 0;
	if (*p == '\0' || strcmp(p, "Z") == 0)
		return true;
	if (*p != '+' && *p != '-')
		return false;
	direction = *p++ == '-' ? -1 : 1;
	if ((h = digits(&p, 2)) < 0 || !sign(&p, ':') ||
		(m = digits(&p, 2)) < 0 || *p != '\0' || h > 14 || m > 59)
		return false;
	*minutes_out = direction * (h * 60 + m);
	return true;
}

bool
clock_parse(const char *text, int64_t *ms_out)
{
	const char *p = text;
	int y, mo, d, h, mi, s, n, ms = 0;
	int64_t zone;
	int32_t day;

	if ((y = digits(&p, 4)) < 0 || !sign(&p, '-') ||
		(mo = digits(&p, 2)) < 0 || !sign(&p, '-') ||
		(d = digits(&p, 2)) < 0 || !sign(&p, 'T') ||
		(h = digits(&p, 2)) < 0 || !sign(&p, ':') ||
		(mi = digits(&p, 2)) < 0 || !sign(&p, ':') ||
		(s = digits(&p, 2)) < 0)
		return false;
	if (sign(&p, '.')) {
		for (n = 0; isdigit((unsigned char)*p); p++, n++)
			if (n < 3)
				ms = ms * 10 + (*p - '0');
		if (n == 0)
			return false;
		for (; n < 3; n++)
			ms *= 10;
	}
	if (!parse_zone(p, &zone) || h > 24 || mi > 59 || s > 60 ||
		(h == 24 && (mi != 0 || s != 0 || ms != 0)) ||
		!clock_day(y, mo, d, &day))
		return false;
	*ms_out = day * MS_PER_DAY + h * INT64_C(3600000) +
		  (mi - zone) * 60000 + s * 1000 + ms;
	return true;
}
