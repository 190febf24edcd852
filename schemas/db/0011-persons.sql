-- Persons: a person is a role of the database, named as the user of the
-- operating system, and a member of group roles: mobb_person_look, _operate and
-- _release for all senders, mobb_person_look_SENDER ... for one.  What they may
-- is kept by the database, so that psql can do no more than mobbjob: grants,
-- row level security, and triggers on what they change.  None of it is there
-- for the owner of the tables, which is what mobbd logs in as: row level
-- security does not hold for owners, and the triggers ask the name first.

create table person_rule (
	one boolean primary key default true check (one),
	persons boolean not null default false, -- of the jobs file
	granted text not null default ''        -- what grants were made for
);
insert into person_rule default values;

-- Users of the operating system that several people share (the jobs file).
create table shared_login (
	name text collate "C" primary key
);

-- Whose a stream is, as the jobs file has it.
create table stream_sender (
	stream text collate "C" primary key,
	sender text collate "C" not null,
	oin text not null
);

-- How many persons must release it.
alter table job add column persons smallint not null default 1;

-- One of two persons says yes.  It counts while the job is as it was (mark),
-- for seven days, unless it was withdrawn.
create table consent (
	number bigint generated always as identity primary key,
	job_no bigint not null,
	person text collate "C" not null,
	letters bigint not null, -- the number that the person typed
	mark text not null,
	reason text not null,
	at_ms bigint not null,
	withdrawn_ms bigint not null default 0
);
create index consent_job on consent (job_no);

-- --- who is it, and what may it ---

create function mobb_owner() returns boolean language sql stable
set search_path = pg_catalog, pg_temp as $$
	select pg_has_role(session_user, (select relowner from pg_class
		where oid = 'public.job'::regclass), 'member')
$$;

-- The senders for whom this session has a right: look, operate or release; act
-- is either of the last two.  '*' is all of them.
create function mobb_senders(may text) returns text[] language sql stable
set search_path = public, pg_temp as $$
	select coalesce(array_agg(distinct coalesce(m[2], '*')), '{}')
	from (select regexp_match(g.rolname,
			'^mobb_person_(look|operate|release)(?:_(.+))?$') as m
		from pg_catalog.pg_roles g
		where starts_with(g.rolname::text, 'mobb_person_')
		and pg_has_role(session_user, g.oid, 'member')) r
	where m is not null and (may = 'look' or (m[1] <> 'look' and may = 'act')
		or m[1] = may)
	and (may = 'look' or not exists (select from shared_login s
		where s.name = session_user))
$$;

create function mobb_may(may text, sender text) returns boolean
language sql stable set search_path = public, pg_temp as $$
	select mobb_senders(may) && array['*', sender]
$$;

create function mobb_is_person() returns boolean language sql stable
set search_path = public, pg_temp as $$
	select not mobb_owner() and mobb_senders('look') <> '{}'
		and not exists (select from shared_login s
			where s.name = session_user)
$$;

-- Who has which right for which sender ('' all).
create function mobb_persons() returns table (person text, may text,
	sender text, shared boolean)
language sql stable set search_path = public, pg_temp as $$
	select u.rolname::text, m[1], coalesce(m[2], ''),
		exists (select from shared_login s where s.name = u.rolname)
	from (select oid, regexp_match(rolname,
			'^mobb_person_(look|operate|release)(?:_(.+))?$') as m
		from pg_catalog.pg_roles
		where starts_with(rolname::text, 'mobb_person_')) g
	join pg_catalog.pg_roles u on u.rolcanlogin and not u.rolsuper
		and pg_has_role(u.oid, g.oid, 'member')
	where m is not null and not pg_has_role(u.oid, (select relowner
		from pg_catalog.pg_class where oid = 'public.job'::regclass),
		'member')
	order by 1, 2, 3
$$;

-- --- give and take rights ---

-- Make the group roles that are missing; by a role that may make roles.
create function mobb_person_setup(sender text) returns void language plpgsql
set search_path = public, pg_temp as $$
declare
	name text;
	names text[] := array['mobb_person'];
