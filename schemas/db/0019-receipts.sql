-- What the printer says: its receipt files, what is wrong with them, mail that
-- came back.  Of a bundle lot.acknowledged_ms is the moment of its ack.

alter table lot
	add column posted_letters bigint not null default 0, -- one by one
	add column recall_ms bigint not null default 0,      -- asked for
	add column recall_told_ms bigint not null default 0; -- to the printer

-- The queue of the printer, without the bundles that have their end.
create index lot_print on lot (number) where print and state not in (4, 11);

alter table receipt add column day integer; -- posted on; null: as the lot

-- A name and a content are applied once.
create table receipt_file (
	number bigint generated always as identity primary key,
	name text collate "C" not null,
	sha256 bytea not null,
	said smallint not null, -- enum print_said; 0: cannot be read
	lot_no bigint not null, -- 0: of no one bundle
	at_ms bigint not null,
	good bigint not null default 0,  -- lines that were applied
	again bigint not null default 0, -- that say what was known
	bad bigint not null default 0,   -- that were not applied
	unique (name, sha256)
);
create index receipt_file_lot on receipt_file (lot_no, number);

-- What a person should look at, until one did.
create table print_alarm (
	number bigint generated always as identity primary key,
	file_no bigint not null,
	job_no bigint not null, -- 0: of no one job
	lot_no bigint not null, -- 0: of no one bundle
	code integer not null,
	lines bigint not null,
	text text not null,
	at_ms bigint not null,
	seen_ms bigint not null default 0
);
create index print_alarm_open on print_alarm (number) where seen_ms = 0;
create index print_alarm_file on print_alarm (file_no);

-- A note on a posted letter: it came back.
create table returned (
	job_no bigint not null,
	record bigint not null,
	lot_no bigint not null, -- the bundle it was in; 0 not known
	day integer not null,
	why smallint not null, -- enum returned_why
	new_address boolean not null,
	file_no bigint not null,
	at_ms bigint not null,
	primary key (job_no, record, lot_no)
);

alter table job add column n_returned bigint not null default 0;

insert into person_table (name, rows, look, adds, changes, removes, records)
values
('receipt_file', 'any', '*', false, '', false, false),
('print_alarm', 'alarm', '*', false, 'seen_ms', false, true),
('returned', 'job', '*', false, '', false, false);
update person_table set changes = changes || ', recall_ms' where name = 'lot';
