-- What results teach: brakes, what is known already, what is overdue.

alter table job
	add column n_known bigint not null default 0, -- delivered before
	add column routed_box bigint not null default 0,
	add column routed_paper bigint not null default 0,
	-- Share of paper it was compared with, ppm (-1: with nothing), of that
	-- job ('': the stream's setting).
	add column expect_ppm bigint not null default -1,
	add column expect_job text not null default '',
	add column hold_ms bigint not null default 0, -- the job, since then
	add column held_ms bigint not null default 0; -- letters of it

-- Resent by itself from then on; 0: not.
alter table receipt add column due_ms bigint not null default 0;
create index receipt_due on receipt (due_ms) where due_ms > 0;

-- What the applied result said (batch/receipt.h), and of how many letters a
-- later one says something else.
alter table attempt
	add column result_sha256 bytea,
	add column opinions bigint not null default 0,
	add column known bigint not null default 0; -- delivered before
create index attempt_opinions on attempt (number) where opinions > 0;

-- Kept after its days: why a stream was stopped.
alter table inbound add column evidence boolean not null default false;

-- The last run of a stream: its newest released job of 100 letters or more.
create table last_run (
	stream text collate "C" primary key,
	job text not null,
	letters bigint not null,
	paper bigint not null,
	released_ms bigint not null
);

-- The newest results of a stream, a byte each, 1 declined; the oldest first.
create table declines (
	stream text collate "C" primary key,
	results bytea not null default '',
	stopped boolean not null default false -- the stream; anew once released
);