begin
	foreach name in array array['look', 'operate', 'release'] loop
		names := names || ('mobb_person_' || name ||
			case sender when '' then '' else '_' || sender end);
	end loop;
	foreach name in array names loop
		if not exists (select from pg_catalog.pg_roles
				where rolname = name) then
			execute format('create role %I', name);
			if name <> 'mobb_person' then
				execute format('grant mobb_person to %I', name);
			end if;
		end if;
	end loop;
end $$;

create function mobb_person_add(name text, may text, sender text)
returns void language plpgsql set search_path = public, pg_temp as $$
begin
	perform mobb_person_setup(sender);
	if not exists (select from pg_catalog.pg_roles where rolname = name) then
		execute format('create role %I login', name);
	end if;
	execute format('grant %I to %I', 'mobb_person_' || may ||
		case sender when '' then '' else '_' || sender end, name);
end $$;

-- may '': whatever it is; then the role goes too, as the login of this books.
create function mobb_person_remove(name text, may text, sender text)
returns integer language plpgsql set search_path = public, pg_temp as $$
declare
	p record;
	removed integer := 0;
begin
	for p in select * from mobb_persons() q where q.person = name
		and (mobb_person_remove.may in ('', q.may))
		and (mobb_person_remove.may = '' or
			q.sender = mobb_person_remove.sender) loop
		execute format('revoke %I from %I', 'mobb_person_' || p.may ||
			case p.sender when '' then ''
				else '_' || p.sender end, name);
		removed := removed + 1;
	end loop;
	if removed > 0 and not exists (select from mobb_persons() q
			where q.person = name) then
		execute format('drop role %I', name);
	end if;
	return removed;
end $$;

-- What the jobs file says about persons; by the owner, when it starts.
create function mobb_rules(persons boolean, shared text[], streams text[],
	senders text[], oins text[]) returns void language plpgsql
set search_path = public, pg_temp as $$
begin
	update person_rule r set persons = mobb_rules.persons
		where r.persons <> mobb_rules.persons;
	delete from shared_login where not name = any (shared);
	insert into shared_login select unnest(shared) on conflict do nothing;
	delete from stream_sender where not stream = any (streams);
	insert into stream_sender
		select * from unnest(streams, senders, oins) u (s, name, oin)
		on conflict (stream) do update
			set sender = excluded.sender, oin = excluded.oin
			where (stream_sender.sender, stream_sender.oin)
				<> (excluded.sender, excluded.oin);
end $$;

-- --- release ---

-- What a consent was given for.  Of what is on its way the figures change by
-- themselves, so only those that a person or the router changes count then.
create function job_mark(j job) returns text language sql immutable
set search_path = public, pg_temp as $$
	select concat_ws('/', j.routed_ms, j.letters, j.rejected, j.n_withdrawn,
		j.persons, case when j.released_ms = 0 then concat_ws('/',
			j.n_box, j.n_paper, j.n_held) end)
$$;

-- Those that count now, the newest of each person; where persons are looked at,
-- of who may still release.
create function job_consents(job_no bigint) returns setof consent
language sql stable set search_path = public, pg_temp as $$
	select distinct on (c.person) c.* from consent c
	join job j on j.number = c.job_no
	where c.job_no = job_consents.job_no and c.withdrawn_ms = 0
	and c.mark = job_mark(j)
	and c.at_ms > extract(epoch from clock_timestamp()) * 1000 - 604800000
	and ((j.environment <> 'production'
			and not (select r.persons from person_rule r))
		or exists (select from mobb_persons() p
			where p.person = c.person and p.may = 'release'
			and p.sender in ('', j.sender) and not p.shared))
	order by c.person, c.number desc
$$;

-- MB304 .. MB329 are told as MOBB-1304 .. 1329.
create function mobb_job_release() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
	persons boolean := mobb_is_person();
begin
	if persons and not mobb_may('release', old.sender) then
		raise exception '% may not release for sender %', session_user,
			old.sender using errcode = 'MB304';
	elsif not persons and (old.environment = 'production'
			or (select r.persons from person_rule r)) then
		raise exception '% is a login that several people share',
			session_user using errcode = 'MB327';
	end if;
	if old.persons > 1 and (select count(*) from job_consents(old.number))
			< old.persons then
		raise exception 'job % is released by % persons', old.id,
			old.persons using errcode = 'MB328';
	end if;
	return new;
