/* store/person.h - who asks, and what the database lets them do
 *
 * Included by store/store.h.  A person is a role of the database, named as the
 * user of the operating system; the rights are group roles for all senders or
 * for one.  The database itself keeps them (schemas/db/0011-persons.sql): what
 * is told here is for a clear answer before it says no.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_PERSON_H
#define STORE_PERSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

struct jobs;
struct store;

#define PERSON_NAME_MAX 64 /* bytes, with the end: a name of PostgreSQL */

enum person_may {
	PERSON_LOOK = 1,
	PERSON_OPERATE, /* hold, cancel, resolve, print, submit */
	PERSON_RELEASE, /* hold, release */
	PERSON_ACT,	/* either of the last two */
};

struct person {
	char name[PERSON_NAME_MAX]; /* of the session, as the server has it */
	bool owner;  /* of the tables: what mobbd logs in as, or above it */
	bool person; /* of the rights, and no shared login */
};

/* Of this connection.  Before there are tables everybody is the owner. */
enum verdict store_person(
	struct store *store, struct person *out, struct fault *why);
/* sender NULL: for any of them. */
enum verdict store_person_may(struct store *store, enum person_may may,
	const char *sender, bool *may_out, struct fault *why);

/* What the jobs file says, for the database to keep: are persons on, which
 * logins are shared, whose are the streams.  By the owner.
 */
enum verdict store_person_rules(
	struct store *store, const struct jobs *jobs, struct fault *why);

/* Does the connection string say as whom to log in? */
bool store_names_user(const char *conninfo);

struct person_right {
	const char *person, *may;
	const char *sender; /* "": all */
	bool shared;
};
enum verdict store_person_list(struct store *store, struct arena *mem,
	struct person_right **rights_out, size_t *count_out, struct fault *why);

/* Give or take a right, with an event; sender "": all of them.  `may` "":
 * all that the person has; then the role goes too.  V_SKIP with CODE_NO_JOB:
 * has no such right; with CODE_NOT_ALLOWED: this login cannot make roles.
 */
struct person_change {
	const char *name, *may, *sender;
	const char *person, *reason; /* who does it, why */
	int64_t now_ms;
};
enum verdict store_person_add(struct store *store,
	const struct person_change *change, struct fault *why);
enum verdict store_person_remove(struct store *store,
	const struct person_change *change, struct fault *why);

/* --- two persons (store/consent.c) --- */

struct consent {
	const char *person, *reason;
	int64_t letters, at_ms;
};

/* How many persons must release a job that waits; before it is routed. */
enum verdict store_job_persons(
	struct store *store, const char *job, int persons, struct fault *why);
/* Those that count now, oldest first: given for the job as it is, at most
 * seven days ago, not withdrawn.  *persons_out: how many it takes.
 */
enum verdict store_consent_list(struct store *store, const char *job,
	struct arena *mem, struct consent **list_out, size_t *count_out,
	int *persons_out, struct fault *why);
/* A person agrees, having typed how many letters go.  V_SKIP: CODE_STATE, the
 * job is not held; CODE_TYPED.
 */
enum verdict store_consent_give(struct store *store, const char *job,
	const char *person, int64_t letters, const char *reason, int64_t now_ms,
	struct fault *why);
/* V_SKIP with CODE_NO_JOB: there is none of this person. */
enum verdict store_consent_withdraw(struct store *store, const char *job,
	const char *person, const char *reason, int64_t now_ms,
	struct fault *why);

#endif
