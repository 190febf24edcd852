/* mobbjob/person.c - see mobbjob/person.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mobbjob/person.h"

const char *
person_of_system(struct arena *mem)
{
	const struct passwd *user = getpwuid(getuid());
	const char *sudo = getenv("SUDO_USER");

	if (user == NULL)
		return arena_format(mem, "uid %ld", (long)getuid());
	if (getuid() == 0 && sudo != NULL && sudo[0] != '\0')
		return arena_format(
			mem, "%s (sudo by %.60s)", user->pw_name, sudo);
	return arena_text(mem, user->pw_name, strlen(user->pw_name));
}

static const char *const words[] = { NULL, "look", "operate", "release",
	"operate or release" };

bool
person_right(const char *word, enum person_may *may_out)
{
	int i;

	for (i = PERSON_LOOK; i <= PERSON_RELEASE; i++)
		if (strcmp(word, words[i]) == 0) {
			*may_out = (enum person_may)i;
			return true;
		}
	return false;
}

bool
person_changes(const struct call *call)
{
	const struct command *command = call->command;

	return command->changes && !call->options.dry_run &&
	       (command->looks == NULL || !command->looks(call));
}

static enum person_may
needed(const struct call *call)
{
	if (!person_changes(call))
		return PERSON_LOOK;
	return call->command->may != 0 ? call->command->may : PERSON_ACT;
}

/* The name of whoever logs in stands in the jobs file: it can be anybody. */
static bool
is_named(const struct site *site)
{
	return strcmp(site->jobs.database, "private") != 0 &&
	       store_names_user(site->conninfo);
}

static enum verdict
check(struct call *call, struct fault *why)
{
	const struct command *command = call->command;
	const struct site *site = &call->site;
	const struct person *who = &site->person;
	bool changes = person_changes(call);

	if (!site->jobs.persons_on && who->owner)
		return V_OK;
	if (changes && !command->by_owner && site->jobs.persons_on &&
		(who->owner || is_named(site)))
		return fault_set(why, V_BROKEN, CODE_SHARED_LOGIN,
			"%s is logged in to the database as %s, and so can "
			"others be",
			person_of_system(&call->mem), who->name);
	if (who->owner)
		return V_OK;
	return person_may(call, NULL, why);
}

enum verdict
person_may(struct call *call, const char *sender, struct fault *why)
{
	const struct person *who = &call->site.person;
	enum person_may may = needed(call);
	struct store *store = call->site.store;
	bool looks = false, yes = false;
	enum verdict v;

	if (who->owner)
		return V_OK;
	v = store_person_may(store, PERSON_LOOK, sender, &looks, why);
	if (v == V_OK)
		v = store_person_may(store, may, sender, &yes, why);
	if (v != V_OK || yes)
		return v;
	if (!looks && sender == NULL)
		return fault_set(why, V_BROKEN, CODE_NO_PERSON,
			"%s has no right in this database", who->name);
	if (looks && !who->person)
		return fault_set(why, V_BROKEN, CODE_SHARED_LOGIN,
			"%s is one of shared_logins: it may only look",
			who->name);
	return fault_set(why, V_BROKEN, CODE_NOT_ALLOWED,
		"%s lacks the right to %s%s%s", who->name, words[may],
		sender == NULL	    ? ""
		: sender[0] == '\0' ? " for all senders"
				    : " for sender ",
		sender == NULL ? "" : sender);
}

enum verdict
person_store(struct call *call, struct fault *why)
{
	struct site *site = &call->site;
	enum verdict v = site_store(site, why);

	if (v == V_OK && !site->person.owner)
		call->person = site->person.name;
	return v == V_OK ? check(call, why) : v;
}
