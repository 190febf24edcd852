-- What the books learn about files: deliveries, holds, editions, definitions,
-- the report back.  Rows that were there before keep their meaning: null and 0
-- are "none".

alter table rejected
	add column file_part smallint not null default 0,
	add column bytes bigint not null default 0; -- of the record

-- Null for what most letters do not have: it costs a bit.
alter table letter
	add column record_bytes integer not null default 0,
	add column file_part smallint, -- null: the first
	add column publish integer,    -- not before this day
	add column deadline integer,   -- last day to object or pay
	add column type text collate "C", -- null: the stream's
	add column hold integer;       -- the code for which a person is asked

alter table job
	add column delivery text not null default '', -- the supplier's number
	add column period text collate "C" not null default '',
	add column control text not null default '', -- the file's own totals
	add column totals boolean not null default false, -- and they agreed
	add column hold_code integer not null default 0,  -- known at split
	add column hold_reason text not null default '',
	add column repaired boolean not null default false;
create index job_delivery on job (stream, delivery) where delivery <> '';

-- Written when a job that uses it is taken in; never changed.
create table definition (
	id text collate "C" primary key, -- id/version
	sha256 bytea not null,
	body text not null,
	first_used_ms bigint not null
);

-- Ids of letters are made with the site key: with another one every letter
-- would be a new letter.
create table site (
	one boolean primary key default true check (one),
	key_fingerprint bytea not null
);

-- A person lets a content come again; job '': not used yet.
create table edition (
	stream text collate "C" not null,
	sha256 bytea not null,
	edition integer not null check (edition > 1),
	person text not null,
	reason text not null,
	at_ms bigint not null,
	job text collate "C" not null default '',
	primary key (stream, sha256, edition)
);

-- The newest report of a job, by what it counted.
create table report (
	job_no bigint primary key,
	mark text not null,
	at_ms bigint not null,
	final boolean not null
);
-- What ended before there were reports gets none.
insert into report (job_no, mark, at_ms, final)
	select number, '', 0, true from job where state in (8, 9, 10);

-- The ids of a large job's letters in a few bits each (store/filter.c): rows
-- that fill a page, so that reading all of a range is reading its pages.
create table key_filter (
	range smallint not null, -- first byte of the ids
	job_no bigint not null,
	piece smallint not null,
	bits bytea not null,
	primary key (range, job_no, piece)
);
alter table key_filter alter column bits set storage main;
create index key_filter_job on key_filter (job_no) where range = 0;

create or replace view mobb_jobs as
select j.id as job, j.stream, j.sender, j.oin, j.environment, j.endpoint,
	j.format, j.file, w.word as state, j.reason_code, j.edition, j.bytes,
	nullif(j.promised_letters, -1) as promised_letters,
	j.letters + j.rejected as "in", j.letters, j.rejected, j.warnings,
	j.n_delivered as delivered, j.n_posted as posted,
	j.n_withdrawn as withdrawn,
	j.letters - j.n_delivered - j.n_posted - j.n_withdrawn as open,
	j.n_split as split, j.n_box as box, j.n_paper as paper,
	j.n_offered as offered, j.n_unknown as unknown, j.n_resend as resend,
	j.n_held as held, j.n_bundled as bundled, j.n_handed as handed_over,
	j.n_declined as declined,
	j.lots, j.lots_acknowledged, j.lots_settled,
	moment(j.received_ms) as received, moment(j.split_ms) as split_at,
	moment(j.routed_ms) as routed_at, moment(j.released_ms) as released_at,
	j.released_by, moment(j.settled_ms) as settled_at,
	j.delivery, j.period, j.control, nullif(j.hold_code, 0) as hold_code
from job j
join state_word w on w.noun = 'job' and w.state = j.state;
