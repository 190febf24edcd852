# make            the three programs
# make demo       the main job, on screen, in build/demo
# make check      all tests
# make deps       install what is missing (Debian packages); `make demo` and
#                 `make check` call it first
# make lint       clang-format, layers, banned calls, each header alone
# make fuzz       each fuzzer for FUZZ_SECONDS=60, with clang
# make check-matrix  every fault of the other side, RUNS= runs (40 minutes)
# make bench      speed against reference commands, in one run
# make bench-night  a whole night against plain commands; SCALE=10: a tenth
# make install DESTDIR= PREFIX=/usr
#
# CC=gcc|clang    compiler        DEV=1  warnings are errors
# V=1             show the commands
# MOBB_SHARED     folder with official schemas for the tests that judge by them
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
STD     ?= c17
PREFIX  ?= /usr/local
MOBB_SHARED ?= ../shared
export MOBB_SHARED
WARN     = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
           -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
           -Wvla -Wformat=2 -Wcast-qual -Wwrite-strings -Wundef \
           -Wpointer-arith -Wimplicit-fallthrough -Wswitch-enum
CFLAGS  ?= -O2 -g
# Hidden, so that a library never finds one of our names instead of its own.
HIDDEN   = -fvisibility=hidden
HARDEN   = $(HIDDEN) -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
SAN      = -fsanitize=address,undefined -fno-sanitize-recover=all \
           -fno-omit-frame-pointer
# Under sanitizers gcc sees cuts where there are none.
SAN_WARN = $(if $(findstring clang,$(CC)),,-Wno-format-truncation)
PKGS     = libarchive libxml-2.0 zlib libcrypto libssl libpq libcurl \
           libevent libevent_openssl jansson yaml-0.1 libutf8proc \
           libqpdf cairo pangocairo
B        = build/$(CC)
# One word for each file, unless V=1 asks for the commands.
Q        = $(if $(V),,@echo "  $(@:build/%=%)";)
ALL_C    = -std=$(STD) -D_POSIX_C_SOURCE=200809L -I. -I$(B)/gen $(WARN) \
           $(if $(DEV),-Werror) -MMD -MP \
           $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I/-isystem /g')
LIBS     = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpthread -lm

