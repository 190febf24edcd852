/* batch/address_name.c - a long name on one line (batch/address_in.h)
 *
 * A name comes as one text.  Of a person, the words before the first
 * voorvoegsel ("van der"), or before the last word, are given names.  What
 * holds a word of an organisation, a digit or a sign is no person.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "batch/address_in.h"

#define WORDS_MAX 24 /* of a person's name */

struct name {
	const char *word[WORDS_MAX];
	size_t count, given; /* the first ones */
};

static size_t
chars(const char *text)
{
	return (size_t)text_chars(text, strlen(text));
}

/* Voorvoegsels as the BRP has them (table 36), word by word. */
static bool
prefix(const char *word)
{
	static const char *const small[] = { "'s", "'t", "a", "aan", "af", "al",
		"am", "auf", "aus", "bei", "bij", "bin", "boven", "d'", "da",
		"dal", "dalla", "das", "de", "dei", "del", "della", "den",
		"der", "des", "di", "die", "do", "don", "dos", "du", "el",
		"het", "im", "in", "la", "las", "le", "les", "lo", "los", "of",
		"onder", "op", "over", "te", "ten", "ter", "tho", "thoe", "to",
		"toe", "tot", "uijt", "uit", "unter", "van", "vom", "von",
		"voor", "vor", "zu", "zum", "zur" };
	/* With a capital the others may be given names: Al, Don, La. */
	static const char *const capital[] = { "Aan", "De", "Den", "Der", "Het",
		"In", "Op", "Te", "Ten", "Ter", "Tot", "Uit", "Van", "Von" };
	size_t i;

	for (i = 0; i < sizeof(small) / sizeof(small[0]); i++)
		if (strcmp(word, small[i]) == 0)
			return true;
	for (i = 0; i < sizeof(capital) / sizeof(capital[0]); i++)
		if (strcmp(word, capital[i]) == 0)
			return true;
	return false;
}

static bool
organisation(const char *word)
{
	static const char *const words[] = { "bank", "bedrijf", "beheer",
		"belangen", "beleggingen", "bewind", "bewindvoering", "bond",
		"bureau", "bv", "club", "combinatie", "commissie",
		"co\xc3\xb6peratie", "cooperatie", "cs", "curator", "cv",
		"dienst", "en", "erven", "exploitatie", "federatie", "firma",
		"fonds", "gemeente", "gmbh", "groep", "handelsonderneming",
		"holding", "inc", "instituut", "kantoor", "kerk", "ltd",
		"maatschap", "maatschappij", "ministerie", "nv",
		"ondernemersvereniging", "onderneming", "partners", "provincie",
		"raad", "school", "stichting", "universiteit", "vastgoed",
		"vereniging", "verzekeringen", "vof", "voor", "vve",
		"waterschap", "ziekenhuis", "zonen", "zorg" };
	char plain[40];
	size_t i, n = 0;

	for (; *word != '\0'; word++)
		if (*word != '.' && n + 1 < sizeof(plain))
			plain[n++] = (char)tolower((unsigned char)*word);
	plain[n] = '\0';
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(plain, words[i]) == 0)
			return true;
	return false;
}

/* "J.", "J.P.", "Th.", "J": initials already. */
static bool
initials(const char *word)
{
	return strchr(word, '.') != NULL || chars(word) == 1;
}

/* Take a name apart; no given names when it is not a person's. */
static void
take_apart(const char *text, struct arena *mem, struct name *out)
{
	char *rest = arena_text(mem, text, strlen(text)), *word;
	char *save = NULL;
	bool person = strpbrk(text, "0123456789&/(),+;:\"") == NULL;
	size_t i;

	*out = (struct name){ .count = 0 };
	while ((word = strtok_r(rest, " ", &save)) != NULL) {
		rest = NULL;
		if (out->count == WORDS_MAX) {
			out->given = 0;
			return;
		}
		person = person && !organisation(word);
		out->word[out->count++] = word;
	}
	for (i = 0; person && i + 1 < out->count; i++) {
		if (prefix(out->word[i]))
			break;
		out->given = i + 1;
	}
}

/* "J." of "Jan", "J.W." of "Jan-Willem", "IJ." of "IJsbrand". */
static const char *
initials_of(const char *word, struct arena *mem)
{
	const char *out = "";
	uint32_t c;
	size_t n;

	if (initials(word))
		return arena_format(mem, "%s%s", word,
			word[strlen(word) - 1] == '.' ? "" : ".");
	for (;; word++) {
		n = strncmp(word, "IJ", 2) == 0 ? 2 : text_next(word, &c);
		out = arena_format(mem, "%s%.*s.", out, (int)n, word);
		word = strchr(word, '-');
		if (word == NULL || word[1] == '\0')
			return out;
	}
}

/* Everything behind the given names. */
static const char *
join(const char *given, const struct name *name, struct arena *mem)
{
	const char *out = given;
	size_t i;

	for (i = name->given; i < name->count; i++)
		out = arena_format(mem, "%s%s%s", out,
			out[0] == '\0' ? "" : " ", name->word[i]);
	return out;
}

/* The first given name, or the initials without the names beside them. */
static const char *
without_given(const struct name *name, struct arena *mem)
{
	const char *given = "";
	size_t i;

	if (!initials(name->word[0]))
		return join(name->word[0], name, mem);
	for (i = 0; i < name->given; i++)
		if (initials(name->word[i]))
			given = arena_format(mem, "%s%s%s", given,
				given[0] == '\0' ? "" : " ", name->word[i]);
	return join(given, name, mem);
}

static const char *
with_initials(const struct name *name, struct arena *mem)
{
	const char *given = "";
	size_t i;

	for (i = 0; i < name->given; i++)
		given = arena_format(
			mem, "%s%s", given, initials_of(name->word[i], mem));
	return join(given, name, mem);
}

/* A line does not end on "van der". */
static const char *
cut(const char *text, size_t max, struct arena *mem)
{
	const char *made, *end;
	size_t word;
	bool ignored;

	made = address_fit(text, max, mem, &ignored);
	for (;;) {
		word = strlen(made);
		while (word > 0 && strchr(" -", made[word - 1]) == NULL)
			word--;
		if (word == 0 || !prefix(made + word))
			break;
		end = made + word;
		while (end > made && strchr(" -", end[-1]) != NULL)
			end--;
		made = arena_text(mem, made, (size_t)(end - made));
	}
	return made;
}

const char *
address_name(const char *text, size_t max, struct arena *mem, int *cut_out)
{
	const char *whole = text, *made;
	struct name name;

	if (chars(text) <= max)
		return text;
	take_apart(text, mem, &name);
	if (name.given > 0) {
		made = without_given(&name, mem);
		if (chars(made) <= max) {
			*cut_out |= ADDRESS_CUT_GIVEN;
			return made;
		}
		made = with_initials(&name, mem);
		if (strcmp(made, text) != 0) {
			*cut_out |= ADDRESS_CUT_INITIALS;
			whole = made;
		}
		if (chars(made) <= max)
			return made;
	}
	*cut_out |= ADDRESS_CUT_NAME;
	return cut(whole, max, mem);
}
