/* mobbjob/print_proof.c - see mobbjob/print_proof.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbjob/decide.h"
#include "mobbjob/job.h"
#include "mobbjob/print_proof.h"
#include "mobbjob/show.h"

static bool
state_of(const char *word, enum proof_state *out)
{
	static const struct {
		const char *word;
		enum proof_state state;
	} words[] = { { "good", PROOF_GOOD }, { "bad", PROOF_BAD },
		{ "anew", PROOF_ANEW } };
	size_t i;

	for (i = 0; word != NULL && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i].word) == 0) {
			*out = words[i].state;
			return true;
		}
	return false;
}

enum verdict
print_proof_say(struct call *call, struct fault *why)
{
	struct store *store = call->site.store;
	struct print_proof proof;
	enum proof_state state;
	const char *reason;
	struct job job;
	enum verdict v;

	if (!state_of(call->options.as, &state))
		return fault_set(why, V_BROKEN, CODE_USAGE,
			"usage: mobbjob print proof JOB --as good|bad|anew "
			"--reason TEXT");
	v = job_of(call, call->args[1], &job, why);
	if (v != V_OK)
		return v;
	v = store_proof_get(store, job.id, &call->mem, &proof, why);
	if (v == V_END || (v == V_OK && proof.state != PROOF_WAITS &&
				  proof.state != PROOF_BAD))
		return fault_set(why, V_SKIP, CODE_STATE,
			"job %s has no proof that waits for a person", job.id);
	if (v == V_OK && !call->options.dry_run) {
		v = decide_reason(call, &reason, why);
		if (v == V_OK)
			v = store_proof_say(store, job.id, state, call->person,
				reason, clock_now_ms(), why);
	}
	if (v != V_OK)
		return v;
	decide_tell(call, "proof %s is %s, says %s; %s", proof.name,
		proof_word(state), call->person,
		state == PROOF_GOOD  ? "the paper run goes on"
		: state == PROOF_BAD ? "nothing of the run is printed"
				     : "another one is made");
	return V_OK;
}

enum verdict
print_proof_list(struct call *call, struct fault *why)
{
	struct print_proof *proofs;
	size_t i, count;
	enum verdict v;

	v = store_proof_list(
		call->site.store, &call->mem, &proofs, &count, why);
	for (i = 0; v == V_OK && i < count; i++)
		printf("job %s: MOBB-%04d the paper run waits: proof %s %s; "
		       "mobbjob print proof %s --as good|bad|anew\n",
			proofs[i].job,
			(int)(proofs[i].state == PROOF_BAD ? CODE_PROOF_BAD
							   : CODE_PROOF_WAITS),
			proofs[i].name,
			proofs[i].state == PROOF_BAD ? "is bad"
						     : "has to be looked at",
			proofs[i].job);
	return v;
}
