-- The three dates of a job (batch/dates.h), one row a job from when it was
-- routed; and what the guard of the dagtekening said of it.
create table job_dates (
	job_no bigint primary key,
	publish integer, -- days; null: at once
	must_by integer, -- null: no letter has a date
	cutoff_ms bigint not null, -- the paper run closes; 0: no such moment
	why smallint not null,
	due integer not null,
	arrives integer not null, -- paper of that cut-off
	box_latest_ms bigint not null, -- 0: no such moment
	-- Closed by the cut-off and not by a person: it is open again when all of
	-- it is in bundles, for what comes later.
	closed boolean not null default false,
	closed_ms bigint not null default 0,
	closed_count integer not null default 0,
	guard_code integer not null default 0,
	guard_text text not null default '',
	-- Who releases the job after this event accepts what the guard said.
	guard_event bigint not null default 0,
	warned boolean not null default false -- that it leaves too late
);
-- Few: those whose run may close.
create index job_dates_cutoff on job_dates (cutoff_ms) where cutoff_ms > 0;

insert into person_table (name, rows, look, adds, changes, removes, records)
values ('job_dates', 'job', '*', false, '', false, false);
