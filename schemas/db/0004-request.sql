-- mobbjob cannot send: it leaves a request, a courier looks at the connection
-- and writes a line for each thing it found.  Kept for an hour.
create table request (
	number bigint generated always as identity primary key,
	endpoint text collate "C" not null,
	sender text collate "C" not null,
	person text not null,
	asked_ms bigint not null,
	until_ms bigint not null,           -- the asker waits no longer
	taken_ms bigint not null default 0, -- by a courier
	ping_id text collate "C" not null default '', -- waits for its Pong
	ping_ms bigint not null default 0,
	answered_ms bigint not null default 0
);
create index request_open on request (endpoint) where answered_ms = 0;
create trigger request_changed after insert or update on request
	for each row execute function mobb_changed();

create table finding (
	request_no bigint not null,
	seq integer not null,
	grade smallint not null, -- batch/finding.h
	code integer not null,
	what text not null,
	value text not null,
	advice text not null,
	primary key (request_no, seq)
);

-- An endpoint that rests, and why; no row, or until_ms 0: it does not.
create table resting (
	endpoint text collate "C" primary key,
	since_ms bigint not null,
	until_ms bigint not null,
	code integer not null,
	reason text not null
);

-- When the peer says it wrote the message: its clock against ours.
alter table inbound add column sent_ms bigint not null default 0;
create index inbound_pong on inbound (ref_to) where kind = 5;
