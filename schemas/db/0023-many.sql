-- A stream may have several senders, each with jobs, runs, declines and stops
-- of its own.

alter table stream_sender drop constraint stream_sender_pkey;
alter table stream_sender add primary key (stream, sender);

create or replace function mobb_rules(persons boolean, shared text[],
	streams text[], senders text[], oins text[]) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
	update person_rule r set persons = mobb_rules.persons
		where r.persons <> mobb_rules.persons;
	delete from shared_login where not name = any (shared);
	insert into shared_login select unnest(shared) on conflict do nothing;
	delete from stream_sender where not (stream, sender) in
		(select * from unnest(streams, senders));
	insert into stream_sender
		select * from unnest(streams, senders, oins) u (s, name, oin)
		on conflict (stream, sender) do update set oin = excluded.oin
			where stream_sender.oin <> excluded.oin;
end $$;

-- What a stop, a last run and the declines are about: the stream, or of one
-- with several senders STREAM/SENDER.
create function stream_place(stream text, sender text) returns text
language sql stable set search_path = public, pg_temp as $$
	select case when exists (select from stream_sender s
			where s.stream = stream_place.stream
			and s.sender <> stream_place.sender)
		then stream || '/' || sender else stream end
$$;

-- The condition under which a row is one of those whose senders the session
-- has the right for.  Who holds or releases a whole stream needs it for all its
-- senders; all of them see that it is held.
create or replace function mobb_rows(rows text, may text) returns text
language sql immutable set search_path = public, pg_temp as $$
	select '(select ''*'' = any (mobb_senders(' || quote_literal(may) ||
		'))) or ' || case rows
	when 'sender' then 'sender' || mine
	when 'stream' then 'stream in (select s.stream from stream_sender s '
		'where s.sender' || mine || ' union all '
		'select s.stream || ''/'' || s.sender from stream_sender s '
		'where s.sender' || mine || ')'
	when 'oin' then 'sender in (select s.oin from stream_sender s '
		'where s.sender' || mine || ')'
	when 'stop' then '(kind = 2 and name' || mine || ') or (kind = 1 '
		'and name in (select s.stream || ''/'' || s.sender '
		'from stream_sender s where s.sender' || mine || ' union all '
		'select s.stream from stream_sender s group by s.stream '
		'having ' || case may when 'look' then 'bool_or'
			else 'bool_and' end || '(s.sender' || mine || ')))'
	when 'job' then 'job_no in (select j.number from job j '
		'where j.sender' || mine || ')'
	when 'id' then 'person = session_user or job in (select j.id from job j '
		'where j.sender' || mine || ')'
	when 'id to add' then 'job = '''' or job in (select j.id from job j '
		'where j.sender' || mine || ')'
	when 'lot' then 'lot_no in (select o.number from lot o join job j '
		'on j.number = o.job_no where j.sender' || mine || ')'
	when 'request' then 'request_no in (select r.number from request r '
		'where r.sender' || mine || ')'
	-- about no one job: of all who may do it for some sender
	when 'alarm' then '(job_no = 0 and mobb_senders(' ||
		quote_literal(may) || ') <> ''{}'') or job_no in (select '
		'j.number from job j where j.sender' || mine || ')'
	when 'any' then 'true' end
	from (select ' = any ((select mobb_senders(' || quote_literal(may) ||
		'))::text[])' as mine) m
$$;

create or replace function mobb_run_by_person() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
	if not mobb_owner() and not exists (select from job j
			where j.id = new.job
			and stream_place(j.stream, j.sender) = new.stream
			and j.routed_box + j.routed_paper = new.letters
			and j.routed_paper = new.paper and j.state >= 4) then
		raise exception 'no such run' using errcode = 'MB304';
	end if;
	return new;
end $$;

-- Retention: a job that has ended loses what it says about citizens.
alter table job
	add column going_ms bigint not null default 0, -- begun: files go
	add column gone_ms bigint not null default 0; -- done: letters are gone
create index job_ended on job (settled_ms)
	where state in (8, 9, 10) and gone_ms = 0;

-- What remains of a job whose letters go: no word about a citizen in them.  All
-- else that has a job_no goes, also tables that come later.
create table job_keeps (
	name text primary key
);
insert into job_keeps values ('lot'), ('page'), ('report'), ('consent'),
	('receipt'), ('rejected'), ('job_closing');

-- The ids of letters that left and are kept no longer: the same letter in a
-- file of later is a second one.  An id is made of the key with the site key and
-- says nothing about a citizen.
create table letter_left (
	bericht_id uuid primary key,
	job text collate "C" not null,
	record bigint not null
);
insert into person_table (name, rows, look, adds, changes, removes, records)
values ('letter_left', 'none', '', false, '', false, false),
('job_keeps', 'none', '', false, '', false, false);

-- The rows that went.  Called with the job locked.
create function mobb_retention(job_no bigint, now_ms bigint) returns bigint
language plpgsql set search_path = public, pg_temp as $$
declare
	gone bigint := 0;
	n bigint;
	own text := 'letter_j' || job_no;
	t text;
begin
	-- Open or settled, whatever left; see store/earlier.c.
	insert into letter_left
		select l.bericht_id, j.id, l.record from job j
		join letter l on l.part = j.part and l.job_no = j.number
		join lateral (select n.state, n.lot_no from letter_now n
			where n.part = l.part and n.job_no = l.job_no
			and n.record = l.record limit 1) n on true
		where j.number = mobb_retention.job_no
		and (n.state in (4, 5, 7, 10, 11, 12)
			or (n.state = 9 and n.lot_no <> 0))
		on conflict do nothing;
	if to_regclass(own) is not null then
		execute format('select count(*) from %I', own) into n;
		gone := gone + n;
		execute format('alter table letter detach partition %I', own);
		execute format('drop table %I', own);
	else
		delete from letter l using job j where j.number
			= mobb_retention.job_no and l.part = j.part
			and l.job_no = mobb_retention.job_no;
		get diagnostics n = row_count;
		gone := gone + n;
	end if;
	for t in select c.relname from pg_catalog.pg_class c
			join pg_catalog.pg_attribute a on a.attrelid = c.oid
				and a.attname = 'job_no' and not a.attisdropped
			where c.relnamespace = 'public'::regnamespace
			and c.relkind = 'r' and not c.relispartition
			and c.relname not in (select name from job_keeps)
			order by c.relname loop
		execute format('delete from %I where job_no = $1', t)
			using mobb_retention.job_no;
		get diagnostics n = row_count;
		gone := gone + n;
	end loop;
	-- What was wrong with records is counted by code.
	update rejected r set reference = '', reason = ''
		where r.job_no = mobb_retention.job_no;
	update job j set gone_ms = now_ms
		where j.number = mobb_retention.job_no;
	return gone;
end $$;
