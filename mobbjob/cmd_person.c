/* mobbjob/cmd_person.c - person: who may look, operate, release
 *
 * In the private cluster its owner makes the roles; for the server of a
 * database administrator the SQL is printed.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbjob/decide.h"
#include "mobbjob/person.h"
#include "mobbjob/show.h"

static bool
is_private(const struct call *call)
{
	return strcmp(call->site.jobs.database, "private") == 0;
}

/* --- list --- */

static enum verdict
list(struct call *call, struct fault *why)
{
	static const char *const heads[] = { "PERSON", "MAY", "SENDER", "",
		NULL };
	struct person_right *rights;
	struct table table;
	size_t i, count;
	enum verdict v;

	v = store_person_list(
		call->site.store, &call->mem, &rights, &count, why);
	if (v != V_OK)
		return v;
	table_begin(&table, call->options.plain, &call->mem, heads);
	for (i = 0; i < count; i++) {
		const struct person_right *r = &rights[i];
		struct json *o;

		if (!call->options.json) {
			table_text(&table, r->person);
			table_text(&table, r->may);
			table_text(&table,
				r->sender[0] == '\0' ? "all" : r->sender);
			table_text(
				&table, r->shared ? "shared: looks only" : "");
			continue;
		}
		o = json_new_object();
		json_add_text(o, "schema", "mobb.person/1");
		json_add_text(o, "person", r->person);
		json_add_text(o, "may", r->may);
		json_add_given(o, "sender", r->sender);
		json_add_bool(o, "shared", r->shared);
		json_write(o, stdout);
	}
	if (call->options.json) {
		table_drop(&table);
		return V_OK;
	}
	if (count == 0 && !call->options.plain)
		puts("nobody has a right yet: mobbjob person add NAME --may "
		     "look|operate|release");
	table_end(&table);
	return V_OK;
}

/* --- the SQL of somebody else's server --- */

static const char *const rights[] = { "look", "operate", "release" };

static void
print_groups(const char *sender)
{
	const char *line = sender[0] == '\0' ? "" : "_";
	int i;

	for (i = 0; i < 3; i++)
		printf("create role \"mobb_person_%s%s%s\";\n"
		       "grant mobb_person to \"mobb_person_%s%s%s\";\n",
			rights[i], line, sender, rights[i], line, sender);
}

static enum verdict
setup(struct call *call, struct fault *why)
{
	const struct jobs *jobs = &call->site.jobs;
	size_t i;

	if (is_private(call))
		return fault_set(why, V_SKIP, CODE_STATE,
			"the private database has made its roles itself");
	puts("-- Once, by who may make roles; those that are there already "
	     "give an error\n-- that does no harm.  Then restart mobbd: it "
	     "gives the roles what they may.\n"
	     "create role mobb_person;");
	print_groups("");
	for (i = 0; i < jobs->sender_count; i++)
		print_groups(jobs->senders[i].name);
	return V_OK;
}

static void
print_change(const struct person_change *c, bool add)
{
	const char *line = c->sender[0] == '\0' ? "" : "_";
	int i;

	puts("-- for the administrator of the database:");
	if (add)
		printf("create role \"%s\" login; -- unless it is there\n"
		       "grant \"mobb_person_%s%s%s\" to \"%s\";\n",
			c->name, c->may, line, c->sender, c->name);
	else if (c->may[0] != '\0')
		printf("revoke \"mobb_person_%s%s%s\" from \"%s\";\n", c->may,
			line, c->sender, c->name);
	for (i = 0; !add && c->may[0] == '\0' && i < 3; i++)
		printf("revoke \"mobb_person_%s\" from \"%s\";\n", rights[i],
			c->name);
}

/* --- add and remove --- */

static bool
is_shared(const struct call *call, const char *name)
{
	static const char *const always[] = { "root", "postgres", "mobb" };
	const struct jobs *jobs = &call->site.jobs;
	size_t i;

	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (strcmp(name, always[i]) == 0)
			return true;
	for (i = 0; i < jobs->shared_login_count; i++)
		if (strcmp(name, jobs->shared_logins[i]) == 0)
			return true;
	return false;
}

