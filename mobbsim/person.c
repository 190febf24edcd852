/* mobbsim/person.c - see mobbsim/person.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>

#include "mobbsim/person.h"

#define COUNT(list) ((int64_t)(sizeof(list) / sizeof((list)[0])))

#define PERCENT_ABROAD 2

static const char *const initials[] = { "A.", "B.J.", "C.", "D.M.", "E.",
	"F.A.", "G.", "H.", "I.", "J.W.", "K.", "L.", "M.", "N.E.", "P.", "R.",
	"S.", "T.", "W.H.", "Z." };

static const char *const prefixes[] = { NULL, NULL, NULL, NULL, "van", "de",
	"van der", "van den", "ter", "van 't" };

static const char *const first_halves[] = { "Proef", "Test", "Oefen", "Schijn",
	"Spiegel", "Papier", "Voorbeeld", "Demo", "Model", "Gips", "Linnen",
	"Karton", "Schets", "Maquette", "Coulissen", "Patiënt", "Reünie",
	"Müller", "Crème", "Façade" };

static const char *const second_halves[] = { "man", "stra", "ma", "huis",
	"berg", "dijk", "veld", "wijk", "mans", "horst", "kamp", "meer",
	"brink", "zoon", "sen", "hof" };

static const struct {
	const char *name;
	int digits;
} towns[] = { { "Demodam", 1011 }, { "Proefstad", 2312 },
	{ "Testerveen", 3511 }, { "Oefendrecht", 4811 }, { "Schijndorp", 5211 },
	{ "Modelhuizen", 6511 }, { "Spiegelbeek", 7411 },
	{ "Voorbeeldum", 8911 }, { "'s-Gravenproef", 9711 } };

static const char *const streets[] = { "Demostraat", "Proefweg", "Testlaan",
	"Oefenkade", "Schijnplein", "Modelpad", "Spiegelgracht", "Reünielaan",
	"Kartonsingel", "Gipsstraat", "Coulissenpad", "Crèmeplein" };

static const char *const letters_of_code[] = { "AA", "AB", "BC", "CX", "DE",
	"EZ", "FG", "GK", "HN", "JP", "KR", "LT", "MV", "NW", "PX", "RZ" };

static const char *const additions[] = { "A1", "2", "BIS", "H", "12", "RD" };

static const struct {
	const char *street, *place, *country;
} abroad[] = { { "Rue de l'Essai", "1000 Bruxelles", "BE" },
	{ "Musterstraße", "10115 Berlin", "DE" },
	{ "Calle de la Prueba", "28001 Madrid", "ES" },
	{ "Sample Street", "London SW1A 1AA", "GB" } };

static void
roll_address(struct dice *dice, struct person_home *a)
{
	int64_t town = dice_roll(dice, COUNT(towns)), place;

	*a = (struct person_home){
		.street = streets[dice_roll(dice, COUNT(streets))],
		.town = towns[town].name,
		.number = (int)(1 + dice_roll(dice, 240)),
	};
	a->digits = towns[town].digits + (int)dice_roll(dice, 80);
	a->code = letters_of_code[dice_roll(dice, COUNT(letters_of_code))];
	if (dice_roll(dice, 6) == 0)
		a->letter = (char)('A' + dice_roll(dice, 6));
	if (dice_roll(dice, 8) == 0)
		a->addition = additions[dice_roll(dice, COUNT(additions))];
	if (dice_roll(dice, 100) >= PERCENT_ABROAD)
		return;
	place = dice_roll(dice, COUNT(abroad));
	a->lines[0] = abroad[place].street;
	a->lines[1] = abroad[place].place;
	a->country = abroad[place].country;
}

void
person_roll(struct dice *dice, struct person *person_out)
{
	const char *first, *second;

	person_out->initials = initials[dice_roll(dice, COUNT(initials))];
	person_out->prefix = prefixes[dice_roll(dice, COUNT(prefixes))];
	second = second_halves[dice_roll(dice, COUNT(second_halves))];
	first = first_halves[dice_roll(dice, COUNT(first_halves))];
	snprintf(person_out->surname, sizeof(person_out->surname), "%s%s",
		first, second);
	roll_address(dice, &person_out->home);
}

void
person_name(const struct person *person, char *out, size_t size)
{
	const char *prefix = person->prefix == NULL ? "" : person->prefix;
	const char *gap = person->prefix == NULL ? "" : " ";

	snprintf(out, size, "%s %s%s%s", person->initials, prefix, gap,
		person->surname);
}

void
person_address(const struct person *person, char *out, size_t size)
{
	const struct person_home *a = &person->home;
	char letter[2] = { a->letter, '\0' }, name[PERSON_ADDRESS_MAX];

	person_name(person, name, sizeof(name));
	if (a->country != NULL)
		snprintf(out, size, "%s\n%s %d\n%s\n%s", name, a->lines[0],
			a->number, a->lines[1], a->country);
	else
		snprintf(out, size, "%s\n%s %d%s%s%s\n%04d %s  %s", name,
			a->street, a->number, letter,
			a->addition == NULL ? "" : " ",
			a->addition == NULL ? "" : a->addition, a->digits,
			a->code, a->town);
}