end $$;

-- Out of held, but to an end.
create trigger job_release before update of state on job for each row
when (old.state = 4 and new.state not in (4, 8, 9, 10))
execute function mobb_job_release();

create function mobb_consent() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
	j job;
begin
	select * into j from job where number = new.job_no;
	if tg_op = 'INSERT' then
		new.at_ms := extract(epoch from clock_timestamp()) * 1000;
		new.mark := job_mark(j);
		new.withdrawn_ms := 0;
		if new.letters <> j.letters - j.n_delivered - j.n_posted
				- j.n_withdrawn then
			raise exception '% letters were typed', new.letters
				using errcode = 'MB329';
		end if;
	elsif old.person <> session_user and mobb_is_person() then
		raise exception 'it is the consent of %', old.person
			using errcode = 'MB304';
	end if;
	if mobb_is_person() then
		if not mobb_may('release', j.sender) then
			raise exception '% may not release for sender %',
				session_user, j.sender using errcode = 'MB304';
		end if;
	elsif (select r.persons from person_rule r)
			or j.environment = 'production' then
		raise exception '% is a login that several people share',
			session_user using errcode = 'MB327';
	end if;
	return new;
end $$;
create trigger consent_given before insert or update on consent
for each row execute function mobb_consent();

-- --- what persons change ---

-- Which steps a person makes; the programs check more (batch/states.c).
create table person_step (
	noun text not null,
	was smallint not null,
	becomes smallint not null,
	primary key (noun, was, becomes)
);
insert into person_step values
	('job', 2, 4), ('job', 3, 4), ('job', 5, 4), ('job', 6, 4),
	('job', 7, 4), ('job', 6, 5), ('job', 7, 5), ('job', 4, 2),
	('job', 4, 5), ('job', 4, 6), ('job', 4, 7),
	('job', 1, 10), ('job', 2, 10), ('job', 3, 10), ('job', 4, 10),
	('job', 5, 10),
	-- posted; as one piece by cancel and resolve (store/decide_lots.c)
	('lot', 10, 4), ('lot', 1, 11), ('lot', 9, 11), ('lot', 2, 1),
	('lot', 3, 4), ('lot', 3, 7), ('lot', 5, 1), ('lot', 5, 4),
	('lot', 6, 1), ('lot', 6, 4), ('lot', 6, 7), ('lot', 7, 4),
	('lot', 8, 1), ('lot', 8, 4), ('lot', 8, 7), ('lot', 8, 11),
	('attempt', 2, 6), ('attempt', 3, 7),
	-- cancel
	('letter', 1, 14), ('letter', 2, 14), ('letter', 3, 14),
	('letter', 8, 14), ('letter', 9, 14), ('letter', 10, 14),
	('letter', 10, 3),
	-- resolve: held, unknown, to be resent, or a result that does not come
	('letter', 9, 2), ('letter', 9, 3), ('letter', 9, 5), ('letter', 9, 8),
	('letter', 7, 3), ('letter', 7, 5), ('letter', 7, 8), ('letter', 7, 14),
	('letter', 8, 3), ('letter', 8, 5), ('letter', 4, 3), ('letter', 4, 5),
	('letter', 8, 8), ('letter', 4, 8), ('letter', 4, 7), ('letter', 4, 14);

create function mobb_step(noun text, was smallint, becomes smallint)
returns void language plpgsql stable set search_path = public, pg_temp as $$
begin
	if was <> becomes and not exists (select from person_step s
			where s.noun = mobb_step.noun
			and s.was = mobb_step.was
			and s.becomes = mobb_step.becomes) then
		raise exception 'no person makes a % of state % one of %',
			noun, was, becomes using errcode = 'MB304';
	end if;
end $$;