/* The name of a user, and of a role: nothing that would need quoting. */
static bool
name_ok(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._@-";
	size_t len = strlen(name);

	return len > 0 && len < PERSON_NAME_MAX && name[0] != '-' &&
	       strspn(name, plain) == len && strncmp(name, "mobb_", 5) != 0 &&
	       strncmp(name, "pg_", 3) != 0;
}

static enum verdict
change_of(struct call *call, bool add, struct person_change *out,
	struct fault *why)
{
	struct person_change c = { .name = call->args[1],
		.may = call->options.may == NULL ? "" : call->options.may,
		.sender = call->options.sender == NULL ? ""
						       : call->options.sender,
		.person = call->person,
		.reason = "",
		.now_ms = clock_now_ms() };
	enum person_may may;

	if (!name_ok(c.name))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"the name of a user has letters, digits and ._@- and "
			"does not begin with mobb_ or pg_");
	if ((add || c.may[0] != '\0') && !person_right(c.may, &may))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"say which right: --may look, operate or release");
	if (c.may[0] == '\0' && c.sender[0] != '\0')
		return fault_set(
			why, V_BROKEN, CODE_USAGE, "--sender wants --may too");
	if (c.sender[0] != '\0' &&
		jobs_sender(&call->site.jobs, c.sender) == NULL)
		return fault_set(why, V_SKIP, CODE_NO_JOB,
			"the jobs file has no sender %.40s", c.sender);
	if (add && strcmp(c.may, "look") != 0 && is_shared(call, c.name))
		return fault_set(why, V_BROKEN, CODE_SHARED_LOGIN,
			"%s is a login of several people: it may only look",
			c.name);
	*out = c;
	return V_OK;
}

static enum verdict
change(struct call *call, bool add, struct fault *why)
{
	struct person_change c;
	enum verdict v = change_of(call, add, &c, why);

	if (v == V_OK && !is_private(call)) {
		print_change(&c, add);
		return V_OK;
	}
	if (v == V_OK && !call->site.person.owner)
		v = fault_set(why, V_BROKEN, CODE_NOT_ALLOWED,
			"rights are given by root or who made the database");
	if (v == V_OK && !call->options.dry_run) {
		v = decide_reason(call, &c.reason, why);
		if (v == V_OK)
			v = add ? store_person_add(call->site.store, &c, why)
				: store_person_remove(
					  call->site.store, &c, why);
	}
	if (v != V_OK)
		return v;
	decide_tell(call, "%s %s %s%s%s%s", c.name, add ? "may" : "may no more",
		c.may[0] == '\0' ? "do anything" : c.may,
		c.may[0] == '\0' ? "" : ", for ",
		c.sender[0] != '\0' ? "sender "
		: c.may[0] == '\0'  ? ""
				    : "all senders",
		c.sender);
	return V_OK;
}

static bool
looks(const struct call *call)
{
	return call->arg_count < 2;
}

static enum verdict
run(struct call *call, struct fault *why)
{
	const char *what = call->args[0];

	if (call->arg_count == 0 ||
		(call->arg_count == 1 && strcmp(what, "list") == 0))
		return list(call, why);
	if (call->arg_count == 1 && strcmp(what, "setup") == 0)
		return setup(call, why);
	if (call->arg_count == 2 && strcmp(what, "add") == 0)
		return change(call, true, why);
	if (call->arg_count == 2 && strcmp(what, "remove") == 0)
		return change(call, false, why);
	return fault_set(why, V_BROKEN, CODE_USAGE,
		"usage: mobbjob person [list | setup | add NAME | remove NAME] "
		"[--may RIGHT] [--sender NAME]");
}

const struct command command_person = {
	.name = "person",
	.args = "[list|setup|add NAME|remove NAME]",
	.help = "who may look, operate, release",
	.args_max = 2,
	.need = NEED_STORE,
	.changes = true,
	.by_owner = true,
	.looks = looks,
	.run = run,
};
