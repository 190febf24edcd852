-- Who has a box: the register of answers, the questions about it, and routes as
-- bytes instead of rows.

-- One answer in the register.  Numbers are kept without their ninth digit, which
-- follows from the others.
create table subscription_list (
	number bigint generated always as identity primary key,
	sender text collate "C" not null, -- OIN
	type text collate "C" not null,   -- '': all types of this sender
	source smallint not null,         -- enum answer_source
	whole boolean not null,           -- about everybody: absent is no
	question_no bigint not null default 0,
	asked_ms bigint not null,         -- what counts for the 7 days
	applied_ms bigint not null,
	asked bigint not null,
	yes bigint not null,
	no bigint not null,
	few bytea, -- the whole of a small answer (store/subscription.c)
	dropped_ms bigint not null default 0, -- only this row is left
	person text not null default 'automatic',
	note text not null default ''
);
alter table subscription_list alter column few set storage external;
create index subscription_list_sender on subscription_list
	(sender, asked_ms) where dropped_ms = 0;

-- 65,536 numbers each, only those that have a bit: 8192 bytes of bits, or fewer
-- bytes: the places of the bits that are set, two bytes each.
create table subscription_chunk (
	list_no bigint not null,
	chunk smallint not null,
	asked bytea not null, -- '' in a whole list
	yes bytea not null,
	primary key (list_no, chunk)
);
alter table subscription_chunk
	alter column asked set storage external,
	alter column yes set storage external;

create table question (
	number bigint generated always as identity primary key,
	sender text collate "C" not null,   -- OIN
	endpoint text collate "C" not null,
	kind smallint not null,             -- enum question_kind
	id uuid not null unique,            -- VerzoekId
	since_ms bigint not null default 0, -- of changes
	asked bigint not null default 0,    -- numbers in it
	state smallint not null default 1,  -- enum question_state
	again boolean not null default false, -- instead of one that ran out
	person text not null,
	created_ms bigint not null,
	-- as in attempt
	message_id text collate "C" unique,
	conversation_id text collate "C" not null default '',
	content_id text not null default '',
	envelope bytea not null default '',
	cpa_id text collate "C" not null default '',
	parties text collate "C" not null default '',
	sent_ms bigint not null default 0,    -- of its envelope
	expires_ms bigint not null default 0, -- 0: one post
	posts integer not null default 0,     -- complete or unknown
	next_post_ms bigint not null default 0,
	payload_bytes bigint not null default 0,
	acknowledged_ms bigint not null default 0,
	answered_ms bigint not null default 0,
	list_no bigint not null default 0,
	alarm_ms bigint not null default 0, -- a person was told
	reason text not null default ''
);
create index question_open on question (endpoint) where state < 5;
create index question_sender on question (sender, number);
create trigger question_changed after insert or update on question
	for each row execute function mobb_changed();

create table question_chunk ( -- as subscription_chunk
	question_no bigint not null,
	chunk smallint not null,
	asked bytea not null,
	primary key (question_no, chunk)
);
alter table question_chunk alter column asked set storage external;

-- Numbers asked by WUS on a day of Europe/Amsterdam.
create table wus_day (
	endpoint text collate "C" not null,
	day date not null,
	numbers bigint not null,
	primary key (endpoint, day)
);

-- A job that has no routes because numbers are not decided, and why; list_no:
-- the newest answer of its sender when that was found out.
create table route_wait (
	job_no bigint primary key,
	since_ms bigint not null,
	list_no bigint not null,
	numbers bigint not null,
	code integer not null,
	reason text not null
);

create view mobb_subscriptions as
select number as answer, sender, nullif(type, '') as type,
	(array['wus', 'list', 'all', 'changes', 'import'])[source] as source,
	moment(asked_ms) as asked_at, moment(applied_ms) as applied_at,
	asked, yes, no, dropped_ms > 0 as dropped, person
from subscription_list;