create function mobb_job_by_person() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
	if mobb_owner() then
		return new;
	end if;
	perform mobb_step('job', old.state, new.state);
	if old.state = 4 and new.state in (5, 6, 7) then
		new.released_by := session_user;
		new.released_ms :=
			extract(epoch from clock_timestamp()) * 1000;
	else
		new.released_by := old.released_by;
		new.released_ms := old.released_ms;
	end if;
	if new.gated <> old.gated and (new.gated or not exists (select
			from gate g where g.sender = old.sender
			and g.stream = old.stream and g.open)) then
		raise exception 'the gate of stream % is closed', old.stream
			using errcode = 'MB304';
	end if;
	-- Named by the statement that writes all counts; what the other side said
	-- is not a person's to change.
	if (new.lots_acknowledged, new.their_total, new.their_delivered)
			is distinct from (old.lots_acknowledged,
			old.their_total, old.their_delivered) then
		raise exception 'that is what the other side said'
			using errcode = 'MB304';
	end if;
	-- All but hold and release.
	if not mobb_may('operate', old.sender)
			and (new.state = 10 or new.print_close <> old.print_close
			or new.n_withdrawn <> old.n_withdrawn
			or new.n_posted <> old.n_posted
			or new.n_paper <> old.n_paper
			or new.n_delivered <> old.n_delivered
			or new.n_resend <> old.n_resend) then
		raise exception '% may not do this for sender %', session_user,
			old.sender using errcode = 'MB304';
	end if;
	return new;
end $$;

-- What a person may say about a limited production run.
create function mobb_gate_by_person() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
	if mobb_owner() then
		return new;
	end if;
	if tg_op = 'INSERT' then
		new.open := false;
		new.taken := 0;
	elsif old.open and not new.open then
		raise exception 'the gate of stream % was opened', old.stream
			using errcode = 'MB304';
	end if;
	return new;
end $$;

-- The run that others are compared with is one that was.
create function mobb_run_by_person() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
	if not mobb_owner() and not exists (select from job j
			where j.id = new.job and j.stream = new.stream
			and j.routed_box + j.routed_paper = new.letters
			and j.routed_paper = new.paper and j.state >= 4) then
		raise exception 'no such run' using errcode = 'MB304';
	end if;
	return new;
end $$;

-- Of a question only that a late one is given up.
create function mobb_question_by_person() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
	if not mobb_owner() and (old.state not in (2, 3, 4)
			or old.alarm_ms = 0 or new.state <> 7) then
		raise exception 'not late' using errcode = 'MB304';
	end if;
	return new;
end $$;

-- Numbers come with their list, in one piece.
create function mobb_chunk_by_person() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
	if not mobb_owner() and not exists (select from subscription_list s
			where s.number = new.list_no
			and s.person = session_user
			and s.xmin = pg_current_xact_id()::xid) then
		raise exception 'not your list' using errcode = 'MB304';
	end if;
	return null;
end $$;

create function mobb_lot_by_person() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
	if mobb_owner() then
		return new;
	end if;
	perform mobb_step('lot', old.state, new.state);
	-- What may have arrived is not new again, and what is being handed over
	-- is not withdrawn.
	if (old.state <> 1 and new.state = 1 and exists (select from attempt a
			where a.lot_no = old.number and (a.posts > 0
				or a.state = 1)))
			or (new.state = 11 and old.leaving_ms > 0) then
		raise exception 'lot % may have left', old.number
			using errcode = 'MB304';
	end if;
	return new;
end $$;

create function mobb_attempt_by_person() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
	if not mobb_owner() then
		perform mobb_step('attempt', old.state, new.state);
		if old.state = 2 and new.state = 6 and old.posts > 0 then
			raise exception 'attempt % may have arrived',
				old.number using errcode = 'MB304';
		end if;
		if new.next_post_ms not in (0, old.next_post_ms) then
			raise exception 'no person posts attempt %',
				old.number using errcode = 'MB304';
		end if;
	end if;
	return new;
end $$;

-- Letters change as a person may change them, in the place where they are.
create function mobb_receipt_by_person() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
	wrong record;
