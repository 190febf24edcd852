-- Limited production run: a gate for each sender and stream at an endpoint of
-- production.  It is closed until a person records that Logius released
-- production; until then only chosen letters leave.

create table gate (
	sender text collate "C" not null,
	stream text collate "C" not null,
	open boolean not null default false,
	allowed bigint not null default 0, -- as the jobs file said last
	taken bigint not null default 0,   -- letters chosen, of all jobs
	rule smallint not null default 1,  -- of the next choice, store/gate.h
	letters bigint not null default 0, -- how many it is to choose, 0 all
	seed bigint not null default 0,
	person text not null default '',   -- who decided last, and why
	reason text not null default '',
	changed_ms bigint not null default 0,
	primary key (sender, stream)
);

-- Chosen by list, and not found in a job yet.
create table gate_reference (
	sender text collate "C" not null,
	stream text collate "C" not null,
	reference text collate "C" not null,
	primary key (sender, stream, reference)
);

-- The letters that may leave while the gate is closed.
create table gate_letter (
	job_no bigint not null,
	record bigint not null,
	primary key (job_no, record)
);

-- Only the chosen letters of a gated job leave; the others rest.
alter table job add column gated boolean not null default false;
alter table job add column gate_letters bigint not null default 0;

-- What was in production before there were gates had its run already.
insert into gate (sender, stream, open, rule, person, reason, changed_ms)
select sender, stream, true, 0, 'automatic',
	'letters of this stream had left before there were gates',
	min(received_ms)
from job where environment = 'production' and state in (6, 7, 8)
group by sender, stream;
