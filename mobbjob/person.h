/* mobbjob/person.h - who uses mobbjob, and may they?
 *
 * The database keeps the rights (schemas/db/0011-persons.sql); what is asked
 * here gives a clear answer before it says no, and knows what only the jobs
 * file says: that persons are on, that the connection string names a user.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_PERSON_H
#define MOBBJOB_PERSON_H

#include "mobbjob/command.h"

/* The user of the operating system; who became root is noted. */
const char *person_of_system(struct arena *mem);

/* Connect the call to the database, as who it is.  V_BROKEN: CODE_NO_PERSON,
 * CODE_SHARED_LOGIN, CODE_NOT_ALLOWED.
 */
enum verdict person_store(struct call *call, struct fault *why);

/* Does it change something?  A dry run does not. */
bool person_changes(const struct call *call);

/* May the call do what its command does with this sender (NULL: some sender,
 * "": all of them)?  V_BROKEN, CODE_NOT_ALLOWED.
 */
enum verdict person_may(
	struct call *call, const char *sender, struct fault *why);

/* A right by its word: "look", "operate", "release". */
bool person_right(const char *word, enum person_may *may_out);

#endif