begin
	if mobb_owner() then
		return null;
	end if;
	select n.record, n.state, w.was into wrong from fresh n
	join job j on j.number = n.job_no
	left join lot o on o.number = n.lot_no
	join letter_now p on p.part = j.part and p.job_no = n.job_no
		and p.record = n.record
	cross join lateral (select coalesce(
		(select r.state from receipt r where r.job_no = n.job_no
			and r.lot_no = n.lot_no and r.record = n.record
			and r.number < n.number
			order by r.number desc limit 1),
		lot_letter_state(o.state, o.print),
		case p.box when true then 2 when false then 3 else 1 end)
		::smallint as was) w
	-- The same again: it stands apart from its lot from here on.
	where n.lot_no <> p.lot_no or (n.state <> w.was and (n.attempt_no <> 0
		or not exists (select from person_step s
			where s.noun = 'letter' and s.was = w.was
			and s.becomes = n.state)
		-- What leaves now is nobody's to decide about: its attempt is
		-- acknowledged, or was taken back first.
		or (w.was = 4 and not exists (select from attempt a
			where a.lot_no = n.lot_no and (a.state = 3
				or (a.state = 6 and n.state = 8))))))
	limit 1;
	if found then
		raise exception 'no person makes a letter of state % one of %',
			wrong.was, wrong.state using errcode = 'MB304';
	end if;
	return null;
end $$;

-- A person's own name and the time of the database, whatever the program says.
create function mobb_person_is() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
	if not mobb_owner() then
		new.person := session_user;
	end if;
	return new;
end $$;

-- Programs write of themselves "automatic".  With persons, another name is
-- that of a person, and comes from the person's own session or from what the
-- person left for mobbd; its sessions hold locks (store/lock.c).
create function mobb_event_by() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
	if not mobb_owner() then
		new.person := session_user;
		new.at_ms := extract(epoch from clock_timestamp()) * 1000;
	elsif (select r.persons from person_rule r)
			-- about the installation, not about letters
			and new.what not in ('person added', 'person removed',
				'database', 'endpoint check')
			and not exists (select from pg_catalog.pg_locks l
				where l.locktype = 'advisory' and l.granted
				and l.pid = pg_backend_pid() and l.objsubid = 2
				and l.classid::bigint in (
				hashtext('mobb supervisor')::bigint
					& 4294967295,
				hashtext('mobb listener')::bigint
					& 4294967295)) then
		raise exception '% is a login that several people share',
			session_user using errcode = 'MB327';
	end if;
	return new;
end $$;

-- At the end of what a person did, there must be a word about it.
create function mobb_recorded() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
	if not mobb_owner() and not exists (select from event e
			where e.number > (select max(number) - 1000 from event)
			and e.xmin = pg_current_xact_id()::xid
			and e.person = session_user) then
		raise exception 'it is not recorded' using errcode = 'MB304';
	end if;
	return null;
end $$;

-- And the counts of the job must be those of its letters.
create function mobb_counted() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
declare
	counted bigint[];
	kept bigint[];
begin
	if mobb_owner() then
		return null;
	end if;
	select array[n_split, n_box, n_paper, n_offered, n_delivered, 0,
		n_unknown, n_resend, n_held, n_bundled, n_handed, n_posted, 0,
		n_withdrawn] into kept from job where number = new.number;
	select array_agg(coalesce(c.n, 0) order by s.state) into counted
	from generate_series(1, 14) s (state)
	left join (select state, count(*) as n from letter_now
		where part = new.part and job_no = new.number
		group by state) c using (state);
	if counted is distinct from kept then
		raise exception 'the letters of job % do not add up', new.id
			using errcode = 'MB304';
	end if;
	return null;
end $$;

-- The end of a citizen number, as it is shown; 1000 to 1999, null: none.
create function letter_bsn_end(part integer, job_no bigint, record bigint)
returns integer language sql stable security definer
set search_path = public, pg_temp as $$
	select 1000 + l.bsn % 1000 from letter l join job j on j.number = l.job_no
	where l.part = $1 and l.job_no = $2 and l.record = $3
	and (mobb_owner() or mobb_may('look', j.sender))
$$;

-- Letters with an address that may be abroad, and the country in its place.
create function letter_abroad(part integer, job_no bigint, after bigint,
	many bigint) returns table (record bigint, address text)
language sql stable security definer set search_path = public, pg_temp as $$
	select l.record, repeat(chr(31), 8) || split_part(l.address, chr(31), 9)
	from letter l where l.part = $1 and l.job_no = $2 and l.record > $3
	and split_part(l.address, chr(31), 9) not in ('', 'NL')
	and (mobb_owner() or mobb_may('act', (select j.sender from job j
		where j.number = $2)))
	order by l.record limit $4