LIB  := $(wildcard base/*.c batch/*.c spool/*.c formats/*.c channels/*.c \
          store/*.c)
# mobbjob links nothing that can send: of channels/ only what looks.
LOOK := $(filter-out channels/%,$(LIB)) $(wildcard channels/look*.c \
          channels/cpa*.c channels/certificate.c channels/crl.c)
# mobbsim shares nothing of the wire with us: an outside judge.
JUDGE := $(wildcard base/*.c batch/*.c)
PROGRAMS = $(B)/bin/mobbd $(B)/bin/mobbjob $(B)/bin/mobbsim
UNIT := $(wildcard tests/base/test_*.c tests/batch/test_*.c \
          tests/spool/test_*.c tests/formats/test_*.c \
          tests/channels/test_*.c tests/store/test_*.c \
          tests/mobbsim/test_*.c)
SQL  := $(sort $(wildcard schemas/db/*.sql))

all: $(PROGRAMS)
	@mkdir -p build && ln -sfn $(CC)/bin build/bin

# Programs

$(B)/gen/migrations.h: $(SQL) store/embed.awk
	@mkdir -p $(@D)
	$(Q)awk -f store/embed.awk $(SQL) >$@.tmp && mv $@.tmp $@

$(patsubst %.c,$(B)/obj/%.o,$(wildcard store/*.c)) \
$(patsubst %.c,$(B)/san/%.o,$(wildcard store/*.c)): | $(B)/gen/migrations.h

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_C) $(HARDEN) $(CFLAGS) -c -o $@ $<

$(B)/san/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_C) $(SAN_WARN) -O1 -g $(HIDDEN) $(SAN) -c -o $@ $<

$(B)/bin/mobbd: $(patsubst %.c,$(B)/obj/%.o,$(wildcard mobbd/*.c) $(LIB))
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(CFLAGS) -o $@ $^ $(LIBS)
$(B)/bin/mobbjob: $(patsubst %.c,$(B)/obj/%.o,$(wildcard mobbjob/*.c) $(LOOK))
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(CFLAGS) -o $@ $^ $(LIBS)
$(B)/bin/mobbsim: $(patsubst %.c,$(B)/obj/%.o,$(wildcard mobbsim/*.c) $(JUDGE))
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(CFLAGS) -o $@ $^ $(LIBS)

# Tests

$(B)/san/lib.a: $(LIB:%.c=$(B)/san/%.o)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(B)/tests/%: $(B)/san/tests/%.o $(B)/san/lib.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(SAN) -o $@ $^ $(LIBS) -lcmocka

units: $(UNIT:tests/%.c=$(B)/tests/%)

check: deps
	+@$(MAKE) --no-print-directory all units
	@tests/check $(B)

demo: deps
	+@$(MAKE) --no-print-directory all
	@tests/run/demo $(B)/bin

deps:
	@tests/deps

# {async, sync} x {every fault} x seeds; see tests/matrix/run
check-matrix: all
	@MOBB_BUILD=$(B)/bin tests/matrix/run

# Fuzzers: the libraries once more, so that every branch is counted.

F      = build/fuzz
FUZZ_C = $(wildcard tests/fuzz/fuzz_*.c base/*.c batch/*.c formats/*.c \
           channels/*.c)
FUZZ   = $(patsubst tests/fuzz/%.c,$(F)/%,$(wildcard tests/fuzz/fuzz_*.c))

$(F)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(Q)clang $(ALL_C) -O1 -g $(SAN) -fsanitize=fuzzer-no-link -c -o $@ $<

$(F)/lib.a: $(patsubst %.c,$(F)/obj/%.o,$(filter-out tests/%,$(FUZZ_C)))
	@rm -f $@
	$(Q)ar rcs $@ $^

$(FUZZ): $(F)/%: $(F)/obj/tests/fuzz/%.o $(F)/lib.a
	$(Q)clang $(SAN) -fsanitize=fuzzer -o $@ $^ $(LIBS)

fuzzers: $(FUZZ)

fuzz:
	@MOBB_TOOLS="clang libclang-rt-14-dev" tests/deps
	+@$(MAKE) --no-print-directory all fuzzers
	@tests/fuzz/run $(F)

$(B)/bench/%: $(B)/obj/tests/bench/%.o $(LIB:%.c=$(B)/obj/%.o)
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(CFLAGS) -o $@ $^ $(LIBS)

bench: all $(B)/bench/receive $(B)/bench/route
	@tests/bench/bench $(B)/bin
	@tests/bench/show $(B)/bin
	@tests/bench/wire $(B)/bin
	@tests/bench/bundle $(B)/bin
	@tests/bench/receiving $(B)
	@tests/bench/subscriptions $(B)
	@tests/bench/offer $(B)/bin

bench-night: all
	@tests/bench/night $(B)/bin

lint:
	@tests/lint

install: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin \
		$(DESTDIR)$(PREFIX)/share/mobb/formats \
		$(DESTDIR)$(PREFIX)/share/mobb/schemas \
		$(DESTDIR)$(PREFIX)/share/mobb/cron.d \
		$(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/man/man8
	install -m 755 $(B)/bin/mobbd $(DESTDIR)$(PREFIX)/sbin/mobbd
	install -m 755 $(B)/bin/mobbjob $(B)/bin/mobbsim $(DESTDIR)$(PREFIX)/bin/
	install -m 644 formats/*.yaml $(DESTDIR)$(PREFIX)/share/mobb/formats/
	install -m 644 schemas/*.xsd schemas/*.md $(DESTDIR)$(PREFIX)/share/mobb/schemas/
	install -m 644 jobs.example docs/aansluiten.md docs/ketentest.md docs/personen.md docs/helpdesk.md docs/nachten.md contrib/systemd/* \
		$(DESTDIR)$(PREFIX)/share/mobb/
	install -m 644 contrib/cron.d/mobb $(DESTDIR)$(PREFIX)/share/mobb/cron.d/
	install -m 644 mobbjob/mobbjob.1 mobbsim/mobbsim.1 \
		$(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 formats/mobb-formats.5 batch/mobb-jobs.5 \
		spool/mobb-spool.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 mobbd/mobbd.8 $(DESTDIR)$(PREFIX)/share/man/man8/

clean:
	rm -rf build

.PHONY: all units check check-matrix demo deps fuzz fuzzers bench bench-night lint install clean
.SECONDARY:
-include $(shell find $(B) $(F) -name '*.d' 2>/dev/null)
