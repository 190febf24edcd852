-- Finding a letter among all jobs.  Jobs taken in from now on bring the index
-- on the keyed digest of the citizen number along (store/split.c).
do $$
declare
	part regclass;
begin
	for part in select inhrelid::regclass from pg_inherits
		where inhparent = 'letter'::regclass loop
		execute format('create index %I on %s (bsn_key)',
			part::text || '_bsn', part);
	end loop;
end $$;
create index rejected_reference on rejected (reference)
	where reference <> '';

-- For a look-up by citizen number; null and true: no key yet.
create function site_key_is(fingerprint bytea) returns boolean
language sql stable security definer
set search_path = public, pg_temp as $$
	select coalesce((select key_fingerprint = fingerprint from site), true)
$$;

-- What the box costs in a year: letters that were delivered, counted in the
-- transaction that made them so.  The year is that of the clock in the
-- Netherlands.
create table ledger (
	year integer not null,
	environment text collate "C" not null,
	oin text collate "C" not null,
	stream text collate "C" not null,
	delivered bigint not null default 0,
	primary key (year, environment, oin, stream)
);
-- Until now only the year is known in which a job came in.
insert into ledger (year, environment, oin, stream, delivered)
	select extract(year from to_timestamp(received_ms / 1000)
		at time zone 'Europe/Amsterdam')::integer,
		environment, oin, stream, sum(n_delivered)
	from job where n_delivered > 0 group by 1, 2, 3, 4;

create function mobb_ledger() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
	insert into ledger (year, environment, oin, stream, delivered)
	values (extract(year from clock_timestamp()
		at time zone 'Europe/Amsterdam')::integer,
		new.environment, new.oin, new.stream,
		new.n_delivered - old.n_delivered)
	on conflict (year, environment, oin, stream) do update
		set delivered = ledger.delivered + excluded.delivered;
	return null;
end $$;
create trigger job_ledger after update of n_delivered on job for each row
when (old.n_delivered <> new.n_delivered) execute function mobb_ledger();

-- What persons say about a year: the logins (stream ''), or the letters that a
-- stream will have.  The newest one counts.
create table year_said (
	number bigint generated always as identity primary key,
	year integer not null,
	sender text collate "C" not null, -- its OIN
	stream text collate "C" not null,
	login boolean not null,
	count bigint not null check (count >= 0),
	person text not null,
	reason text not null,
	at_ms bigint not null
);
create index year_said_of on year_said (year, sender, login, stream, number);

insert into person_table (name, rows, look, adds, changes, removes, records)
values ('ledger', 'stream', '*', false, '', false, false),
	('year_said', 'oin', '*', true, '', false, true);
