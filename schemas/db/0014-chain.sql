-- Chain tests: cases sent to an endpoint of preproduction, apart from the books
-- of real letters.  What a case is stands in batch/chain.c, by its name.

create table chain_run (
	number bigint generated always as identity primary key,
	endpoint text collate "C" not null,
	environment text not null check (environment <> 'production'),
	sender text collate "C" not null,
	oin text not null,
	stream text collate "C" not null,
	type text not null,
	down_ms bigint not null, -- the listener is down so long; 0: by hand
	person text not null,
	reason text not null,
	at_ms bigint not null
);
create index chain_run_endpoint on chain_run (endpoint, number);

create table chain_account (
	run_no bigint not null,
	nth integer not null,
	sender text collate "C" not null,
	name text not null,
	bsn integer not null,
	subscribed boolean not null,
	primary key (run_no, nth)
);

create table chain_case (
	number bigint generated always as identity primary key,
	run_no bigint not null,
	endpoint text collate "C" not null,
	sender text collate "C" not null,
	nth integer not null,	-- 1 .. in the run
	name text not null,	-- in batch/chain.c
	waits integer not null, -- for the case of this nth; 0 none, -1 all
	batch_id uuid not null,
	letters bigint not null,
	state smallint not null default 1, -- store/chain.h
	message_id text collate "C" not null default '',
	conversation_id text collate "C" not null default '',
	content_id text not null default '',
	envelope bytea not null default '',
	cpa_id text not null default '',
	parties text not null default '',
	created_ms bigint not null default 0,
	expires_ms bigint not null default 0,
	next_post_ms bigint not null default 0,
	posts integer not null default 0,
	payload_bytes bigint not null default 0,
	payload_sha256 bytea not null default '',
	posted_ms bigint not null default 0,
	acknowledged_ms bigint not null default 0,
	result_ms bigint not null default 0,
	results integer not null default 0,
	result_id text collate "C" not null default '', -- MessageId
	total bigint not null default 0,
	codes text not null default '', -- "Verwerkt", "Verwerkt 998, .."
	down_until_ms bigint not null default 0,
	reason text not null default '',
	unique (run_no, nth)
);
create index chain_open on chain_case (endpoint) where state in (1, 2, 3);
create index chain_message on chain_case (message_id) where message_id <> '';
create index chain_batch on chain_case (batch_id);
create index chain_result on chain_case (result_id) where result_id <> '';
create index chain_down on chain_case (cpa_id) where down_until_ms > 0;
create trigger chain_changed after insert or update on chain_case
	for each row execute function mobb_changed();

-- What persons may: plan one for their senders, and look at it.
insert into person_table (name, rows, look, adds, records) values
('chain_account', 'sender', '-bsn', true, false),
('chain_case', 'sender', '-envelope', true, false),
('chain_run', 'sender', '*', true, true);