$$;

-- Letters with all that the citizen gets, for those who decide.  That a person
-- asked is recorded.
create function letter_open(job_no bigint, records bigint[])
returns setof letter language plpgsql security definer
set search_path = public, pg_temp as $$
declare
	j job;
begin
	select * into j from job where number = letter_open.job_no;
	if not mobb_owner() then
		if not mobb_may('act', j.sender) then
			raise exception '% may not see letters of sender %',
				session_user, j.sender using errcode = 'MB304';
		end if;
		insert into event (at_ms, job, person, what, text) values
			(0, j.id, '', 'letters shown', 'records ' ||
			left(array_to_string(records, ', '), 500));
	end if;
	return query select l.* from letter l
		where l.part = j.part and l.job_no = j.number
		and l.record = any (records) order by l.record;
end $$;

-- --- every table, and what persons may of it ---

-- rows: which of its rows are whose: by sender, its OIN (oin), stream, job_no
-- (job; alarm: 0 is of no one job), lot_no (lot), job's id (id), request_no
-- (request), kind and name (stop);
-- any: of all; none: of nobody; copied: COPY writes it, nobody reads it.
-- look: columns ('*' all, '-x' all but x).  adds, removes: may rows come and go by a person.
-- changes: columns that a person may change.  records: an event must be there.
create table person_table (
	name text primary key,
	rows text not null,
	look text not null,
	adds boolean not null default false,
	changes text not null default '',
	removes boolean not null default false,
	records boolean not null default false
);
insert into person_table (name, rows, look, adds, changes, removes, records)
values
('answer', 'job', '*', false, '', false, false),
('attempt', 'lot', '-envelope', false, 'state, reason, next_post_ms, opinions',
	false, true),
('consent', 'job', '*', true, 'withdrawn_ms', false, true),
('declines', 'stream', '*', false, '', false, false),
('definition', 'any', '*', false, '', false, false),
('edition', 'stream', '*', true, '', true, true),
('event', 'id', '*', true, '', false, false),
('finding', 'request', '*', false, '', true, false),
('gate', 'sender', '*', true, 'open, allowed, rule, letters, seed, person, '
	'reason, changed_ms', false, true),
('gate_letter', 'job', '*', false, '', false, false),
('gate_reference', 'sender', '*', true, '', true, false),
('inbound', 'any', 'number, ref_to, kind, received_ms, applied, '
	'reply_is_error', false, '', false, false),
('job', 'sender', '*', false, 'state, reason, reason_code, released_ms, '
	'released_by, print_close, n_split, n_box, n_paper, n_offered, '
	'n_unknown, n_resend, n_held, n_bundled, n_handed, n_delivered, '
	'n_posted, n_withdrawn, n_declined, lots_settled, gated, hold_ms, '
	'held_ms, n_known, lots_acknowledged, their_total, their_delivered, '
	'n_decided, settled_ms',
	false, true),
('key_filter', 'none', '', false, '', false, false),
('last_run', 'stream', '*', true, 'job, letters, paper, released_ms', false,
	true),
('letter', 'job', 'job_no, record, line, byte_at, amount_cents, box_bytes, '
	'part, dated, paper, bericht_id, bsn_key, bind, reference, '
	'record_bytes, file_part, publish, deadline, type, hold',
	false, '', false, false),
('lot', 'job', '*', false, 'state, reason, posted_days, apart, '
	'resend_letters, resend_ms, due_ms', false, true),
