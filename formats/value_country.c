/* formats/value_country.c - countries, by ISO code or by that of the BRP
 *
 * The BRP numbers countries by a table of its own.  Here are those where post
 * goes to and that exist under that number; a country of the past (5000 to
 * 9999 has many) or 9999, unknown, is no address.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>
#include <string.h>

#include "batch/country.h"
#include "formats/value.h"

#define BRP_DIGITS 4

struct brp_country {
	char brp[BRP_DIGITS + 1], iso[3];
};

/* By number; bsearch() wants them sorted. */
static const struct brp_country countries[] = {
	{ "5001", "CA" },
	{ "5002", "FR" },
	{ "5003", "CH" },
	{ "5005", "MW" },
	{ "5006", "CU" },
	{ "5007", "SR" },
	{ "5008", "TN" },
	{ "5009", "AT" },
	{ "5010", "BE" },
	{ "5011", "BW" },
	{ "5012", "IR" },
	{ "5013", "NZ" },
	{ "5014", "ZA" },
	{ "5015", "DK" },
	{ "5017", "HU" },
	{ "5018", "SA" },
	{ "5019", "LR" },
	{ "5020", "ET" },
	{ "5021", "CL" },
	{ "5022", "MA" },
	{ "5023", "TG" },
	{ "5024", "GH" },
	{ "5025", "LA" },
	{ "5026", "AO" },
	{ "5027", "PH" },
	{ "5028", "ZM" },
	{ "5029", "ML" },
	{ "5030", "CI" },
	{ "5032", "MC" },
	{ "5033", "CO" },
	{ "5034", "AL" },
	{ "5035", "CM" },
	{ "5037", "SG" },
	{ "5038", "PY" },
	{ "5039", "SE" },
	{ "5040", "CY" },
	{ "5049", "SI" },
	{ "5051", "HR" },
	{ "5053", "RU" },
	{ "5054", "AM" },
	{ "5095", "AW" },
	{ "5097", "AZ" },
	{ "5107", "CW" },
	{ "5110", "SX" },
	{ "6000", "MD" },
	{ "6001", "BI" },
	{ "6002", "FI" },
	{ "6003", "GR" },
	{ "6004", "GT" },
	{ "6005", "NG" },
	{ "6006", "LY" },
	{ "6007", "IE" },
	{ "6008", "BR" },
	{ "6009", "RW" },
	{ "6010", "VE" },
	{ "6011", "IS" },
	{ "6012", "LI" },
	{ "6013", "SO" },
	{ "6014", "US" },
	{ "6015", "BO" },
	{ "6016", "AU" },
	{ "6017", "JM" },
	{ "6018", "LU" },
	{ "6019", "TD" },
	{ "6020", "MR" },
	{ "6022", "CN" },
	{ "6023", "AF" },
	{ "6024", "ID" },
	{ "6025", "GY" },
	{ "6027", "NO" },
	{ "6028", "SM" },
	{ "6029", "DE" },
	{ "6030", "NL" },
	{ "6034", "IL" },
	{ "6035", "NP" },
	{ "6036", "KR" },
	{ "6037", "ES" },
	{ "6038", "UA" },
	{ "6039", "GB" },
	{ "6040", "NE" },
	{ "6041", "HT" },
	{ "6042", "JO" },
	{ "6043", "TR" },
	{ "6047", "DZ" },
	{ "6048", "GA" },
	{ "6051", "SL" },
	{ "6064", "GE" },
	{ "6065", "BA" },
	{ "6066", "CZ" },
	{ "6067", "SK" },
	{ "7001", "UG" },
	{ "7002", "KE" },
	{ "7003", "MT" },
	{ "7005", "AD" },
	{ "7006", "MX" },
	{ "7007", "CR" },
	{ "7009", "SY" },
	{ "7014", "EG" },
	{ "7015", "AR" },
	{ "7020", "PK" },
	{ "7021", "SN" },
	{ "7024", "BG" },
	{ "7026", "MY" },
	{ "7027", "DO" },
	{ "7028", "PL" },
	{ "7031", "TZ" },
	{ "7033", "LK" },
	{ "7034", "SD" },
	{ "7035", "JP" },
	{ "7037", "PA" },
	{ "7038", "UY" },
	{ "7039", "EC" },
	{ "7042", "TH" },
	{ "7043", "LB" },
	{ "7044", "IT" },
	{ "7045", "KW" },
	{ "7046", "IN" },
	{ "7047", "RO" },
	{ "7049", "PE" },
	{ "7050", "PT" },
	{ "7064", "LV" },
	{ "7065", "EE" },
	{ "7066", "LT" },
};

static int
by_number(const void *key, const void *row)
{
	return strcmp(key, ((const struct brp_country *)row)->brp);
}

enum verdict
value_country(struct value *value, struct fault *why)
{
	if (value->len != 2 || !value_only(value->text, CLASS_UPPER))
		return fault_set(
			why, V_SKIP, CODE_ADDRESS, "a country is two capitals");
	if (country_find(value->text) == NULL)
		return fault_set(
			why, V_SKIP, CODE_ADDRESS, "there is no such country");
	return V_OK;
}

enum verdict
value_country_brp(struct value *value, struct fault *why)
{
	const struct brp_country *found;

	if (value->len != BRP_DIGITS || !value_only(value->text, CLASS_DIGIT))
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"a country is four digits of the BRP's table");
	found = bsearch(value->text, countries,
		sizeof(countries) / sizeof(countries[0]), sizeof(countries[0]),
		by_number);
	if (found == NULL)
		return fault_set(why, V_SKIP, CODE_ADDRESS,
			"a country of the past or unknown");
	value->text = found->iso;
	value->len = 2;
	return V_OK;
}
