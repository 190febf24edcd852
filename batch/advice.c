/* batch/advice.c - see batch/advice.h
 *
 * Written for the person who runs the town hall's systems: no code words, no
 * blame, and what to do stands first in the sentence that says it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stddef.h>

#include "batch/advice.h"

/* In order of code: outcome; English and Dutch title; what it means; what to
 * do, English and Dutch; exit code.
 */
static const struct advice rows[] = {
	{ CODE_NONE, '-', "no fault", "geen fout", "Nothing is wrong.",
		"Nothing has to be done.", "Er hoeft niets te gebeuren.", 0 },
	{ CODE_GROWING, 'B', "file never became complete",
		"bestand is nooit compleet geworden",
		"The file was still growing, or parts of its set or the file "
		"beside it were missing, when the waiting time was over.",
		"Ask the supplier to deliver the whole set again, and to give "
		"files their final name only when they are complete.",
		"Vraag de leverancier de hele set opnieuw te leveren en "
		"bestanden pas hun definitieve naam te geven als ze compleet "
		"zijn.",
		5 },

	/* the file as a whole */
	{ CODE_SIDECAR, 'B', "file does not match its sidecar",
		"bestand klopt niet met het begeleidende bestand",
		"The size, the number of letters, the amount or the digest in "
		"the file beside it is not that of the batch file, or that "
		"file was lost.",
		"Ask the supplier to deliver both files again; nothing of this "
		"file was sent.",
		"Vraag de leverancier beide bestanden opnieuw te leveren; van "
		"dit bestand is niets verzonden.",
		5 },
	{ CODE_PARTS, 'B', "parts of a set are misnumbered",
		"deelbestanden zijn verkeerd genummerd",
		"A part of the set is there twice, two parts say they are the "
		"last, or the numbers do not have the same count of digits.",
		"Ask the supplier for the whole set again, numbered 001, 002 "
		"and so on, the last one with _laatste.",
		"Vraag de leverancier om de hele set opnieuw, genummerd 001, "
		"002 enzovoort, de laatste met _laatste.",
		5 },
	{ CODE_PARTS_DIFFER, 'B', "parts come from different runs",
		"deelbestanden zijn van verschillende aanmaak",
		"The parts of the set do not name the same sender, delivery "
		"number or period, so they do not belong together.",
		"Ask the supplier for all parts of one run again.",
		"Vraag de leverancier om alle delen van één aanmaak opnieuw.",
		5 },
	{ CODE_DELIVERED_AGAIN, 'B', "file was taken in before",
		"bestand is al eerder verwerkt",
		"A file with exactly this content was taken in before, and its "
		"letters have left or are about to.",
		"Look at the earlier job with `mobbjob show`; nothing has to "
		"be sent again.",
		"Bekijk de eerdere job met `mobbjob show`; er hoeft niets "
		"opnieuw verzonden te worden.",
		5 },
	{ CODE_NUMBER, 'B', "delivery number was used before",
		"leveringsnummer is al gebruikt",
		"An earlier file of this stream has the same delivery number "
		"and other content, or a higher number came before this one.",
		"Ask the supplier which of the two files is the right one; a "
		"corrected file gets a new delivery number.",
		"Vraag de leverancier welk van de twee bestanden het juiste "
		"is; een verbeterd bestand krijgt een nieuw leveringsnummer.",
		5 },
	{ CODE_SENDER, 'B', "file is from another sender",
		"bestand is van een andere afzender",
		"The organisation number in the file is not the one of the "
		"sender of this stream.",
		"Check in which folder the file was dropped and the `sender` "
		"of the stream in the jobs file.",
		"Controleer in welke map het bestand is gezet en de `sender` "
		"van de stroom in het jobs-bestand.",
		5 },
	{ CODE_ENVIRONMENT, 'B', "test file in production, or the reverse",
		"testbestand in productie, of andersom",
		"The file says it is for test (T) or production (P), and the "
		"endpoint of this stream is the other one.",
		"Drop the file at the right installation, or ask the supplier "
		"for a file of the right kind.",
		"Zet het bestand bij de juiste installatie, of vraag de "
		"leverancier om een bestand van de juiste soort.",
		5 },
	{ CODE_ARCHIVE, 'B', "archive is not safe", "archief is niet veilig",
		"The ZIP holds something we do not open: a password, a link, a "
		"path, a doubled name, or far more data than its size allows.",
		"Ask the supplier for a plain ZIP: files only, no folders, no "
		"password.",
		"Vraag de leverancier om een gewone ZIP: alleen bestanden, "
		"geen mappen, geen wachtwoord.",
		5 },
	{ CODE_ARCHIVE_CUT, 'B', "archive is damaged or cut off",
		"archief is beschadigd of afgebroken",
		"The ZIP ends too early or contradicts itself, as after a "
		"transfer that was interrupted.",
		"Ask the supplier to transfer the file again, and to rename it "
		"only when it is complete.",
		"Vraag de leverancier het bestand opnieuw over te zetten en "
		"het pas te hernoemen als het compleet is.",
		5 },
	{ CODE_PAYLOAD, 'B', "no file with records, or more than one",
		"geen bestand met records, of meer dan één",
		"The archive must hold exactly one file with records, named as "
		"the format says.",
		"Ask the supplier for an archive with one file of records; "
		"`payload` in the format says its name.",
		"Vraag om een archief met één bestand met records; `payload` "
		"in de formaatdefinitie noemt de naam.",
		5 },
	{ CODE_DOCUMENT_UNUSED, 'B', "document belongs to no record",
		"document hoort bij geen enkel record",
		"A document in the archive is named by no record; a record is "
		"probably missing.",
		"Ask the supplier why there are more documents than records; "
		"nothing was sent.",
		"Vraag de leverancier waarom er meer documenten dan records "
		"zijn; er is niets verzonden.",
		5 },
	{ CODE_ENCODING, 'B', "wrong character encoding",
		"verkeerde tekencodering",
		"The bytes of the file are not in the encoding it declares; "
		"names would come out wrong.",
		"Ask the supplier to export as UTF-8; we do not guess.",
		"Vraag de leverancier te exporteren als UTF-8; er wordt niet "
		"gegokt.",
		5 },
	{ CODE_BOM, 'B', "byte order mark or UTF-16",
		"byte order mark of UTF-16",
		"The file begins with a byte order mark that the layout does "
		"not allow, or it is written in UTF-16.",
		"Ask the supplier for the file in the encoding of the layout, "
		"without a byte order mark.",
		"Vraag de leverancier om het bestand in de tekencodering van "
		"het formaat, zonder byte order mark.",
		5 },
	{ CODE_NOT_XML, 'B', "not well-formed, or cut off",
		"geen geldige XML, of afgebroken",
		"The XML cannot be read to its end.",
		"Ask the supplier to deliver the file again; the place is in "
		"the message.",
		"Vraag de leverancier het bestand opnieuw te leveren; de "
		"plaats staat in de melding.",
		5 },
	{ CODE_DOCTYPE, 'B', "DOCTYPE or entity in the file",
		"DOCTYPE of entity in het bestand",
		"A DOCTYPE can make a reader fetch or repeat things; it has no "
		"place in a batch file.",
		"Ask the supplier to export without DOCTYPE.",
		"Vraag de leverancier te exporteren zonder DOCTYPE.", 5 },
	{ CODE_ROOT, 'B', "other kind of file than expected",
		"ander soort bestand dan verwacht",
		"The root element or its namespace is not the one of the "
		"format of this stream.",
		"Check that the file was dropped in the folder of the right "
		"stream, and which version the supplier exports.",
		"Controleer of het bestand in de map van de juiste stroom "
		"staat en welke versie de leverancier exporteert.",
		5 },
	{ CODE_ORDER, 'W', "time stamps go back", "tijdstippen lopen terug",
		"A record is older than the one before it; an older export may "
		"have been added.",
		"Nothing has to be done; mention it to the supplier when it "
		"comes back.",
		"Er hoeft niets te gebeuren; meld het de leverancier als het "
		"vaker voorkomt.",
		3 },
	{ CODE_TEXT_HUGE, 'B', "a field is too large", "een veld is te groot",
		"The text of one element is above the limit of 10 MB.",
		"Ask the supplier to put large documents in the ZIP instead of "
		"in the XML.",
		"Vraag de leverancier grote documenten in de ZIP te zetten in "
		"plaats van in de XML.",
		5 },
	{ CODE_RECORD_LENGTH, 'B', "record has another length",
		"record heeft een andere lengte",
		"A record of fixed length is shorter or longer than the layout "
		"says; from there on every field would be read at the wrong "
		"place.",
		"Ask the supplier for the file again; look at the named line "
		"for a character of two bytes or a missing end of line.",
		"Vraag de leverancier om het bestand opnieuw; kijk op de "
		"genoemde regel naar een teken van twee bytes of een "
		"ontbrekend regeleinde.",
		5 },
	{ CODE_COLUMNS, 'R', "line cannot be taken apart",
		"regel is niet te ontleden",
		"A line has another number of columns than the layout, a stray "
		"quote, or is of no kind the layout knows; often a separator "
		"in a name without quotes.",
		"Repair the line at the supplier: a value that holds the "
		"separator stands between quotes.",
		"Laat de leverancier de regel herstellen: een waarde met het "
		"scheidingsteken erin staat tussen aanhalingstekens.",
		5 },
	{ CODE_TOTALS, 'B', "totals do not agree", "totalen kloppen niet",
		"The counts or sums in the trailer are not those of the "
		"records, or the trailer is missing: records were lost, "
		"doubled or changed.",
		"Ask the supplier to deliver the whole file again; nothing of "
		"it was sent.",
		"Vraag de leverancier het hele bestand opnieuw te leveren; er "
		"is niets van verzonden.",
		5 },
	{ CODE_EMPTY, 'B', "file without records", "bestand zonder records",
		"The file is in order but holds not one record.",
		"Ask the supplier whether this was meant; there is nothing to "
		"send.",
		"Vraag de leverancier of dit de bedoeling was; er valt niets "
		"te verzenden.",
		5 },
	{ CODE_PERIOD, 'H', "this period was delivered before",
		"deze periode is al eerder geleverd",
		"An earlier job of this stream has letters for the same "
		"period.",
		"Find out whether this is a correction; then release the job "
		"with `mobbjob release`, or cancel it.",
		"Zoek uit of dit een correctie is; geef de job vrij met "
		"`mobbjob release`, of annuleer hem.",
		3 },
	{ CODE_FORMAT, 'B', "format unknown or wrong",
		"formaat onbekend of onjuist",
		"The format of the stream is not installed, or its definition "
		"has a mistake.",
		"Check `format` of the stream and try the definition with "
		"`mobbjob check`.",
		"Controleer `format` van de stroom en toets de definitie met "
		"`mobbjob check`.",
		4 },
	{ CODE_PUBLISH, 'M', "publication date is not possible",
		"publicatiedatum is niet mogelijk",
		"The date is later than the date of the letter, or more than "
		"13 days ahead, which the Berichtenbox does not take.",
		"Correct the date, or wait until it is at most 13 days ahead, "
		"and send again.",
		"Corrigeer de datum, of wacht tot die hooguit 13 dagen vooruit "
		"ligt, en verzend opnieuw.",
		5 },
	{ CODE_LIMIT, 'B', "above a limit of the format",
		"boven een grens van het formaat",
		"The file has more members, bytes or depth than its format "
		"allows.",
		"Ask the supplier whether the file is right; if so, raise the "
		"limit in the definition or have it delivered in parts.",
		"Vraag de leverancier of het bestand klopt; zo ja, verhoog de "
		"grens in de definitie of laat het in delen leveren.",
		5 },
	{ CODE_NOT_FILE, 'B', "not a plain file", "geen gewoon bestand",
		"A folder, a link or a pipe was dropped; only plain files are "
		"taken in.",
		"Drop the file itself; what was dropped lies in bad/.",
		"Zet het bestand zelf neer; wat er stond ligt in bad/.", 5 },
	{ CODE_NAME, 'B', "file name is not allowed",
		"bestandsnaam is niet toegestaan",
		"The name has characters that are not letters, digits, dot, "
		"hyphen or underscore, or is too long.",
		"Rename the file and drop it again.",
		"Geef het bestand een andere naam en zet het opnieuw neer.",
		5 },
	{ CODE_REJECTS, 'H', "more rejected records than allowed",
		"meer afgekeurde records dan toegestaan",
		"So many records were rejected that the export is likely "
		"wrong, not the people in it.",
		"Look at `mobbjob rejects`; release the job if the rest is "
		"right, or cancel it and ask for a new file.",
		"Bekijk `mobbjob rejects`; geef de job vrij als de rest klopt, "
		"of annuleer hem en vraag om een nieuw bestand.",
		3 },

	/* one record */
	{ CODE_FIELD_ABSENT, 'R', "required field is missing",
		"verplicht veld ontbreekt",
		"A field the format requires is absent or empty.",
		"Ask the supplier to fill the field and to deliver these "
		"records again.",
		"Vraag de leverancier het veld te vullen en deze records "
		"opnieuw te leveren.",
		3 },
	{ CODE_FIELD_NIL, 'R', "field is nil where it may not be",
		"veld is leeg gemeld waar dat niet mag",
		"The field says that it has no value, or has a value and says "
		"so all the same.",
		"Ask the supplier to deliver these records again with a "
		"value.",
		"Vraag de leverancier deze records opnieuw te leveren met een "
		"waarde.",
		3 },
	{ CODE_BSN, 'R', "citizen number fails the eleven-test",
		"BSN voldoet niet aan de elfproef",
		"The number has nine digits but cannot be a citizen number; a "
		"digit is probably wrong.",
		"Ask the supplier to correct the number; the letter was not "
		"sent to anybody.",
		"Vraag de leverancier het nummer te corrigeren; de brief is "
		"aan niemand verzonden.",
		3 },
	{ CODE_BSN_FORM, 'R', "citizen number is not nine digits",
		"BSN heeft geen negen cijfers",
		"Zeros in front were lost, or there are other characters in "
		"the field.",
		"Ask the supplier to export the number as text of nine "
		"digits.",
		"Vraag de leverancier het nummer te exporteren als tekst van "
		"negen cijfers.",
		3 },
	{ CODE_NO_BSN, 'P', "no citizen number", "geen BSN",
		"The record names an organisation or a person without citizen "
		"number; such a letter goes on paper.",
		"Nothing has to be done.", "Er hoeft niets te gebeuren.", 0 },
	{ CODE_TWO_IDS, 'R', "not exactly one identity",
		"niet precies één identificatie",
		"The record has two numbers that say who it is for, or none, "
		"so it is not certain for whom the letter is.",
		"Ask the supplier to send the record with the one number that "
		"is meant.",
		"Vraag de leverancier het record te sturen met het ene nummer "
		"dat bedoeld is.",
		3 },
	{ CODE_NAME_DIFFERS, 'W', "same citizen with another name",
		"dezelfde burger met een andere naam",
		"Two records in this file have the same citizen number and "
		"different names.",
		"Let the supplier look at both records; the letters go on.",
		"Laat de leverancier beide records nakijken; de brieven gaan "
		"door.",
		3 },
	{ CODE_DOUBLE, 'R', "record appears twice in the file",
		"record komt twee keer voor in het bestand",
		"An earlier record in this file has the same key; the first "
		"one is sent, this one is not.",
		"Ask the supplier why the record was exported twice.",
		"Vraag de leverancier waarom het record dubbel is "
		"geëxporteerd.",
		3 },
	{ CODE_DOUBLE_EARLIER, 'R', "letter was in an earlier file",
		"brief zat in een eerder bestand",
		"A letter with the same key was taken in with an earlier file "
		"and has left or will leave.",
		"Nothing has to be done, unless a second letter is meant: that "
		"is a new edition, decided by a person.",
		"Er hoeft niets te gebeuren, tenzij een tweede brief bedoeld "
		"is: dat is een nieuwe editie, door een persoon besloten.",
		3 },
	{ CODE_PERSON_NAME, 'R', "this is no name", "dit is geen naam",
		"The name holds digits, only signs, or a word such as unknown; "
		"or it fills its field to the last character and is perhaps "
		"cut off.",
		"Let the supplier correct the name and send the record again.",
		"Laat de leverancier de naam verbeteren en het record opnieuw "
		"sturen.",
		3 },
	{ CODE_CHARACTERS, 'W', "character cannot be printed",
		"teken kan niet worden afgedrukt",
		"The text holds a character that the fonts for paper do not "
		"have.",
		"Nothing has to be done for the box; on paper the letter waits "
		"for a person when its font lacks the character. Let the "
		"supplier look at it.",
		"Voor de Berichtenbox hoeft niets te gebeuren; op papier wacht "
		"de brief op een persoon als het lettertype het teken niet "
		"heeft. Laat de leverancier ernaar kijken.",
		3 },
	{ CODE_POSTCODE, 'M', "postcode is not usable",
		"postcode is niet bruikbaar",
		"The postcode is missing or is not four digits and two "
		"letters, so the letter cannot be posted.",
		"Have the address corrected at the source; until then the "
		"paper letter waits for a person.",
		"Laat het adres bij de bron corrigeren; tot dan wacht de "
		"papieren brief op een persoon.",
		3 },
	{ CODE_HOUSE_NUMBER, 'M', "house number is not usable",
		"huisnummer is niet bruikbaar",
		"The house number is missing, is no number, or holds the "
		"addition as well.",
		"Let the supplier put the number, the letter and the addition "
		"in their own fields.",
		"Laat de leverancier nummer, letter en toevoeging elk in hun "
		"eigen veld zetten.",
		3 },
	{ CODE_ADDRESS, 'M', "address is not complete",
		"adres is niet compleet",
		"A name, street, house number, town or country is missing or "
		"does not fit on an envelope.",
		"Have the address corrected at the source; until then the "
		"paper letter waits for a person.",
		"Laat het adres bij de bron corrigeren; tot dan wacht de "
		"papieren brief op een persoon.",
		3 },
	{ CODE_TWO_ADDRESSES, 'W', "PO box and street", "postbus en straat",
		"The record has a PO box and a street; on paper the PO box is "
		"used.",
		"Nothing has to be done if the PO box is right.",
		"Er hoeft niets te gebeuren als de postbus klopt.", 3 },
	{ CODE_PERSON, 'M', "a person has to decide",
		"een persoon moet beslissen",
		"The record says that the citizen died, or that the address is "
		"secret.",
		"Decide per letter; until then it does not leave.",
		"Beslis per brief; tot dan gaat hij niet weg.", 3 },
	{ CODE_DATE, 'R', "not a date", "geen datum",
		"The field holds no date that exists, in the notation of the "
		"format.",
		"Ask the supplier to correct the date.",
		"Vraag de leverancier de datum te corrigeren.", 3 },
	{ CODE_AMOUNT, 'R', "not an amount", "geen bedrag",
		"The field holds no amount in the notation of the format.",
		"Ask the supplier to correct the amount; commas and points are "
		"not guessed.",
		"Vraag de leverancier het bedrag te corrigeren; komma's en "
		"punten worden niet gegokt.",
		3 },
	{ CODE_FIELD_FORM, 'R', "field has another form",
		"veld heeft een andere vorm",
		"The field is too long, too short or has characters the format "
		"does not allow.",
		"Ask the supplier to correct the field; its name is in the "
		"report.",
		"Vraag de leverancier het veld te corrigeren; de naam staat in "
		"de melding.",
		3 },
	{ CODE_NO_LINE, 'R', "letter without a line", "brief zonder regel",
		"The record has not one line of the decision or the "
		"assessment.",
		"Ask the supplier to complete the record.",
		"Vraag de leverancier het record aan te vullen.", 3 },
	{ CODE_TEXT_LONG, 'R', "text is too long", "tekst is te lang",
		"The reference (25), subject (50) or text (4000 characters) is "
		"longer than the Berichtenbox takes; a legal text is never "
		"cut.",
		"Ask the supplier to shorten it.",
		"Vraag de leverancier de tekst in te korten.", 3 },
	{ CODE_DOCUMENT, 'R', "document is missing or is no PDF",
		"document ontbreekt of is geen PDF",
		"The document of the record is not in the archive, is empty, "
		"is no PDF, or is not the one the record describes.",
		"Ask the supplier to make this document again.",
		"Vraag de leverancier dit document opnieuw te maken.", 3 },
	{ CODE_DOCUMENT_BOX, 'P', "document cannot go to the box",
		"document kan niet naar de Berichtenbox",
		"The documents are too large or too many for the Berichtenbox: "
		"the letter goes on paper. One that does not say that it is "
		"PDF/A goes as the stream's `not_pdfa` says. A document with a "
		"password is rejected.",
		"For a password, ask the supplier for the document without it; "
		"otherwise nothing has to be done.",
		"Bij een wachtwoord: vraag het document zonder; anders hoeft "
		"er niets te gebeuren.",
		3 },
	{ CODE_DOCUMENT_PAPER, 'W', "document does not fit paper",
		"document past niet op papier",
		"The document is not A4 upright, or has more pages than the "
		"layout allows.",
		"Look at the document in the batch file; let the supplier "
		"correct it if it has to be printed.",
		"Bekijk het document; laat de leverancier het verbeteren als "
		"het gedrukt moet worden.",
		3 },
	{ CODE_ORPHAN, 'R', "line without its record",
		"regel zonder zijn record",
		"A line comes before the record it belongs to, names another "
		"one, or there is none.",
		"Let the supplier send the record with all its lines again.",
		"Laat de leverancier het record met al zijn regels opnieuw "
		"sturen.",
		3 },
	{ CODE_DOCUMENT_TWICE, 'B', "one document for two citizens",
		"één document voor twee burgers",
		"Two records point to the same document, so somebody would get "
		"the letter of somebody else.",
		"Do not repair this by hand: ask the supplier to make the "
		"whole file again. Nothing was sent.",
		"Herstel dit niet met de hand: vraag het hele bestand opnieuw. "
		"Er is niets verzonden.",
		5 },

	/* the channel */
	{ CODE_NOT_SUBSCRIBED, 'P', "no box, or not subscribed",
		"geen Berichtenbox, of niet geabonneerd",
		"The citizen has no active Berichtenbox or does not take "
		"letters of this sender: the letter goes on paper.",
		"Nothing has to be done.", "Er hoeft niets te gebeuren.", 0 },
	{ CODE_DECLINED, 'M', "the box declined the letter",
		"de Berichtenbox weigerde de brief",
		"The Berichtenbox took the batch but not this letter; its code "
		"is shown by `mobbjob why`.",
		"Follow the advice of that code; where a person must decide, "
		"the letter is held.",
		"Volg het advies bij die code; waar een persoon moet beslissen "
		"is de brief vastgehouden.",
		3 },
	{ CODE_PAPER_ASKED, 'P', "the supplier wants paper",
		"de leverancier wil papier",
		"The record asks for paper, whatever the citizen's "
		"subscription.",
		"Nothing has to be done.", "Er hoeft niets te gebeuren.", 0 },
	{ CODE_PRINT_TWICE, 'M', "letter is in another bundle already",
		"brief zit al in een andere bundel",
		"The journal says that this letter was handed to the printer "
		"before; it is not printed twice.",
		"Ask the printer whether the earlier bundle was printed, and "
		"decide per letter.",
		"Vraag de drukker of de eerdere bundel is geprint, en beslis "
		"per brief.",
		3 },
	{ CODE_UNKNOWN_FIELD, 'W', "field the layout does not have",
		"veld dat het formaat niet kent",
		"The file has a field or column that the layout does not "
		"describe; it was not used.",
		"Ask the supplier whether the layout changed; if so, make a "
		"new version of the definition.",
		"Vraag de leverancier of het formaat is veranderd; maak dan "
		"een nieuwe versie van de definitie.",
		3 },
	{ CODE_COUNT_DIFFERS, 'H', "far more or fewer letters than before",
		"veel meer of minder brieven dan eerder",
		"The number of letters differs by more than a fifth from the "
		"file before in this stream.",
		"Find out why; then release the job with `mobbjob release`, or "
		"cancel it.",
		"Zoek uit waarom; geef de job vrij met `mobbjob release`, of "
		"annuleer hem.",
		3 },
	{ CODE_SAME_ADDRESS, 'W', "many letters to one address",
		"veel brieven naar één adres",
		"One address gets more letters than the layout expects.",
		"Look whether the export filled in a default address; the "
		"letters go on.",
		"Kijk of de export een standaardadres heeft ingevuld; de "
		"brieven gaan door.",
		3 },

	/* configuration */
	{ CODE_CONFIG, '-', "configuration cannot be read",
		"configuratie is niet leesbaar",
		"The file is not there, may not be read, or is no YAML.",
		"Check the path (-f, $MOBB_JOBS, /etc/mobb/jobs.yaml) and the "
		"place in the message.",
		"Controleer het pad (-f, $MOBB_JOBS, /etc/mobb/jobs.yaml) en "
		"de plaats in de melding.",
		4 },
	{ CODE_CONFIG_KEY, '-', "unknown setting", "onbekende instelling",
		"A setting is not known; the message names the nearest that "
		"exists.",
		"Correct the name; jobs.example and mobb-formats(5) have every "
		"setting.",
		"Corrigeer de naam; jobs.example en mobb-formats(5) bevatten "
		"elke instelling.",
		4 },
	{ CODE_CONFIG_DOUBLE, '-', "setting given twice",
		"instelling staat er dubbel",
		"A setting or a name appears twice, so it is not certain which "
		"is meant.",
		"Remove one of the two.", "Haal één van de twee weg.", 4 },
	{ CODE_CONFIG_VALUE, '-', "value is not allowed",
		"waarde is niet toegestaan",
		"The value of a setting is out of range, has no unit, or is "
		"missing.",
		"Correct the value; jobs.example and mobb-formats(5) show "
		"range and unit.",
		"Corrigeer de waarde; jobs.example en mobb-formats(5) tonen "
		"bereik en eenheid.",
		4 },
	{ CODE_CONFIG_NAME, '-', "name refers to nothing",
		"naam verwijst nergens naar",
		"A stream refers to a sender, endpoint, printer or format that "
		"is not there.",
		"Correct the name or add what it refers to.",
		"Corrigeer de naam of voeg toe waarnaar verwezen wordt.", 4 },
	{ CODE_SECRET, '-', "secret can be read by others",
		"geheim is door anderen te lezen",
		"A file with a key may be read by everybody on this machine.",
		"Run `chmod 600` on the file and make the mobb user its owner; "
		"replace the key if others may have read it.",
		"Voer `chmod 600` uit op het bestand en maak de mobb-gebruiker "
		"eigenaar; vervang de sleutel als anderen hem gelezen kunnen "
		"hebben.",
		8 },
	{ CODE_FORMAT_CHANGED, '-', "definition was changed after its use",
		"definitie is gewijzigd na gebruik",
		"A job was taken in with another text of this definition under "
		"the same version.",
		"Put the old text back, or give the changed one the next "
		"version number and name that in the jobs file.",
		"Zet de oude tekst terug, of geef de gewijzigde het volgende "
		"versienummer en noem dat in het jobs-bestand.",
		4 },

	/* database */
	{ CODE_DATABASE, '-', "database cannot be reached",
		"database is niet bereikbaar",
		"There is no connection to PostgreSQL, or it was lost. "
		"Nothing is lost: work goes on when it is back.",
		"Check that PostgreSQL runs and that `database` in the jobs "
		"file is right.",
		"Controleer of PostgreSQL draait en of `database` in het "
		"jobs-bestand klopt.",
		6 },
	{ CODE_DATABASE_UNSAFE, '-', "database is set up unsafely",
		"database is onveilig ingesteld",
		"fsync, full_page_writes or synchronous_commit is off: after a "
		"power cut letters could be lost or sent twice.",
		"Switch these settings on in postgresql.conf.",
		"Zet deze instellingen aan in postgresql.conf.", 6 },
	{ CODE_DATABASE_QUERY, '-', "database refused a statement",
		"database weigerde een opdracht",
		"This should not happen: it is a mistake in the program, or "
		"the tables were changed by hand.",
		"Report it with the message and the version; the log of "
		"PostgreSQL may say more.",
		"Meld het met de melding en de versie; het log van PostgreSQL "
		"zegt mogelijk meer.",
		70 },
	{ CODE_DATABASE_VERSION, '-', "database is newer or not prepared",
		"database is nieuwer of niet ingericht",
		"The tables are of another version than this program.",
		"Start mobbd of the newest version once: it brings the tables "
		"up to date.",
		"Start eenmaal mobbd van de nieuwste versie: die werkt de "
		"tabellen bij.",
		6 },
	{ CODE_DATABASE_START, '-', "own database does not start",
		"eigen database start niet",
		"The private PostgreSQL could not be made or started.",
		"Check that postgresql-15 is installed, that there is room on "
		"the disk, and that its folder can be reached by its user.",
		"Controleer of postgresql-15 is geïnstalleerd, of er "
		"schijfruimte is en of de map voor de gebruiker bereikbaar is.",
		6 },
	{ CODE_BUSY, '-', "another mobbd is active",
		"er is al een mobbd actief",
		"One mobbd works on a database at a time; a second one waits.",
		"Nothing has to be done, unless the other one should not run.",
		"Er hoeft niets te gebeuren, tenzij de andere niet hoort te "
		"draaien.",
		11 },

	/* spool and machine */
	{ CODE_SPOOL, '-', "spool folder cannot be used",
		"spoolmap is niet bruikbaar",
		"A folder of the spool is missing or may not be written, they "
		"lie on different file systems, or a dropped file may not be "
		"read.",
		"Check `spool` in the jobs file, and the owner and mode of its "
		"folders and of the named file.",
		"Controleer `spool` in het jobs-bestand, en de eigenaar en "
		"rechten van de mappen en van het genoemde bestand.",
		4 },
	{ CODE_DISK_FULL, '-', "disk is full", "schijf is vol",
		"There is no room to go on. Nothing is lost: work goes on by "
		"itself when there is room.",
		"Make room on the disk of the spool or the database.",
		"Maak ruimte op de schijf van de spool of de database.", 12 },
	{ CODE_IO, '-', "reading or writing failed",
		"lezen of schrijven mislukte",
		"The disk or a permission stands in the way; the message says "
		"which file.",
		"Check the permissions and the log of the machine.",
		"Controleer de rechten en het log van de machine.", 1 },

	/* commands */
	{ CODE_NO_JOB, '-', "no such thing", "bestaat niet",
		"There is no job, letter, lot, bundle or endpoint of that "
		"name.",
		"Look at `mobbjob list --all` or `mobbjob endpoint list`; a "
		"letter is named by its id, JOB/record or its reference.",
		"Kijk in `mobbjob list --all` of `mobbjob endpoint list`; een "
		"brief heet naar zijn id, JOB/record of zijn kenmerk.",
		10 },
	{ CODE_AMBIGUOUS, '-', "more than one fits", "meer dan één past",
		"The part given belongs to more than one.",
		"Give more of the name.", "Geef meer van de naam.", 10 },
	{ CODE_STATE, '-', "not possible now", "kan nu niet",
		"The job, lot or bundle is in a state in which this cannot be "
		"done.",
		"Look at its state with `mobbjob show`.",
		"Bekijk de toestand met `mobbjob show`.", 1 },
	{ CODE_NOT_ALLOWED, '-', "not allowed", "niet toegestaan",
		"This person may not do this.",
		"Ask a person who may, or the administrator for the right.",
		"Vraag iemand die het mag, of de beheerder om het recht.", 9 },
	{ CODE_HELD, 'H', "held for a person", "vastgehouden voor een persoon",
		"The job waits: the totals differ, too much was rejected, or "
		"the stream wants a person to look first.",
		"Look at `mobbjob show` and `mobbjob rejects`, then "
		"`mobbjob release` with a reason.",
		"Bekijk `mobbjob show` en `mobbjob rejects`, en geef vrij met "
		"`mobbjob release` en een reden.",
		3 },
	{ CODE_USAGE, '-', "command is not understood",
		"opdracht wordt niet begrepen",
		"A word or option is missing or not known.",
		"Look at --help or the manual page.",
		"Bekijk --help of de handleiding (man).", 2 },
	{ CODE_PAPER_SHARE, 'H', "another share of paper than expected",
		"ander aandeel papier dan verwacht",
		"Of the letters of this job a share goes on paper that is far "
		"from what is usual for the stream: an answer of the "
		"subscription service may be wrong. Nothing was sent or "
		"printed.",
		"Compare both shares in `mobbjob show JOB`; when the answer is "
		"wrong, have the subscriptions asked again; when the share is "
		"right, release the job, or set `expect_paper` of the stream.",
		"Vergelijk beide aandelen in `mobbjob show JOB`; is het "
		"antwoord fout, laat de abonnementen dan opnieuw opvragen; "
		"klopt het aandeel, geef de job dan vrij of stel "
		"`expect_paper` van de stroom in.",
		3 },
	{ CODE_DECLINES, 'H', "too many letters are declined",
		"te veel brieven worden geweigerd",
		"Of the newest results of this stream more are declined than "
		"its limit allows, so nothing more of it leaves.",
		"See with `mobbjob lots JOB` which code they got and mend the "
		"cause; then `mobbjob release --stream NAME`.",
		"Bekijk met `mobbjob lots JOB` welke code ze kregen en herstel "
		"de oorzaak; daarna `mobbjob release --stream NAAM`.",
		3 },
	{ CODE_HELD_LONG, 'H', "a job is held for long",
		"een job wordt al lang vastgehouden",
		"A job waits for a person for longer than `hold_within` of its "
		"stream; its letters get late.",
		"Look at it with `mobbjob show JOB`, then release or cancel "
		"it.",
		"Bekijk hem met `mobbjob show JOB` en geef hem vrij of trek "
		"hem in.",
		3 },
	{ CODE_POSTED_LATE, 'W', "nobody said that a bundle was posted",
		"niemand meldde dat een bundel is gepost",
		"A bundle was handed over to the printer more working days ago "
		"than `posted_within` of the printer.",
		"Ask the printer, then `mobbjob posted BUNDLE --date DAY`.",
		"Vraag het de drukker, daarna `mobbjob posted BUNDEL --date "
		"DAG`.",
		3 },
	{ CODE_LETTERS_HELD, 'H', "letters wait for a person",
		"brieven wachten op een mens",
		"A lot or letters of it cannot go on by themselves: the "
		"outcome is unknown, or a result asks for a decision. While it "
		"is unknown they do not go on paper.",
		"See why with `mobbjob lots JOB` and `mobbjob why LETTER`, ask "
		"Logius about the BatchID, then `mobbjob resolve`.",
		"Bekijk waarom met `mobbjob lots JOB` en `mobbjob why BRIEF`, "
		"vraag Logius naar de BatchID, daarna `mobbjob resolve`.",
		3 },
	{ CODE_STOPPED, 'H', "held by a person", "vastgehouden door iemand",
		"A person stopped this job, or its stream, sender or endpoint: "
		"nothing of it leaves and nothing is printed. What was in "
		"flight ends by itself.",
		"When the reason is gone: `mobbjob release`, with JOB, "
		"--stream, --sender or --endpoint; or cancel it.",
		"Als de reden weg is: `mobbjob release`, met JOB, --stream, "
		"--sender of --endpoint; of annuleer het.",
		3 },
	{ CODE_RISK, 'M', "decided although it may be delivered",
		"besloten terwijl de brief bezorgd kan zijn",
		"Nobody knows whether the box has this letter. A person put it "
		"on paper or withdrew it all the same, and accepted that the "
		"citizen may have it twice, or after all.",
		"Nothing; `mobbjob why` says who accepted the risk, and why.",
		"Niets; `mobbjob why` toont wie het risico heeft aanvaard, en "
		"waarom.",
		0 },
	{ CODE_RESOLVED, 'M', "decided by a person", "besloten door iemand",
		"A person said what becomes of this letter.",
		"Nothing; `mobbjob why` says who decided, and why.",
		"Niets; `mobbjob why` toont wie het besloot, en waarom.", 0 },
	{ CODE_CANCELLED, 'M', "withdrawn by a person",
		"ingetrokken door iemand",
		"A person cancelled this letter, or its job, before it left.",
		"Nothing; when it has to go after all, deliver it again.",
		"Niets; moet de brief toch weg, lever hem dan opnieuw aan.",
		0 },
	{ CODE_OPINION, 'M', "other side contradicts a decision",
		"andere kant spreekt een besluit tegen",
		"After a person decided about this letter, a result came that "
		"says something else: for one that goes on paper, that the box "
		"has it.",
		"Look with `mobbjob why` and decide: `mobbjob resolve`. When "
		"it has left already, tell who answers to the citizen.",
		"Kijk met `mobbjob why` en besluit: `mobbjob resolve`. Is de "
		"brief al weg, licht dan in wie de burger te woord staat.",
		3 },
	{ CODE_NO_PERSON, '-', "not a person of this installation",
		"geen persoon van deze installatie",
		"The database knows no person of this name, or gave this one "
		"no rights.",
		"Let the administrator say `mobbjob person add NAME --may "
		"look`.",
		"Laat de beheerder `mobbjob person add NAAM --may look` geven.",
		9 },
	{ CODE_SHARED_LOGIN, '-', "a shared login decides nothing",
		"een gedeelde login beslist niets",
		"Several people can work under this name (root, the owner of "
		"the database, shared_logins of the jobs file), so nobody "
		"could say later who decided.",
		"Do it under your own name: without sudo or su, as a user "
		"that `mobbjob person list` shows.",
		"Doe het onder uw eigen naam: zonder sudo of su, als een "
		"gebruiker die `mobbjob person list` toont.",
		9 },
	{ CODE_SECOND_PERSON, 'H', "waits for a second person",
		"wacht op een tweede persoon",
		"Letters of this stream go when two different persons agree.",
		"Let another person look at `mobbjob show` and say `mobbjob "
		"release`.",
		"Laat een ander `mobbjob show` bekijken en `mobbjob release` "
		"geven.",
		9 },
	{ CODE_TYPED, '-', "not the number of letters",
		"niet het aantal brieven",
		"The number that was typed is not how many letters would go.",
		"Look at `mobbjob show` and type the number that stands "
		"there, if it is what you expect.",
		"Bekijk `mobbjob show` en typ het aantal dat daar staat, als "
		"dat is wat u verwacht.",
		9 },
	{ CODE_SAMPLE_FOLDER, '-', "folder for letters is there already",
		"map voor brieven bestaat al",
		"Letters to look at are written to a new folder only, that "
		"nobody else can read; nothing was written.",
		"Give -o the name of a folder that is not there yet.",
		"Geef met -o de naam van een map die nog niet bestaat.", 1 },
	{ CODE_SAMPLE_GONE, '-', "batch file is no longer there",
		"batchbestand is er niet meer",
		"The documents of a letter lie in the batch file, in work/ or "
		"done/ of the spool; it is gone, or you may not read it.",
		"Look in the folder of the spool; an old file must come from "
		"the supplier or a backup.",
		"Kijk in de map van de spool; een oud bestand moet van de "
		"leverancier of uit een back-up komen.",
		1 },
	{ CODE_SAMPLE_REFS, '-', "references that are not in this job",
		"kenmerken die niet in deze job voorkomen",
		"The list names letters that this job does not have, or a line "
		"is no reference; nothing was written.",
		"Correct the list, one reference a line, or name the other "
		"job.",
		"Corrigeer de lijst, een kenmerk per regel, of noem de andere "
		"job.",
		1 },
	{ CODE_NOT_COUNTED, '-', "nothing was counted of this job",
		"van deze job is niets geteld",
		"The file is not read to its end, was refused, or was taken in "
		"before letters were weighed: there is no forecast of it.",
		"Wait until it is split, or give the file itself: mobbjob "
		"forecast FILE --stream NAME.",
		"Wacht tot het is gesplitst, of geef het bestand zelf: mobbjob "
		"forecast BESTAND --stream NAAM.",
		1 },
	{ CODE_GATE_FULL, '-', "limited production run is full",
		"limited productierun is vol",
		"Before Logius released production only a few letters of a "
		"stream leave; that many were chosen, or more were asked for.",
		"Check with Logius what arrived; when production is released, "
		"record it with `mobbjob lpr STREAM --as open --reason TEXT`. "
		"A higher `lpr` in the jobs file is agreed with Logius first.",
		"Ga met Logius na wat is aangekomen; is productie vrijgegeven, "
		"leg dat vast met `mobbjob lpr STREAM --as open --reason "
		"TEKST`. Spreek een hogere `lpr` eerst met Logius af.",
		3 },
	{ CODE_CHAIN_PRODUCTION, '-', "no chain test in production",
		"geen ketentest in productie",
		"A chain test sends letters that are wrong on purpose, to test "
		"accounts; at an endpoint of production they would go to "
		"citizens. Nothing was planned or sent.",
		"Name an endpoint with `environment: preproduction` (or "
		"simulator, to rehearse).",
		"Noem een endpoint met `environment: preproduction` (of "
		"simulator, om te oefenen).",
		2 },
	{ CODE_CHAIN_ACCOUNTS, '-', "file of test accounts is not usable",
		"bestand met testaccounts is niet bruikbaar",
		"Each line must be account;bsn;subscribed, with yes or no; at "
		"least one account is subscribed and one is not, and only "
		"its owner can read the file.",
		"Correct the line, and give the file mode 0600.",
		"Verbeter de regel, en geef het bestand modus 0600.", 2 },
	{ CODE_CHAIN_DIFFERS, '-', "a case of the chain test differs",
		"een geval van de ketentest wijkt af",
		"The other side did not answer a case as the interface says; "
		"the report marks which.",
		"Read the marked cases in the report, and discuss them with "
		"Logius before production is asked for.",
		"Lees de gemarkeerde gevallen in het rapport en bespreek ze "
		"met Logius voordat om productie wordt gevraagd.",
		3 },
	{ CODE_FIND_NUMBER, '-', "a citizen number as an argument",
		"een burgerservicenummer als argument",
		"What stands on a command line can be read by other users and "
		"stays in the history of the shell.",
		"Use `mobbjob find --bsn`, which asks for the number; and take "
		"the line out of the history of your shell.",
		"Gebruik `mobbjob find --bsn`, dat om het nummer vraagt; en "
		"haal de regel uit de geschiedenis van uw shell.",
		2 },
	{ CODE_FIND_KEY, '-', "no look-up by citizen number",
		"niet te zoeken op burgerservicenummer",
		"Numbers are found by a digest that is made with the site key, "
		"and the person who asks cannot read it.",
		"Ask by the reference of the letter, or ask a person who may "
		"read the site key.",
		"Zoek op het kenmerk van de brief, of vraag iemand die de "
		"sleutel van de installatie mag lezen.",
		9 },
	{ CODE_TARIFF, '-', "no tariff", "geen tarief",
		"The jobs file has no tariff for this year or a year before "
		"it.",
		"Add one to `tariffs:` in the jobs file.",
		"Zet er een bij `tariffs:` in het jobs-bestand.", 4 },
	{ CODE_BUNDLE_WRITE, '-', "print bundle cannot be written",
		"printbundel kan niet worden geschreven",
		"The folder for print bundles or its disk takes no more: no "
		"room, or not ours to write.  Nothing is lost.",
		"Make room, or give the folder back to MOBB's user; the bundle "
		"is then written by itself, under the same name.",
		"Maak ruimte, of geef de map terug aan de gebruiker van MOBB; "
		"de bundel wordt dan vanzelf geschreven, onder dezelfde naam.",
		1 },
	{ CODE_PROOF_WAITS, '-', "proof waits for a person",
		"proef wacht op een mens",
		"A proof was made of a paper run; the run waits until somebody "
		"has looked at what the printer made of it.",
		"Look at the printed proof, then `mobbjob print proof JOB --as "
		"good` or `--as bad`, with --reason.",
		"Bekijk de gedrukte proef, daarna `mobbjob print proof JOB "
		"--as good` of `--as bad`, met --reason.",
		3 },
	{ CODE_PROOF_BAD, '-', "proof is bad", "proef is afgekeurd",
		"Somebody said that the proof of a paper run is bad; nothing "
		"of the run is printed.",
		"Mend what was wrong and ask for another one: `mobbjob print "
		"proof JOB --as anew`; or release it with `--as good`.",
		"Herstel wat er mis was en vraag een nieuwe: `mobbjob print "
		"proof JOB --as anew`; of laat de run gaan met `--as good`.",
		3 },
	{ CODE_MERGE, 'M', "PDF cannot be joined",
		"PDF kan niet worden "
		"samengevoegd",
		"The printer wants one PDF for all letters, and this one does "
		"not go into it: a reader cannot follow it, or it has another "
		"number of pages than at intake.",
		"Look at the PDF of the record that is named; send it to the "
		"supplier, or set `bundle: zip` for this printer.  The letters "
		"of its bundle wait: mobbjob resolve.",
		"Bekijk de PDF van het genoemde record; meld het de "
		"leverancier, of zet `bundle: zip` bij deze printer.  De "
		"brieven van zijn bundel wachten: mobbjob resolve.",
		1 },
	{ CODE_ADDRESS_CORRECTED, 'P', "a person corrected the address",
		"een persoon heeft het adres verbeterd",
		"The address could not be printed; a person corrected it, and "
		"the letter goes on paper.",
		"Nothing has to be done; `mobbjob address LETTER` shows who "
		"did it and the lines as they are printed.",
		"Er hoeft niets te gebeuren; `mobbjob address BRIEF` toont wie "
		"het deed en de regels zoals ze gedrukt worden.",
		0 },
	{ CODE_ADDRESS_LATE, '-', "too late to correct the address",
		"te laat om het adres te verbeteren",
		"The letter is in a print bundle, was delivered or was "
		"withdrawn: its address is not printed any more.",
		"Look at what happened with `mobbjob why LETTER`; a letter "
		"that comes back undelivered is sent again by the supplier.",
		"Bekijk met `mobbjob why BRIEF` wat er gebeurd is; een brief "
		"die onbestelbaar terugkomt wordt door de leverancier opnieuw "
		"aangeboden.",
		1 },
	{ CODE_NOT_ENDED, '-', "letters are still open",
		"er zijn nog brieven open",
		"A job is closed when every letter of it is delivered, posted, "
		"rejected or withdrawn; not before.",
		"Look at what is open with `mobbjob show`, and at what needs "
		"you with `mobbjob needs`; close it when all have their end.",
		"Bekijk wat er open staat met `mobbjob show` en wat op u wacht "
		"met `mobbjob needs`; sluit af als alles een einde heeft.",
		1 },
	{ CODE_NOT_PROVEN, '-', "the sum of the job differs",
		"de som van de opdracht klopt niet",
		"What the supplier announced, our books and what the other "
		"side counts are not the same; so nobody can state that the "
		"job is complete.",
		"The line says which two differ: look with `mobbjob show` and "
		"`mobbjob check`, and ask who counted otherwise; close the job "
		"when they agree.",
		"De regel noemt welke twee verschillen: kijk met `mobbjob "
		"show` en `mobbjob check` en vraag wie anders telde; sluit af "
		"als ze gelijk zijn.",
		1 },
	{ CODE_PAGE_CHARACTER, 'M', "character cannot be printed on paper",
		"teken kan niet op papier worden afgedrukt",
		"The text, subject, reference or address of this letter has a "
		"character that the fonts for paper do not have, so it was not "
		"printed.",
		"Have the text corrected at the source and take the letter "
		"back with `mobbjob cancel`, or decide with `mobbjob resolve` "
		"what becomes of it.",
		"Laat de tekst bij de bron verbeteren en trek de brief in met "
		"`mobbjob cancel`, of beslis met `mobbjob resolve` wat ermee "
		"gebeurt.",
		3 },
	{ CODE_PAGE_FIT, 'M', "letter does not fit on its pages",
		"brief past niet op zijn bladzijden",
		"The address does not fit in the window of the envelope, or "
		"the text needs more pages than a letter may have.",
		"Look at window of the printer in the jobs file; else have "
		"the address or the text shortened at the source.",
		"Kijk naar window van de drukker in het opdrachtenbestand; "
		"laat anders het adres of de tekst bij de bron inkorten.",
		3 },
	{ CODE_PAGE_FONT, '-', "fonts for paper are missing",
		"lettertypen voor papier ontbreken",
		"The fonts that text letters are printed with (DejaVu Sans) "
		"are not installed on this machine.",
		"Install the package fonts-dejavu-core; printing then goes on "
		"by itself.",
		"Installeer het pakket fonts-dejavu-core; het afdrukken gaat "
		"daarna vanzelf verder.",
		1 },
	{ CODE_BOX_ONLY, 'M', "not for paper, and no box",
		"niet voor papier, en geen box",
		"The supplier wants this letter in the Berichtenbox or "
		"nowhere, and the citizen has no box for it or the box "
		"declined it.",
		"Tell the supplier, who reaches the citizen in another way; "
		"then take the letter back with `mobbjob cancel`. It is never "
		"printed.",
		"Meld het de leverancier, die de burger anders bereikt; trek "
		"de brief daarna in met `mobbjob cancel`. Hij wordt nooit "
		"afgedrukt.",
		3 },
	{ CODE_RECEIPT, '-',
		"receipt of a printer with lines that cannot be read",
		"ontvangstbericht van een drukker met onleesbare regels",
		"A file in print/in has lines, or a name, that we do not "
		"understand.  The good lines count; the file lies in "
		"print/in/bad with NAME.reason beside it.",
		"Read NAME.reason, ask the printer for a correction under "
		"another name, then: mobbjob print seen NAME.",
		"Lees NAAM.reason, vraag de drukker om een correctie onder een "
		"andere naam, en dan: mobbjob print seen NAAM.",
		3 },
	{ CODE_RECEIPT_UNKNOWN, '-',
		"receipt about a bundle or letter that is not ours",
		"ontvangstbericht over een bundel of brief die niet van ons is",
		"The printer names a bundle we did not hand over, or a letter "
		"that is not in that bundle.  These lines change nothing.",
		"Ask the printer whose letters these are: somebody else's may "
		"have gone out in our name.  Then: mobbjob print seen NAME.",
		"Vraag de drukker van wie deze brieven zijn: er kan iets van "
		"een ander onder onze naam verstuurd zijn.  Daarna: mobbjob "
		"print seen NAAM.",
		3 },
	{ CODE_RECEIPT_DIFFERS, '-', "the printer counts otherwise than we do",
		"de drukker telt anders dan wij",
		"The number of letters, the digest, or the pages or sheets of "
		"letters in a receipt are not those of the bundle.",
		"Ask the printer to look at the letters named before more is "
		"printed.  Then: mobbjob print seen NAME.",
		"Vraag de drukker de genoemde brieven te bekijken voor er meer "
		"gedrukt wordt.  Daarna: mobbjob print seen NAAM.",
		3 },
	{ CODE_RECEIPT_STATE, '-', "receipt that contradicts what was known",
		"ontvangstbericht dat het eerdere tegenspreekt",
		"For example: posted, of a bundle the printer had turned down; "
		"or returned, of a letter that was never printed.  These lines "
		"change nothing.",
		"Ask the printer what is true: mobbjob why LETTER says what we "
		"know.  Then: mobbjob print seen NAME.",
		"Vraag de drukker wat waar is: mobbjob why BRIEF zegt wat wij "
		"weten.  Daarna: mobbjob print seen NAAM.",
		3 },
	{ CODE_PRINT_REJECTED, 'H', "the printer refused the letter",
		"de drukker heeft de brief geweigerd",
		"The printer could not print or address this one letter; it "
		"waits for a person.  mobbjob why LETTER tells the printer's "
		"code.",
		"When it can be mended: mobbjob resolve LETTER --as paper.  "
		"Otherwise --as withdrawn, and tell the citizen in another "
		"way.",
		"Als het hersteld is: mobbjob resolve BRIEF --as paper.  "
		"Anders "
		"--as withdrawn, en bericht de burger op een andere manier.",
		3 },
	{ CODE_BUNDLE_REFUSED, 'H', "the printer turned the bundle down",
		"de drukker heeft de bundel geweigerd",
		"Nothing of the bundle is printed.  Its letters wait until a "
		"person says that they go again, in a new bundle.",
		"Read the reason in mobbjob print BUNDLE, mend it, then: "
		"mobbjob print again BUNDLE.",
		"Lees de reden in mobbjob print BUNDEL, herstel die, en dan: "
		"mobbjob print again BUNDEL.",
		3 },
	{ CODE_ACK_LATE, '-', "the printer did not say that it has the bundle",
		"de drukker heeft niet gemeld dat hij de bundel heeft",
		"No receipt BUNDLE.ack came by `ack_by` of the working day "
		"after the bundle was handed over.",
		"Call the printer.  Is it not there: check the transport of "
		"print/out; a bundle may be fetched twice, it has one name.",
		"Bel de drukker.  Is hij er niet: kijk het transport van "
		"print/out na; een bundel mag twee keer opgehaald worden, hij "
		"heeft een naam.",
		3 },
	{ CODE_RETURNED, '-', "the letter came back from the post",
		"de brief kwam terug van de post",
		"The letter was posted and could not be delivered; the report "
		"tells the supplier.",
		"Look up the present address, and send the letter again as "
		"the law asks of you.",
		"Zoek het huidige adres op, en verstuur de brief opnieuw zoals "
		"de wet dat vraagt.",
		3 },
	{ CODE_CONFIG_WINDOW, '-', "window or date is not possible",
		"venster of datum is niet mogelijk",
		"Hours, days, a date or a cut-off in the jobs file cannot be "
		"read, or nothing could ever begin within them.",
		"Correct the value at the line and column that are named: "
		"'mon-fri 07:00-22:00', '16:00', 2026-12-24; see jobs.example.",
		"Verbeter de waarde op de genoemde regel en kolom: 'mon-fri "
		"07:00-22:00', '16:00', 2026-12-24; zie jobs.example.",
		4 },
	{ CODE_DAGTEKENING, '-', "letters would come after the date on them",
		"brieven zouden na hun dagtekening aankomen",
		"By the dates of the job some letters reach the citizen after "
		"the date they bear, because of the printer, the post, a day "
		"without post or the window of the box.",
		"Look at the three dates (mobbjob show JOB).  Ask the supplier "
		"for a file with a later date, or release it as it is: mobbjob "
		"release JOB --reason TEXT.",
		"Bekijk de drie datums (mobbjob show JOB).  Vraag de "
		"leverancier om een bestand met een latere dagtekening, of "
		"geef "
		"het zo vrij: mobbjob release JOB --reason TEKST.",
		3 },
	{ CODE_DATED_LATE, '-',
		"letters about to leave are late for their date",
		"brieven die nu zouden gaan zijn te laat voor hun dagtekening",
		"When the job was released they were in time; since then a "
		"hold, a limit, an outage or a late answer of the box took too "
		"long.",
		"Decide whether they may still go: mobbjob release JOB "
		"--reason "
		"TEXT, or take them back: mobbjob cancel JOB.",
		"Beslis of ze nog mogen gaan: mobbjob release JOB --reason "
		"TEKST, of trek ze in: mobbjob cancel JOB.",
		3 },
	{ CODE_CONFIG_LIMIT, '-', "limit is 0 or beyond what can be",
		"limiet is 0 of buiten het mogelijke",
		"With a limit of 0 nothing would ever leave, and nobody would "
		"hear of it; a limit that is too high cannot be kept.",
		"Give the limit that was agreed, such as letters: 60000/h. To "
		"stop an endpoint or sender: mobbjob hold --endpoint NAME.",
		"Geef de afgesproken limiet, zoals letters: 60000/h. Om een "
		"endpoint of afzender stil te zetten: mobbjob hold --endpoint "
		"NAAM.",
		4 },
	{ CODE_LIMIT_ABOVE, '-', "above the limit of the jobs file",
		"boven de limiet uit het jobs-bestand",
		"The jobs file has what was agreed with Logius or the printer; "
		"a limit above it is set only on purpose.",
		"Ask Logius or the printer first. Then add --raise, with who "
		"agreed as --reason.",
		"Vraag het eerst aan Logius of de drukker. Voeg daarna --raise "
		"toe, met wie akkoord was als --reason.",
		9 },
	{ CODE_SENDER_NONE, '-', "file of no sender",
		"bestand van geen afzender",
		"The stream has several senders, and the file did not lie in "
		"the folder of one of them; nobody knows whose letters it has.",
		"Drop it in in/STREAM/SENDER/, or use `mobbjob submit --sender "
		"NAME`.",
		"Zet het in in/STROOM/AFZENDER/, of gebruik `mobbjob submit "
		"--sender NAAM`.",
		5 },
	{ CODE_SENDER_FOLDER, '-', "folder of no sender",
		"map van geen afzender",
		"In the folder of a stream with several senders lies a folder "
		"that has the name of none of them; it is left alone.",
		"Move its files to the folder of the right sender and remove "
		"it, or add the sender to `senders:` of the stream.",
		"Verplaats de bestanden naar de map van de juiste afzender en "
		"verwijder haar, of zet de afzender bij `senders:` van de "
		"stroom.",
		4 },
	{ CODE_SELECTION, '-', "other jobs than were shown",
		"andere opdrachten dan getoond",
		"The number that was typed, or given with --jobs, is not the "
		"number of jobs that the selection finds now.",
		"Look at the list again and give the number that it shows; "
		"nothing was changed.",
		"Bekijk de lijst opnieuw en geef het getal dat er staat; er "
		"is niets veranderd.",
		2 },
	{ CODE_MEMORY, '-', "out of memory", "geheugen is op",
		"The machine has no memory left for the program.",
		"Stop what uses the memory, or add some; mobbd goes on by "
		"itself.",
		"Stop wat het geheugen gebruikt, of voeg toe; mobbd gaat "
		"vanzelf verder.",
		12 },
	{ CODE_BUG, '-', "mistake in the program", "fout in het programma",
		"Something happened that should not be possible; the program "
		"stopped before doing harm.",
		"Report it with the message and the version.",
		"Meld het met de melding en de versie.", 70 },
	{ CODE_CERTIFICATE, '-', "certificate is not usable",
		"certificaat is niet bruikbaar",
		"The certificate cannot be read, has expired, is not valid "
		"yet, or is of another organisation.",
		"Install a valid PKIoverheid certificate and check it with "
		"`mobbjob check`.",
		"Installeer een geldig PKIoverheid-certificaat en toets het "
		"met `mobbjob check`.",
		8 },
	{ CODE_KEY, '-', "key is missing or does not fit",
		"sleutel ontbreekt of past niet",
		"The private key cannot be read or does not belong to the "
		"certificate.",
		"Check the paths of certificate and key in the jobs file.",
		"Controleer de paden van certificaat en sleutel in het "
		"jobs-bestand.",
		8 },
	{ CODE_CRL, '-', "no valid list of revoked certificates",
		"geen geldige lijst van ingetrokken certificaten",
		"A list of revoked certificates is missing, out of date or "
		"refused, so that nobody can say whether a certificate was "
		"revoked.",
		"Check the addresses under `crl` in the jobs file and the way "
		"to them, or put a current list into its folder by hand; "
		"`mobbjob cert status` shows which lists there are.",
		"Controleer de adressen onder `crl` in het jobs-bestand en de "
		"weg ernaartoe, of zet zelf een actuele lijst in de map; "
		"`mobbjob cert status` toont welke lijsten er zijn.",
		8 },
	{ CODE_EXPIRING, 'W', "certificate ends soon",
		"certificaat verloopt binnenkort",
		"A certificate that the jobs file leads to will soon no longer "
		"be valid; then nothing can be sent or received with it.",
		"Order a new PKIoverheid certificate in time, tell the other "
		"side if the CPA names it, and see `mobbjob cert status` for "
		"all of them.",
		"Vraag op tijd een nieuw PKIoverheid-certificaat aan, meld het "
		"de andere kant als de CPA het noemt, en bekijk ze alle met "
		"`mobbjob cert status`.",
		3 },
	{ CODE_CPA, '-', "CPA cannot be used", "CPA is niet bruikbaar",
		"The CPA cannot be read, is not valid on this day, or is not "
		"of this sender.",
		"Ask Logius for the right CPA and install it as it came.",
		"Vraag Logius om de juiste CPA en installeer die ongewijzigd.",
		4 },
	{ CODE_CPA_UNSUPPORTED, '-', "CPA asks for something we do not do",
		"CPA vraagt iets wat niet wordt ondersteund",
		"An action in the CPA asks for signing, encryption, ordering "
		"or another way of answering.",
		"Ask Logius for a CPA of the profile Reliable Messaging.",
		"Vraag Logius om een CPA met het profiel Reliable Messaging.",
		4 },
	{ CODE_CPA_GONE, '-', "a CPA is missing that is still needed",
		"een CPA die nog nodig is, ontbreekt",
		"Lots or replies are under way under a CPA that no sender has "
		"any more. Acknowledgments and results under it are refused, "
		"and nothing under it is offered again.",
		"Put the file of that CPA in cpa_before of its sender and send "
		"mobbd SIGHUP; take it out when nothing is under way under it.",
		"Zet het bestand van die CPA in cpa_before van de afzender en "
		"geef mobbd SIGHUP; haal het weg als er niets meer onder "
		"loopt.",
		4 },

	/* the wire */
	{ CODE_CONNECT, '-', "no connection", "geen verbinding",
		"The other side cannot be reached. Nothing left; it is tried "
		"again by itself.",
		"When it lasts: check the network, the firewall and the "
		"status page of Logius.",
		"Als het aanhoudt: controleer het netwerk, de firewall en de "
		"statuspagina van Logius.",
		7 },
	{ CODE_TLS, '-', "secure connection failed",
		"beveiligde verbinding mislukt",
		"The certificates of the two sides do not accept each other.",
		"Check `trust`, the dates of our certificate and the clock of "
		"this machine.",
		"Controleer `trust`, de datums van ons certificaat en de klok "
		"van deze machine.",
		7 },
	{ CODE_CUT, '-', "connection was lost half-way",
		"verbinding viel halverwege weg",
		"The connection broke. What may have arrived is offered again "
		"under the same ids, so nothing is delivered twice.",
		"Nothing has to be done, unless it goes on for hours.",
		"Er hoeft niets te gebeuren, tenzij het uren aanhoudt.", 7 },
	{ CODE_HTTP, '-', "the other side refused the request",
		"de andere kant weigerde het verzoek",
		"The HTTP status says no; the message has the number.",
		"Check the address in the CPA and ask the other side.",
		"Controleer het adres in de CPA en vraag het de andere kant.",
		7 },
	{ CODE_ANSWER, '-', "answer cannot be understood",
		"antwoord is onbegrijpelijk",
		"The other side answered with something that is no valid "
		"message.",
		"Often a proxy is in between: check what answers at that "
		"address.",
		"Vaak zit er een proxy tussen: controleer wat er op dat adres "
		"antwoordt.",
		7 },
	{ CODE_PEER_OIN, '-', "certificate of another party",
		"certificaat van een andere partij",
		"The other side showed a certificate with another organisation "
		"number than the CPA says.",
		"Check the address in the CPA; when it is right, ask the other "
		"side. Nothing was sent.",
		"Controleer het adres in de CPA; als dat klopt, vraag het de "
		"andere kant. Er is niets verzonden.",
		7 },
	{ CODE_NO_LISTENER, '-', "nobody listens for results",
		"niemand luistert naar resultaten",
		"Results are pushed to us; nothing is sent while nothing "
		"listens for them.",
		"Start mobbd as a service, or `mobbd --listen` beside the cron "
		"job.  If the listener says so itself, another process may "
		"have the address of `listen: at:`, or systemd passed no "
		"socket.",
		"Start mobbd als dienst, of `mobbd --listen` naast de "
		"cron-taak.  Zegt de listener het zelf, dan heeft misschien "
		"een ander proces het adres van `listen: at:`, of gaf systemd "
		"geen socket door.",
		7 },
	{ CODE_REVOKED, '-', "certificate was revoked",
		"certificaat is ingetrokken",
		"The other side showed a certificate that its issuer has "
		"revoked; nothing was sent to it or taken from it.",
		"Ask the other side for its new certificate; if a proxy or "
		"gateway stands between, ask who manages it.",
		"Vraag de andere kant naar haar nieuwe certificaat; staat er "
		"een proxy of gateway tussen, vraag dan wie die beheert.",
		7 },
	{ CODE_PROXY, '-', "no way through the proxy", "geen weg door de proxy",
		"The HTTP proxy of the endpoint could not be reached, gave no "
		"answer, or refused to connect us; nothing was sent.",
		"Check `proxy` and `proxy_auth` of the endpoint in the jobs "
		"file; 407 is about name and password, 403 about its rules: "
		"ask its manager to let this machine CONNECT to the peer.",
		"Controleer `proxy` en `proxy_auth` van het endpoint in het "
		"jobs-bestand; 407 gaat over naam en wachtwoord, 403 over "
		"zijn regels: vraag de beheerder deze machine met CONNECT "
		"door te laten naar de andere kant.",
		7 },
	{ CODE_NO_COURIER, '-', "nothing answered the request",
		"niets beantwoordde het verzoek",
		"mobbjob cannot send: it asks mobbd to look at a connection, "
		"and no mobbd that sends did so in time.",
		"Start mobbd as a service; where it runs from cron, use `mobbd "
		"--check-endpoints`, as the user that mobbd runs as.",
		"Start mobbd als dienst; draait het vanuit cron, gebruik dan "
		"`mobbd --check-endpoints`, als de gebruiker van mobbd.",
		12 },
	{ CODE_CLOCK, '-', "clocks differ", "klokken lopen uiteen",
		"The clock of this machine and that of the other side are too "
		"far apart; messages may be taken for expired.",
		"Let this machine follow a time server (chrony or "
		"systemd-timesyncd); if it does, ask the other side.",
		"Laat deze machine een tijdserver volgen (chrony of "
		"systemd-timesyncd); doet ze dat al, vraag dan de andere kant.",
		7 },
	{ CODE_TRIAL, '-', "certificate for trials in production",
		"testcertificaat in productie",
		"The other side showed a certificate below a TRIAL or TEST "
		"issuer in production, where anybody's rehearsal could pass "
		"for it; nothing was sent to it or taken from it.",
		"Ask the other side for its production certificate, and take "
		"roots for trials out of trust where only production is met.",
		"Vraag de andere kant naar haar productiecertificaat, en haal "
		"testroots uit trust waar alleen productie voorkomt.",
		7 },
	{ CODE_EBMS, '-', "message breaks the agreement",
		"bericht past niet bij de afspraak",
		"A message that came in is no valid ebMS message or does not "
		"fit the CPA; the other side was told.",
		"Compare the CPA here with the one of the other side.",
		"Vergelijk de CPA hier met die van de andere kant.", 7 },
	{ CODE_EBMS_ERROR, 'M', "the other side reported an error",
		"de andere kant meldde een fout",
		"Our message was refused with an ebMS error; the lot is held.",
		"Read the error with `mobbjob lots`; often the CPA differs on "
		"both sides.",
		"Lees de fout met `mobbjob lots`; vaak verschilt de CPA aan "
		"beide kanten.",
		7 },
	{ CODE_EXPIRED, '-', "no acknowledgment in time",
		"geen ontvangstbevestiging op tijd",
		"The other side did not confirm before the message expired. "
		"It is offered again with the same ids; paper is blocked until "
		"the outcome is known.",
		"When it lasts: ask Logius whether the BatchID has arrived.",
		"Als het aanhoudt: vraag Logius of de BatchID is aangekomen.",
		7 },
	{ CODE_PAYLOAD_CHANGED, 'M', "a retry would send other bytes",
		"een herhaling zou andere inhoud sturen",
		"What would be sent again is not what was sent first; the lot "
		"is held.",
		"Do not change files in work/; report it with the job.",
		"Wijzig geen bestanden in work/; meld het met de job.", 70 },
	{ CODE_CONTENT_CHANGED, 'M', "letter changed since intake",
		"brief is gewijzigd sinds ontvangst",
		"A document, an address or a text is not what was taken in; "
		"the letter does not leave.",
		"Find out who changed files in work/ or rows in the database; "
		"restore them from the backup.",
		"Zoek uit wie bestanden in work/ of rijen in de database "
		"wijzigde; zet ze terug uit de back-up.",
		1 },
	{ CODE_RESULT, 'M', "result cannot be read", "resultaat is onleesbaar",
		"A result came in that is not understood or belongs to no lot "
		"of ours; it is kept.",
		"Ask Logius about the BatchID; the letters stay open.",
		"Vraag Logius naar de BatchID; de brieven blijven open.", 7 },
	{ CODE_RESULT_COUNTS, 'M', "result contradicts itself",
		"resultaat spreekt zichzelf tegen",
		"The counters and the lines of a result do not agree; nothing "
		"of it was applied and the lot is held.",
		"Ask Logius for the outcome of this BatchID.",
		"Vraag Logius naar de uitkomst van deze BatchID.", 3 },
	{ CODE_RESULT_UNKNOWN, 'M', "unknown result code",
		"onbekende resultaatcode",
		"The Berichtenbox gave a code that is not in the list; the "
		"letter is held.",
		"Ask Logius what the code means, then decide per letter.",
		"Vraag Logius wat de code betekent en beslis per brief.", 3 },
	{ CODE_EXISTS, 'M', "the box has this letter already",
		"de Berichtenbox heeft deze brief al",
		"After a resend of ours it counts as delivered. On a first "
		"sending it should not happen: the letter is held.",
		"Check whether the database was restored or another machine "
		"sends for the same sender, then decide.",
		"Controleer of de database is teruggezet of een andere machine "
		"voor dezelfde afzender verzendt, en beslis dan.",
		3 },
	{ CODE_STREAM_WRONG, 'H', "stream is set up wrongly",
		"stroom is verkeerd ingesteld",
		"The type of letter, the organisation number or the structure "
		"was refused: more letters of this stream would be refused "
		"too, so it is held.",
		"Check `type` and `sender` against the Leveranciersportaal, "
		"correct them and release the job.",
		"Controleer `type` en `sender` in het Leveranciersportaal, "
		"corrigeer ze en geef de job vrij.",
		3 },
	{ CODE_TECHNICAL, 'M', "technical problem at the box",
		"technisch probleem bij de Berichtenbox",
		"The Berichtenbox could not store the letter; it is offered "
		"again after a pause, and held after the last try.",
		"Nothing has to be done until it is held; then ask Logius and "
		"decide.",
		"Er hoeft niets te gebeuren tot de brief wordt vastgehouden; "
		"vraag dan Logius en beslis.",
		3 },
	{ CODE_RESULT_LATE, '-', "no result in time", "geen resultaat op tijd",
		"The other side acknowledged a lot, and has not said what "
		"became of its letters for longer than `result_within` of the "
		"endpoint. They are not sent again and not printed.",
		"Ask Logius about the BatchID (`mobbjob lots JOB`); check with "
		"`mobbjob endpoint check` that our listener is reached.",
		"Vraag Logius naar de BatchID (`mobbjob lots JOB`); controleer "
		"met `mobbjob endpoint check` of onze luisteraar bereikbaar "
		"is.",
		7 },
	{ CODE_RESULT_OTHER, 'W', "a later result says something else",
		"een later resultaat zegt iets anders",
		"Two results about the same letters contradict each other. "
		"The first one stands; a letter that one sends to paper and "
		"the other calls delivered is held.",
		"Read `mobbjob events JOB`, and ask Logius which of the two is "
		"true.",
		"Lees `mobbjob events JOB` en vraag Logius welk van de twee "
		"waar is.",
		3 },
	{ CODE_REPLY_LATE, '-', "our answers cannot be delivered",
		"onze antwoorden komen niet aan",
		"Acknowledgments of what came in cannot be pushed to the other "
		"side, which will send the same again until it gives up.",
		"Check with `mobbjob endpoint check` whether the other side "
		"can be reached.",
		"Controleer met `mobbjob endpoint check` of de andere kant "
		"bereikbaar is.",
		7 },
	{ CODE_WUS, '-', "subscription service does not answer",
		"abonnementenservice geeft geen antwoord",
		"Who is subscribed cannot be asked now; the job waits and asks "
		"again by itself.",
		"When it lasts: check `wus` of the endpoint and ask Logius.",
		"Als het aanhoudt: controleer `wus` van het endpoint en vraag "
		"Logius.",
		7 },
	{ CODE_WUS_ANSWER, '-', "answer does not fit the question",
		"antwoord past niet bij de vraag",
		"The subscription service named a citizen we did not ask "
		"about, or contradicts itself; the answer is not used.",
		"Report it to Logius with the time.",
		"Meld het bij Logius met het tijdstip.", 7 },
	{ CODE_SUBSCRIPTION_LATE, '-', "subscription question not answered",
		"abonnementenvraag niet beantwoord",
		"A question about subscriptions has had no answer for longer "
		"than `answer_within` of its endpoint; letters wait for it.",
		"Look with `mobbjob subscriptions`; ask Logius; ask again with "
		"`mobbjob subscriptions ask SENDER`.",
		"Kijk met `mobbjob subscriptions`; vraag het Logius; vraag "
		"opnieuw met `mobbjob subscriptions ask SENDER`.",
		7 },
	{ CODE_SUBSCRIPTION_GAP, '-', "subscription answer leaves numbers out",
		"abonnementenantwoord laat nummers weg",
		"The answer does not mention every citizen that was asked "
		"about.  Letters to the others are not decided and wait.",
		"Ask Logius why; then `mobbjob subscriptions ask SENDER`, "
		"or import a list.",
		"Vraag Logius waarom; daarna `mobbjob subscriptions ask "
		"SENDER`, "
		"of importeer een lijst.",
		3 },
	{ CODE_SUBSCRIPTION_OLD, '-', "subscription answer too old or too new",
		"abonnementenantwoord te oud of te nieuw",
		"An answer decides for seven days after the moment it was "
		"asked; this one is older, or of a moment still to come.",
		"Ask again, or give the moment of the list that you import.",
		"Vraag opnieuw, of geef het moment van de lijst die u "
		"importeert.",
		5 },
	{ CODE_SUBSCRIPTION_WAIT, '-', "letters wait for subscriptions",
		"brieven wachten op abonnementen",
		"No answer decides about some citizens, and by its settings "
		"(`ask`, `wus_max`, `wus_daily`) the stream may not ask now.",
		"Import a list with `mobbjob subscriptions import`, or change "
		"the settings.",
		"Importeer een lijst met `mobbjob subscriptions import`, of "
		"wijzig de instellingen.",
		3 },
	{ CODE_QUESTION_FAILED, '-', "subscription question refused",
		"abonnementenvraag geweigerd",
		"The other side refused our question about subscriptions for "
		"good; letters wait.",
		"Read the reason with `mobbjob subscriptions`, correct the CPA "
		"or the endpoint, and ask again.",
		"Lees de reden met `mobbjob subscriptions`, corrigeer de CPA "
		"of "
		"het endpoint, en vraag opnieuw.",
		7 },
	{ CODE_SUBSCRIPTION_READ, '-', "subscription answer cannot be read",
		"abonnementenantwoord is niet te lezen",
		"The answer (or list) is cut off, damaged, larger than 1 GB or "
		"no XML; nothing of it is used.",
		"Ask again: mobbjob subscriptions ask.  When it comes back, "
		"send the first lines to Logius.",
		"Vraag opnieuw: mobbjob subscriptions ask.  Komt het terug, "
		"leg het dan voor aan Logius.",
		7 },
	{ CODE_SUBSCRIPTION_MAPPING, '-',
		"answer: in the jobs file does not fit the answer",
		"answer: in het jobs-bestand past niet bij het antwoord",
		"An element is missing, is there twice or holds a word that "
		"`answer:` of the endpoint does not name; nothing is used.",
		"Compare the element it names with the schema of Logius, "
		"correct `answer:` of the endpoint and ask again.",
		"Vergelijk het genoemde element met het schema van Logius, "
		"verbeter `answer:` van het endpoint en vraag opnieuw.",
		2 },
	{ CODE_SUBSCRIPTION_NUMBER, '-', "what should be a BSN is none",
		"wat een BSN moet zijn is er geen",
		"An entry of the answer or list has a number that fails the "
		"eleven-test or has other digits than nine; nothing is used.",
		"Is `bsn` of `answer:` the right element?  If it is: report "
		"line and time to Logius.",
		"Is `bsn` van `answer:` het goede element?  Zo ja: meld regel "
		"en tijdstip bij Logius.",
		7 },
	{ CODE_SUBSCRIPTION_CONTRADICTS, '-',
		"a number is both subscribed and not",
		"een nummer is zowel wel als niet geabonneerd",
		"The answer or list says yes and no about the same citizen; "
		"nothing of it is used.",
		"Ask again: mobbjob subscriptions ask.  When it comes back, "
		"report the line to Logius.",
		"Vraag opnieuw: mobbjob subscriptions ask.  Komt het terug, "
		"meld dan de regel bij Logius.",
		7 },
	{ CODE_SUBSCRIPTION_OTHER, '-', "answer to another question",
		"antwoord op een andere vraag",
		"The answer names a question or sender that is not ours, or a "
		"citizen we did not ask about; nothing of it is used.",
		"Report it to Logius with the time: somebody may have our "
		"answer.",
		"Meld het bij Logius met het tijdstip: iemand heeft mogelijk "
		"ons antwoord.",
		7 },
	{ CODE_SUBSCRIPTION_FILE, '-', "mistake in a list of subscriptions",
		"fout in een lijst met abonnementen",
		"A line is not a citizen number with yes or no (ja, nee); the "
		"whole list is refused.",
		"Correct the line and import again; see mobbjob(1), "
		"subscriptions import.",
		"Verbeter de regel en importeer opnieuw; zie mobbjob(1), "
		"subscriptions import.",
		2 },
};

const struct advice *
advice_find(int code)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((int)rows[i].code == code)
			return &rows[i];
	return NULL;
}

const struct advice *
advice_all(size_t *count_out)
{
	*count_out = sizeof(rows) / sizeof(rows[0]);
	return rows;
}