('page', 'job', '*', false, '', false, false),
('pace', 'any', '*', false, '', false, false),
('person_rule', 'any', '*', false, '', false, false),
('person_step', 'any', '*', false, '', false, false),
('person_table', 'any', '*', false, '', false, false),
('place', 'job', '*', false, '', false, false),
('receipt', 'job', '*', true, '', false, false),
('question', 'oin', '-envelope', true, 'state, reason', false, true),
('question_chunk', 'none', '', false, '', false, false),
('rejected', 'job', '*', false, '', false, false),
('report', 'job', '*', false, '', false, false),
('request', 'sender', '*', true, 'until_ms', true, false),
('resting', 'any', '*', false, '', false, false),
('route_page', 'job', '*', false, '', false, false),
('route_wait', 'job', '*', false, '', false, false),
('schema_version', 'any', '*', false, '', false, false),
('shared_login', 'any', '*', false, '', false, false),
('site', 'none', '', false, '', false, false),
('state_word', 'any', '*', false, '', false, false),
('stop', 'stop', '*', true, '', true, true),
('stream_sender', 'any', '*', false, '', false, false),
('subscription_chunk', 'copied', '', true, '', false, false),
('subscription_list', 'oin', '-few', true, 'dropped_ms, wrong', false, true),
('wire_counter', 'any', '*', false, '', false, false),
('wus_day', 'any', '*', false, '', false, false);

-- The condition under which a row is one of those whose senders the session
-- has the right for.
create function mobb_rows(rows text, may text) returns text
language sql immutable set search_path = public, pg_temp as $$
	select '(select ''*'' = any (mobb_senders(' || quote_literal(may) ||
		'))) or ' || case rows
	when 'sender' then 'sender' || mine
	when 'stream' then 'stream in (select s.stream from stream_sender s '
		'where s.sender' || mine || ')'
	when 'oin' then 'sender in (select s.oin from stream_sender s '
		'where s.sender' || mine || ')'
	when 'stop' then '(kind = 2 and name' || mine || ') or (kind = 1 '
		'and name in (select s.stream from stream_sender s '
		'where s.sender' || mine || '))'
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
	when 'any' then 'true' end
	from (select ' = any ((select mobb_senders(' || quote_literal(may) ||
		'))::text[])' as mine) m
$$;

-- Grants, policies and triggers of one table of the list.
create function mobb_grant_table(t person_table) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
	-- Who may look adds events; to add the rest is to act, and to let
	-- letters go is to release.
	act text := case when t.name = 'event'
			then mobb_rows('id to add', 'look')
		when t.name like 'gate%' then mobb_rows(t.rows, 'release')
		else mobb_rows(t.rows, 'act') end;
	away text := mobb_rows(t.rows, case when t.name = 'stop'
		or t.name like 'gate%' then 'release' else 'act' end);
	others text := format('session_user <> %L', current_user);
begin
	if t.rows <> 'copied' then -- COPY cannot, with policies
		execute format('alter table %I enable row level security',
			t.name);
	end if;
	execute format('drop policy if exists person_look on %I', t.name);
	execute format('drop policy if exists person_add on %I', t.name);
	execute format('drop policy if exists person_change on %I', t.name);
	execute format('drop policy if exists person_remove on %I', t.name);
	execute format('revoke all on %I from mobb_person', t.name);
	if t.rows = 'copied' then
		execute format('grant insert on %I to mobb_person', t.name);
	end if;
	if t.rows in ('none', 'copied') then
		return;
	end if;
	if t.look like '-%' then
		select string_agg(quote_ident(attname), ', ') into t.look
		from pg_catalog.pg_attribute
		where attrelid = t.name::regclass and attnum > 0
			and not attisdropped and '-' || attname <> t.look;
	end if;
	execute format('grant select %s on %I to mobb_person',
		case t.look when '*' then '' else '(' || t.look || ')' end,
		t.name);
	execute format('create policy person_look on %I for select using (%s)',
		t.name, mobb_rows(t.rows, 'look'));
	if t.adds then
		execute format('grant insert on %I to mobb_person', t.name);
		execute format('create policy person_add on %I for insert '
			'with check (%s)', t.name, act);
	end if;
	if t.changes <> '' then
		execute format('grant update (%s) on %I to mobb_person',
			t.changes, t.name);
		execute format('create policy person_change on %I for update '
			'using (%s)', t.name, act);
	end if;
	if t.removes then
		execute format('grant delete on %I to mobb_person', t.name);
		execute format('create policy person_remove on %I for delete '
			'using (%s)', t.name, away);
	end if;
	if (t.adds or t.changes like '%person%') and t.name <> 'event'
			and exists (select
			from pg_catalog.pg_attribute
			where attrelid = t.name::regclass
			and attname = 'person' and not attisdropped) then
		execute format('create or replace trigger a_person before '
			'insert or update on %I for each row when (%s) '
			'execute function mobb_person_is()', t.name, others);
	end if;
	if t.records then
		execute format('drop trigger if exists person_recorded on %I',
			t.name);
		execute format('create constraint trigger person_recorded '
			'after insert or update or delete on %I '
			'deferrable initially deferred for each row when (%s) '
			'execute function mobb_recorded()', t.name, others);
	end if;
