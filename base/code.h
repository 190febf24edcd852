/* base/code.h - the number of every fault: MOBB-nnnn
 *
 * One list, so that no number is given twice.  Numbers are stable: never
 * reused, never changed.  0001-0999 follow the table of bad input (a fault of
 * the envelope 01nn, of one record 02nn, of the channel 03nn); 1000-1999 are
 * configuration, database, spool and certificates; 2000-2999 the wire.
 * What each means and what to do is in batch/advice.c; a test compares the
 * two, and another wants each code provoked.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_CODE_H
#define BASE_CODE_H

enum code {
	CODE_NONE = 0,

	/* the file as a whole: refused */
	CODE_GROWING = 101,	 /* never complete, or a set lacks a part */
	CODE_SIDECAR = 102,	 /* sidecar's size, count or digest differs */
	CODE_PARTS = 103,	 /* a set with a part doubled or misnumbered */
	CODE_PARTS_DIFFER = 104, /* parts of different runs */
	CODE_DELIVERED_AGAIN = 105, /* same content, already taken */
	CODE_NUMBER = 106,	    /* same delivery number, other content */
	CODE_SENDER = 107,	    /* OIN in the file is not the stream's */
	CODE_ENVIRONMENT = 108,	    /* test file in production or the reverse */
	CODE_ARCHIVE = 109,	    /* archive with unsafe members or a bomb */
	CODE_ARCHIVE_CUT = 110,	    /* truncated or contradicting archive */
	CODE_PAYLOAD = 111,	    /* payload missing, or more than one */
	CODE_DOCUMENT_UNUSED = 112, /* document named by no record */
	CODE_ENCODING = 113,	    /* bytes are not the declared encoding */
	CODE_BOM = 114,	      /* byte order mark or UTF-16 where not expected */
	CODE_NOT_XML = 115,   /* not well-formed or cut off */
	CODE_DOCTYPE = 116,   /* DOCTYPE or entity */
	CODE_ROOT = 117,      /* wrong root element or namespace */
	CODE_ORDER = 118,     /* tijdstip goes back (warning) */
	CODE_TEXT_HUGE = 119, /* element text above the limit */
	CODE_RECORD_LENGTH = 120, /* fixed record of another length */
	CODE_COLUMNS = 121,  /* delimited line that cannot be taken apart */
	CODE_TOTALS = 122,   /* trailer missing, or it says other totals */
	CODE_EMPTY = 123,    /* no records */
	CODE_PERIOD = 124,   /* held: this period was delivered before */
	CODE_FORMAT = 125,   /* definition unknown or wrong */
	CODE_PUBLISH = 126,  /* publication date impossible */
	CODE_LIMIT = 127,    /* a limit of the definition is passed */
	CODE_NOT_FILE = 128, /* fifo, directory or link in in/ */
	CODE_NAME = 129,     /* file name with characters we refuse */
	CODE_REJECTS = 130,  /* held: more rejected records than allowed */

	/* one record: rejected */
	CODE_FIELD_ABSENT = 201,
	CODE_FIELD_NIL = 202,
	CODE_BSN = 203,	     /* fails the eleven-test */
	CODE_BSN_FORM = 204, /* not nine digits */
	CODE_NO_BSN = 205,   /* other id: paper */
	CODE_TWO_IDS = 206,
	CODE_NAME_DIFFERS = 207,   /* same citizen, other name (warning) */
	CODE_DOUBLE = 208,	   /* same key in this file */
	CODE_DOUBLE_EARLIER = 209, /* same key in an earlier file */
	CODE_PERSON_NAME = 210,	   /* cannot be a person's name */
	CODE_CHARACTERS = 211,	   /* cannot be printed (warning) */
	CODE_POSTCODE = 212,
	CODE_HOUSE_NUMBER = 213,
	CODE_ADDRESS = 214,
	CODE_TWO_ADDRESSES = 215, /* PO box and street (warning) */
	CODE_PERSON = 216,	  /* deceased or secret: a person decides */
	CODE_DATE = 217,
	CODE_AMOUNT = 218,
	CODE_FIELD_FORM = 219, /* length or characters of a field */
	CODE_NO_LINE = 220,
	CODE_TEXT_LONG = 221,	   /* reference, subject or text too long */
	CODE_DOCUMENT = 222,	   /* missing, empty, no PDF, other hash */
	CODE_DOCUMENT_BOX = 223,   /* encrypted; too large: paper */
	CODE_DOCUMENT_PAPER = 224, /* cannot be printed as it is */
	CODE_ORPHAN = 225,	   /* line before or without its record */
	CODE_DOCUMENT_TWICE = 227, /* one document for two citizens */

	/* the channel */
	CODE_NOT_SUBSCRIBED = 301,
	CODE_DECLINED = 302,
	CODE_PAPER_ASKED = 303, /* the supplier wants paper */
	CODE_PRINT_TWICE = 306, /* already in another bundle */

	/* worth knowing; the letters go on */
	CODE_UNKNOWN_FIELD = 401, /* a field the layout does not have */
	CODE_COUNT_DIFFERS = 402, /* held: far from the file before */
	CODE_SAME_ADDRESS = 403,  /* many letters to one address */

	/* configuration, database, spool, certificates */
	CODE_CONFIG = 1001,	    /* jobs file cannot be read or is no YAML */
	CODE_CONFIG_KEY = 1002,	    /* unknown key */
	CODE_CONFIG_DOUBLE = 1003,  /* key given twice */
	CODE_CONFIG_VALUE = 1004,   /* value not allowed */
	CODE_CONFIG_NAME = 1005,    /* refers to a name that is not there */
	CODE_SECRET = 1006,	    /* secret readable by everybody */
	CODE_FORMAT_CHANGED = 1007, /* changed after its use */
	CODE_DATABASE = 1101,	    /* cannot connect, or connection lost */
	CODE_DATABASE_UNSAFE = 1102,  /* fsync etc. switched off */
	CODE_DATABASE_QUERY = 1103,   /* a statement failed: our bug */
	CODE_DATABASE_VERSION = 1104, /* schema newer than the program */
	CODE_DATABASE_START = 1105,   /* private cluster will not start */
	CODE_BUSY = 1106,	      /* another mobbd is active */
	CODE_SPOOL = 1201,	      /* a spool folder cannot be used */
	CODE_DISK_FULL = 1202,
	CODE_IO = 1203,	    /* reading or writing failed */
	CODE_NO_JOB = 1301, /* no such job, letter, lot, bundle */
	CODE_AMBIGUOUS = 1302,
	CODE_STATE = 1303, /* not possible in this state */
	CODE_NOT_ALLOWED = 1304,
	CODE_HELD = 1305, /* held: totals differ or are absent */
	CODE_USAGE = 1306,
	CODE_PAPER_SHARE = 1311,   /* held: not the share of paper expected */
	CODE_DECLINES = 1312,	   /* stream held: too many are declined */
	CODE_HELD_LONG = 1313,	   /* a job is held for longer than it may be */
	CODE_POSTED_LATE = 1314,   /* nobody said that a bundle was posted */
	CODE_LETTERS_HELD = 1315,  /* letters or lots wait for a person */
	CODE_STOPPED = 1321,	   /* held by a person */
	CODE_RISK = 1322,	   /* decided although perhaps delivered */
	CODE_RESOLVED = 1323,	   /* a person decided about the letter */
	CODE_CANCELLED = 1324,	   /* a person took it back */
	CODE_OPINION = 1325,	   /* the other side contradicts a decision */
	CODE_NO_PERSON = 1326,	   /* no role of that name in the database */
	CODE_SHARED_LOGIN = 1327,  /* several people log in as this */
	CODE_SECOND_PERSON = 1328, /* another person has to agree */
	CODE_TYPED = 1329,	   /* the number typed is another one */
	CODE_SAMPLE_FOLDER = 1331, /* the folder for samples is there already */
	CODE_SAMPLE_GONE = 1332,   /* the batch file is no longer there */
	CODE_SAMPLE_REFS = 1333,   /* references that the job does not have */
	CODE_NOT_COUNTED = 1334,   /* nothing was counted of this job */
	CODE_GATE_FULL = 1335,	   /* more letters than an LPR may have */
	CODE_CHAIN_PRODUCTION = 1336, /* a chain test is no production */
	CODE_CHAIN_ACCOUNTS = 1337,   /* the file of test accounts */
	CODE_CHAIN_DIFFERS = 1338,    /* a case did not go as expected */
	CODE_FIND_NUMBER = 1346,      /* a citizen number as an argument */
	CODE_FIND_KEY = 1347,	      /* no site key, so no look-up by number */
	CODE_TARIFF = 1348,	      /* no tariff for this year */
	CODE_BUNDLE_WRITE = 1349,     /* the folder or disk takes no bundle */
	CODE_PROOF_WAITS = 1350,      /* a paper run waits for its proof */
	CODE_PROOF_BAD = 1351,	      /* a person said that a proof is bad */
	CODE_MERGE = 1352,	      /* a PDF cannot be joined to the others */
	CODE_ADDRESS_CORRECTED = 1354, /* a person corrected the address */
	CODE_ADDRESS_LATE = 1355,      /* too late to correct an address */
	CODE_NOT_ENDED = 1356,	       /* a letter of the job is still open */
	CODE_NOT_PROVEN = 1357,	       /* the sum of the job differs */
	CODE_PAGE_CHARACTER = 1358,    /* not in the fonts, so not printed */
	CODE_PAGE_FIT = 1359,	     /* does not fit in the window, on pages */
	CODE_PAGE_FONT = 1360,	     /* fonts for paper are not installed */
	CODE_BOX_ONLY = 1361,	     /* no box, and it may not be printed */
	CODE_RECEIPT = 1362,	     /* receipt of a printer with bad lines */
	CODE_RECEIPT_UNKNOWN = 1363, /* about a bundle or letter not ours */
	CODE_RECEIPT_DIFFERS = 1364, /* counts, pages or digest differ */
	CODE_RECEIPT_STATE = 1365,   /* contradicts what was known */
	CODE_PRINT_REJECTED = 1366,  /* the printer refused the letter */
	CODE_BUNDLE_REFUSED = 1367,  /* the printer turned the bundle down */
	CODE_ACK_LATE = 1368,	     /* no acknowledgment of a bundle */
	CODE_RETURNED = 1369,	     /* a posted letter came back */
	CODE_CONFIG_WINDOW = 1370,   /* window or date that cannot be */
	CODE_DAGTEKENING = 1371,     /* would come after the date on it */
	CODE_DATED_LATE = 1372,	     /* the same, when it is about to leave */
	CODE_CONFIG_LIMIT = 1377,    /* a limit of 0, or beyond what can be */
	CODE_LIMIT_ABOVE = 1378,     /* above what the jobs file allows */
	CODE_SENDER_NONE = 1384,     /* a file that is in no sender's folder */
	CODE_SENDER_FOLDER = 1385,   /* a folder of no sender of the stream */
	CODE_SELECTION = 1386,	     /* what was chosen is not what was shown */
	CODE_MEMORY = 1401,
	CODE_BUG = 1499,
	CODE_CERTIFICATE = 1501, /* unreadable, expired, not ours */
	CODE_KEY = 1502,	 /* key missing or does not fit */
	CODE_CRL = 1503,	 /* no valid revocation list */
	CODE_EXPIRING = 1504,	 /* certificate ends soon (warning) */
	CODE_CPA = 1601,	 /* CPA unreadable or wrong */
	CODE_CPA_UNSUPPORTED = 1602,
	CODE_CPA_GONE = 1603, /* something is under way under it */

	/* the wire */
	CODE_CONNECT = 2001,  /* no connection */
	CODE_TLS = 2002,      /* handshake or certificate of the peer */
	CODE_CUT = 2003,      /* connection lost in the middle */
	CODE_HTTP = 2004,     /* HTTP status says no */
	CODE_ANSWER = 2005,   /* answer cannot be understood */
	CODE_PEER_OIN = 2006, /* client certificate of another party */
	CODE_NO_LISTENER = 2007,
	CODE_REVOKED = 2008,	     /* certificate of the peer is revoked */
	CODE_PROXY = 2009,	     /* no way through the proxy */
	CODE_NO_COURIER = 2010,	     /* nobody answered a request */
	CODE_CLOCK = 2011,	     /* our clock and theirs differ */
	CODE_TRIAL = 2012,	     /* certificate for trials in production */
	CODE_EBMS = 2101,	     /* message that breaks ebMS or the CPA */
	CODE_EBMS_ERROR = 2102,	     /* peer answered with a MessageError */
	CODE_EXPIRED = 2103,	     /* no acknowledgment in time */
	CODE_PAYLOAD_CHANGED = 2104, /* a retry would not be the same bytes */
	CODE_CONTENT_CHANGED = 2105, /* PDF differs from intake */
	CODE_RESULT = 2201,	     /* result that cannot be read */
	CODE_RESULT_COUNTS = 2202,   /* result whose counters contradict */
	CODE_RESULT_UNKNOWN = 2203,  /* VerwerkingsCode we do not know */
	CODE_EXISTS = 2204,	     /* BerichtBestaatAl on a first sending */
	CODE_STREAM_WRONG = 2205,    /* stream or sender misconfigured */
	CODE_TECHNICAL = 2206,	     /* TechnischProbleem, tries used up */
	CODE_RESULT_LATE = 2207,     /* acknowledged, and no result in time */
	CODE_RESULT_OTHER = 2208,    /* a later result says something else */
	CODE_REPLY_LATE = 2209,	     /* our reply cannot be pushed */
	CODE_WUS = 2301,	     /* subscription service fault */
	CODE_WUS_ANSWER = 2302,	     /* answer does not fit the question */
	CODE_SUBSCRIPTION_LATE = 2304, /* question without an answer */
	CODE_SUBSCRIPTION_GAP = 2305,  /* asked, and still not known */
	CODE_SUBSCRIPTION_OLD = 2306,  /* answer of a wrong moment */
	CODE_SUBSCRIPTION_WAIT = 2307, /* numbers that nobody may ask about */
	CODE_QUESTION_FAILED = 2309,   /* question that nobody takes */

	CODE_SUBSCRIPTION_READ = 2310,	      /* answer that cannot be read */
	CODE_SUBSCRIPTION_MAPPING = 2311,     /* `answer:` does not fit it */
	CODE_SUBSCRIPTION_NUMBER = 2312,      /* no citizen number in it */
	CODE_SUBSCRIPTION_CONTRADICTS = 2313, /* one number, yes and no */
	CODE_SUBSCRIPTION_OTHER = 2314, /* other question, sender, numbers */
	CODE_SUBSCRIPTION_FILE = 2315,	/* mistake in a list of a person */
};

#endif