end $$;

create function mobb_grant_triggers() returns void language plpgsql
set search_path = public, pg_temp as $$
declare
	others text := format('session_user <> %L', current_user);
begin
	execute 'create or replace trigger job_person before update on job '
		'for each row when (' || others ||
		') execute function mobb_job_by_person()';
	execute 'create or replace trigger lot_person before update on lot '
		'for each row when (' || others ||
		') execute function mobb_lot_by_person()';
	execute 'create or replace trigger attempt_person before update '
		'on attempt for each row when (' || others ||
		') execute function mobb_attempt_by_person()';
	execute 'create or replace trigger receipt_person after insert '
		'on receipt referencing new table as fresh for each statement '
		'when (' || others || ') execute function '
		'mobb_receipt_by_person()';
	execute 'create or replace trigger event_by before insert on event '
		'for each row when (new.person <> ''automatic'' or ' ||
		others || ') execute function mobb_event_by()';
	execute 'create or replace trigger gate_person before insert or update '
		'on gate for each row when (' || others ||
		') execute function mobb_gate_by_person()';
	execute 'create or replace trigger run_person before insert or update '
		'on last_run for each row when (' || others ||
		') execute function mobb_run_by_person()';
	execute 'create or replace trigger question_person before update '
		'on question for each row when (' || others ||
		') execute function mobb_question_by_person()';
	execute 'create or replace trigger chunk_person after insert '
		'on subscription_chunk for each row when (' || others ||
		') execute function mobb_chunk_by_person()';
	execute 'drop trigger if exists job_counted on job';
	execute 'create constraint trigger job_counted after update on job '
		'deferrable initially deferred for each row when (' || others ||
		' and (old.n_split, old.n_box, old.n_paper, old.n_offered, '
		'old.n_unknown, old.n_resend, old.n_held, old.n_bundled, '
		'old.n_handed, old.n_delivered, old.n_posted, old.n_withdrawn) '
		'is distinct from (new.n_split, new.n_box, new.n_paper, '
		'new.n_offered, new.n_unknown, new.n_resend, new.n_held, '
		'new.n_bundled, new.n_handed, new.n_delivered, new.n_posted, '
		'new.n_withdrawn)) execute function mobb_counted()';
end $$;

-- A view looks with the rights of who asks.
alter view letter_now set (security_invoker = true);

-- Asked each time the program looks at the schema: roles and tables may have
-- been made later.  It does something only when they were.
create function mobb_grant_persons() returns void language plpgsql
set search_path = public, pg_temp as $$
declare
	wanted text;
	t person_table;
begin
	if not exists (select from pg_catalog.pg_roles
			where rolname = 'mobb_person') then
		if not exists (select from pg_catalog.pg_roles
				where rolname = current_user
				and (rolcreaterole or rolsuper)) then
			return;
		end if;
		perform mobb_person_setup('');
	end if;
	select md5(string_agg(p::text || c.oid::text, ',' order by p.name)
		|| (select max(number) from schema_version) || current_user || (select oid::text from pg_catalog.pg_roles
			where rolname = 'mobb_person')) into wanted
	from person_table p join pg_catalog.pg_class c on c.relname = p.name
		and c.relnamespace = 'public'::regnamespace;
	if wanted = (select granted from person_rule) then
		return;
	end if;
	execute format('grant connect on database %I to mobb_person',
		current_database());
	grant usage on schema public to mobb_person;
	grant select on letter_now to mobb_person;
	grant select on sequence event_number_seq to mobb_person;
	-- As an array: the list itself is one of the tables.
	foreach t in array (select array_agg(p order by p.name)
			from person_table p
			where to_regclass('public.' || p.name) is not null) loop
		perform mobb_grant_table(t);
	end loop;
	perform mobb_grant_triggers();
	update person_rule set granted = wanted;
end $$;
