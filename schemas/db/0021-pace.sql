-- Limits and lanes: what may leave now, asked and taken in one statement.
--
-- One row for each limit, whose arrival time (batch/pace.h) is kept by two
-- clocks: that of the database, and one that nobody can set, of the machine that
-- took it last.  While it is the same machine the second one decides, so that
-- a jump of the first changes nothing.
alter table pace rename column endpoint to name;
alter table pace drop constraint pace_pkey;
alter table pace
	-- 2 letters of a sender, 3 letters of an endpoint, 5 bytes of one
	add column kind smallint not null default 3,
	add column boot text not null default '',
	add column tick_us bigint not null default 0,
	add column per_hour bigint not null default 0, -- when it was taken
	-- of an endpoint: when a lot last left before its turn
	add column aged_ms bigint not null default 0,
	add primary key (kind, name);
alter table pace alter column kind drop default;

-- When a lot of it last left, for lots that wait too long.
alter table job add column left_ms bigint not null default 0;

drop index lot_waiting;
create index lot_waiting on lot (job_no, (state = 1),
	(case when state = 4 then resend_ms else due_ms end), number)
	where (state in (1, 7) or resend_letters > 0) and not print;

-- Limits that a person set, instead of those of the jobs file.
create table pace_limit (
	kind smallint not null, -- store/limit.h
	name text collate "C" not null,
	amount bigint not null check (amount >= 0), -- an hour, a day of a printer
	until_ms bigint not null, -- 0: until it is taken off
	since_ms bigint not null,
	person text not null,
	reason text not null,
	primary key (kind, name)
);
create trigger pace_limit_changed after insert or update or delete
	on pace_limit for each statement execute function mobb_changed();

-- Letters given to a printer on a day of the calendar.
create table print_day (
	printer text collate "C" not null,
	day integer not null,
	letters bigint not null default 0,
	primary key (printer, day)
);
insert into person_table (name, rows, look, adds, changes, removes, records)
values ('pace_limit', 'stop', '*', true, '', true, true),
	('print_day', 'any', '*', false, '', false, false);

-- The limit of a person that holds at this moment, if there is one.  Everybody
-- may know it, whoever's it is.
create function mobb_limit_row(p_kind integer, p_name text, p_now_ms bigint)
returns setof pace_limit language sql stable security definer
set search_path = public, pg_temp as $$
	select l from pace_limit l where l.kind = p_kind and l.name = p_name
		and (l.until_ms = 0 or l.until_ms > p_now_ms)
$$;

-- The limit that holds: that of a person, else that of the jobs file.
create function mobb_limit(
	p_kind integer, p_name text, p_file bigint, p_now_ms bigint)
returns bigint language sql stable as $$
	select coalesce((select r.amount
		from mobb_limit_row(p_kind, p_name, p_now_ms) r), p_file)
$$;

-- Stops are looked at as by JOB_J_STOPPED of store/books.h, in place: a function
-- with a query in it costs a call for each job.

-- What the jobs file says: struct offer_rules.
create type pace_rules as (
	per_hour bigint, in_flight bigint, bytes_s bigint,
	senders text[], sender_hours bigint[],
	boot text, tick_us bigint
);

-- Microseconds until the next one may begin; below 0: for how long already.
-- What is still to be waited for was counted at the limit of that time, and by
-- the clocks of that machine: when these are others now, it is counted anew.
-- No arrival time is further away than `most` costs, unless a clock was ahead
-- when it was made: then that long is waited, which keeps the limit.
create function mobb_pace_wait(p_kind integer, p_name text, p_hour bigint,
	p_most bigint, p_rules pace_rules, p_now_us bigint)
returns bigint language plpgsql as $$
declare
	r pace;
	w bigint;
	most bigint := ceil(p_most * 3600000000.0 / p_hour);
	same boolean;
begin
	select * into r from pace p where p.kind = p_kind and p.name = p_name;
	if not found then
		return -1000000000000;
	end if;
	same := r.boot = coalesce(p_rules.boot, '');
	if same and r.boot <> '' then
		w := r.tick_us - p_rules.tick_us;
	else
		w := r.tat_us - p_now_us;
	end if;
	if w <= 0 or (same and r.per_hour = p_hour and w <= most) then
		return w;
	end if;
	if r.per_hour > 0 then
		w := ceil(w * (r.per_hour / p_hour::numeric));
	end if;
	w := least(w, most);
	-- Not when somebody took it at this moment.
	update pace p set tat_us = p_now_us + w, per_hour = p_hour,
		boot = coalesce(p_rules.boot, ''),
		tick_us = p_rules.tick_us + w
	where p.kind = p_kind and p.name = p_name
		and p.tat_us = r.tat_us and p.tick_us = r.tick_us;
	return w;
end $$;

create function mobb_pace_take(p_kind integer, p_name text, p_hour bigint,
	p_amount bigint, p_wait_us bigint, p_late_us bigint,
	p_rules pace_rules, p_now_us bigint)
returns void language plpgsql as $$
declare
	d bigint := greatest(p_wait_us, -least(p_late_us, 10000000))
		+ ceil(p_amount * 3600000000.0 / p_hour)::bigint;
begin
	insert into pace as p (kind, name, tat_us, boot, tick_us, per_hour)
	values (p_kind, p_name, p_now_us + d, coalesce(p_rules.boot, ''),
		p_rules.tick_us + d, p_hour)
	on conflict (kind, name) do update set tat_us = excluded.tat_us,
		boot = excluded.boot, tick_us = excluded.tick_us,
		per_hour = excluded.per_hour;
end $$;

-- The three limits and the lots in flight of one endpoint.  p_take: lock them
-- until the end of the transaction, and take them when all of them allow it.
-- what: 0 yes; 1 lots in flight; 2 a limit of 0; 3 letters of the endpoint;
-- 4 letters of the sender; 5 bytes.
create function mobb_allowance(p_endpoint text, p_sender text,
	p_attempt bigint, p_chain bigint, p_letters bigint, p_bytes bigint,
	p_rules pace_rules, p_take boolean,
	out what integer, out wait_us bigint) language plpgsql as $$
declare
	now_us bigint;
	now_ms bigint;
	hour bigint;
	sender_hour bigint;
	bytes_hour bigint := p_rules.bytes_s * 3600;
	late_share bigint := least(p_rules.in_flight - 1, 2) * 1800000000;
	letters_wait bigint := 0;
	sender_wait bigint := 0;
	bytes_wait bigint := 0;
begin
	if p_take then
		perform from pace p where p.kind = 3 and p.name = p_endpoint
			for update;
		if not found then
			insert into pace (kind, name) values (3, p_endpoint)
			on conflict do nothing;
			perform from pace p where p.kind = 3
				and p.name = p_endpoint for update;
		end if;
		-- Another endpoint may take from the same sender.
		perform pg_advisory_xact_lock(
			hashtext('mobb sender'), hashtext(p_sender));
	end if;
	now_us := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
	now_ms := now_us / 1000;
	hour := mobb_limit(3, p_endpoint, p_rules.per_hour, now_ms);
	sender_hour := mobb_limit(2, p_sender, coalesce((select h from unnest(
		p_rules.senders, p_rules.sender_hours) as s(name, h)
		where s.name = p_sender), -1), now_ms);
	what := 1;
	wait_us := 0;
	if (select count(*) from attempt a where a.endpoint = p_endpoint
			and a.state in (1, 2) and a.number <> p_attempt)
		+ (select count(*) from chain_case c
			where c.endpoint = p_endpoint and c.state in (2, 3)
			and c.number <> p_chain) >= p_rules.in_flight then
		return;
	end if;
	what := 2;
	wait_us := 60000000;
	if hour <= 0 or sender_hour = 0 then
		return;
	end if;
	letters_wait := mobb_pace_wait(
		3, p_endpoint, hour, 1000, p_rules, now_us);
	if sender_hour > 0 then
		sender_wait := mobb_pace_wait(
			2, p_sender, sender_hour, 1000, p_rules, now_us);
	end if;
	if bytes_hour > 0 then
		bytes_wait := mobb_pace_wait(5, p_endpoint, bytes_hour,
			100000000, p_rules, now_us);
	end if;
	wait_us := greatest(letters_wait, sender_wait, bytes_wait);
	if wait_us > 0 then
		what := case wait_us when letters_wait then 3
			when sender_wait then 4 else 5 end;
		return;
	end if;
	what := 0;
	wait_us := 0;
	if not p_take then
		return;
	end if;
	-- A lot that left late makes up for it, as far as half of what in_flight
	-- allows beyond one lot, and no further than one lot: so the limit can
	-- be used whole, and is kept also when some posts begin a bit later
	-- after this than others.
	perform mobb_pace_take(3, p_endpoint, hour, p_letters, letters_wait,
		p_letters * late_share / hour, p_rules, now_us);
	if sender_hour > 0 then
		perform mobb_pace_take(2, p_sender, sender_hour, p_letters,
			sender_wait, p_letters * late_share / sender_hour,
			p_rules, now_us);
	end if;
	if bytes_hour > 0 then
		perform mobb_pace_take(5, p_endpoint, bytes_hour, p_bytes,
			bytes_wait, 0, p_rules, now_us);
	end if;
end $$;

-- A lot begins to leave, or does not (what is not 0; 6: it is not as it was).
-- number and nth are those of its attempt, which is made when p_attempt is 0.
-- Letters of a settled lot (state 4) are counted by the caller, in the same
-- transaction.
create function mobb_offer_begin(p_endpoint text, p_lot bigint,
	p_attempt bigint, p_state integer, p_letters bigint,
	p_overdue boolean, p_rules pace_rules, p_message text,
	p_conversation text, p_content text, p_envelope bytea,
	p_created_ms bigint, p_expires_ms bigint, p_bytes bigint,
	p_sha256 bytea, p_cpa text, p_next_ms bigint, p_parties text,
	out what integer, out wait_us bigint, out number bigint,
	out nth integer) language plpgsql as $$
declare
	o lot;
	j job;
	now_ms bigint;
begin
	-- The stop lock comes first (store/stop.h).
	perform pg_advisory_xact_lock_shared(hashtext('mobb stop'), 0);
	perform from pace p where p.kind = 3 and p.name = p_endpoint
		for update;
	select * into o from lot x where x.number = p_lot for update;
	select * into j from job x where x.number = o.job_no for update;
	what := 6;
	wait_us := 1000;
	if j.number is null or j.state not in (6, 7)
		or exists (select from stop s
			where (s.kind = 1 and s.name in (j.stream,
				j.stream || '/' || j.sender))
			or (s.kind = 2 and s.name = j.sender)
			or (s.kind = 3 and s.name = j.endpoint))
		or exists (select from attempt a where a.lot_no = p_lot
			and a.state in (1, 2) and a.number <> p_attempt)
		or (p_attempt = 0 and (o.state <> p_state or p_letters <>
			case when o.state = 4 then o.resend_letters
			else o.letters - o.apart end))
		or (p_attempt <> 0 and not exists (select from attempt a
			where a.number = p_attempt and a.state = 2)) then
		return;
	end if;
	select a.what, a.wait_us into what, wait_us from mobb_allowance(
		p_endpoint, j.sender, p_attempt, 0, p_letters,
		p_bytes + octet_length(p_envelope), p_rules, true) a;
	if what <> 0 then
		return;
	end if;
	now_ms := (extract(epoch from clock_timestamp()) * 1000)::bigint;
	if p_overdue then
		update pace p set aged_ms = now_ms
		where p.kind = 3 and p.name = p_endpoint;
	end if;
	if p_attempt <> 0 then
		update attempt a set state = 1, next_post_ms = p_next_ms,
			payload_sha256 = p_sha256
		where a.number = p_attempt
		returning a.number, a.nth into number, nth;
		update job x set left_ms = now_ms where x.number = j.number;
		return;
	end if;
	insert into attempt as a (lot_no, endpoint, nth, message_id,
		conversation_id, content_id, envelope, created_ms, expires_ms,
		begun_ms, state, payload_bytes, payload_sha256, letters,
		part_of_lot, receipt_mark, cpa_id, next_post_ms, parties)
	values (p_lot, p_endpoint, o.attempts + 1, p_message, p_conversation,
		p_content, p_envelope, p_created_ms, p_expires_ms, now_ms, 1,
		p_bytes, p_sha256, p_letters, o.state = 4, coalesce((select
			max(r.number) from receipt r where r.job_no = o.job_no
			and r.lot_no = p_lot), 0),
		p_cpa, p_next_ms, p_parties)
	returning a.number, a.nth into number, nth;
	-- Offered: the letters that follow their lot do too.
	update lot x set attempts = x.attempts + 1,
		state = case when x.state = 4 then x.state else 2 end,
		reason = case when x.state = 4 then x.reason else '' end
	where x.number = p_lot;
	update job x set left_ms = now_ms,
		n_box = n_box - case o.state when 1 then p_letters else 0 end,
		n_unknown = n_unknown
			- case o.state when 7 then p_letters else 0 end,
		n_offered = n_offered
			+ case when o.state in (1, 7) then p_letters else 0 end
	where x.number = j.number;
end $$;

-- What is due at an endpoint, or when something will be.
-- what: -1 nothing is due, next_ms is when something will be (0: not planned);
-- 0 this lot, or this attempt of it; 1 .. 5 something is due but a limit says
-- no (mobb_allowance()), until next_ms.
-- p_opens of a stream: 0 open, -1 closed, else closed until then.
--
-- It looks at jobs, of which there are few, in the order of their turns, and
-- finds each one's next lot by index: the first job that has one ends it.
create function mobb_offer_next(p_endpoint text, p_now_ms bigint,
	p_streams text[], p_lanes integer[], p_opens bigint[],
	p_age_ms bigint, p_rules pace_rules,
	out what integer, out next_ms bigint, out lot_no bigint,
	out attempt_no bigint, out overdue boolean) language plpgsql as $$
declare
	now_us bigint := (extract(epoch from clock_timestamp())
		* 1000000)::bigint;
	full_senders text[];
	full_us bigint;
	overdue_may boolean;
	wait bigint;
	its_sender text;
	sender_due boolean;
begin
	overdue := false;
	-- Who has used up a limit of its own waits alone.
	select array_agg(w.name), min(w.wait) into full_senders, full_us
	from (select p.name, mobb_pace_wait(2, p.name, h.hour, 1000, p_rules,
			now_us) as wait
		from pace p cross join lateral (select mobb_limit(2, p.name,
			coalesce((select u.h from unnest(p_rules.senders,
				p_rules.sender_hours) as u(name, h)
				where u.name = p.name), -1), now_us / 1000)
			as hour) h
		where p.kind = 2 and h.hour > 0) w
	where w.wait > 0;
	full_senders := coalesce(full_senders, '{}') || coalesce((select
		array_agg(l.name) from pace_limit l where l.kind = 2
		and l.amount = 0 and (l.until_ms = 0
			or l.until_ms > now_us / 1000)), '{}');

	select a.lot_no, a.number, j.sender
	into lot_no, attempt_no, its_sender
	from attempt a join lot o on o.number = a.lot_no
	join job j on j.number = o.job_no
	where a.endpoint = p_endpoint and a.state = 2
		and a.next_post_ms > 0 and a.next_post_ms <= p_now_ms
		and (a.expires_ms > p_now_ms
			or (a.expires_ms = 0 and a.posts + a.agains = 0))
		and j.state in (6, 7)
		and not exists (select from stop s
			where (s.kind = 1 and s.name in (j.stream,
				j.stream || '/' || j.sender))
			or (s.kind = 2 and s.name = j.sender)
			or (s.kind = 3 and s.name = j.endpoint))
		and not exists (select from inbound i where not i.applied
			and not i.reply_is_error and i.ref_to = a.message_id)
		and coalesce((select s.opens from unnest(p_streams, p_opens)
			as s(name, opens) where s.name = j.stream limit 1),
			0) = 0
		and j.sender <> all (full_senders)
	order by a.next_post_ms, a.number limit 1;

	if lot_no is null then
		overdue_may := p_age_ms > 0 and coalesce((select
			p_now_ms - p.aged_ms >= p_age_ms / 10 from pace p
			where p.kind = 3 and p.name = p_endpoint), true);
		with turn as materialized (
			select j.number, j.stream, j.sender, j.endpoint, r.over
			from job j
			left join unnest(p_streams, p_lanes, p_opens)
				as s(name, lane, opens) on s.name = j.stream
			cross join lateral (select coalesce(s.lane, 2) as lane,
				case when p_age_ms > 0 then greatest(0, p_now_ms
					- greatest(j.left_ms, j.released_ms))
					/ p_age_ms else 0 end as aged) a
			cross join lateral (select a.lane, a.aged,
				case when overdue_may and a.aged >= a.lane
				then a.aged - a.lane else -1 end as over) r
			where j.endpoint = p_endpoint and j.state in (6, 7)
				and j.n_box + j.n_unknown + j.n_resend > 0
				and coalesce(s.opens, 0) = 0
				and j.sender <> all (full_senders)
			-- One number to sort by: who is overdue, the longest
			-- first; then lane as risen, lane, and letters to go.
			order by case when r.over >= 0
				then -1 - least(r.over, 1000)
				else 10 * greatest(1, r.lane - r.aged) + r.lane
				end * 1000000000000 + j.n_box, j.number)
		select f.number, 0, t.over >= 0, t.sender
		into lot_no, attempt_no, overdue, its_sender
		from turn t cross join lateral (
			select o.number from lot o
			where o.job_no = t.number and not o.print
				and (o.state in (1, 7) or o.resend_letters > 0)
				and ((o.state in (1, 7)
						and o.letters > o.apart)
					or (o.state = 4
						and o.resend_letters > 0))
				and case when o.state = 4 then o.resend_ms
					else o.due_ms end <= p_now_ms
				and not exists (select from attempt a
					where a.lot_no = o.number
					and a.state in (1, 2))
			order by o.state = 1, case when o.state = 4
				then o.resend_ms else o.due_ms end, o.number
			limit 1) f
		where not exists (select from stop s
			where (s.kind = 1 and s.name in (t.stream,
				t.stream || '/' || t.sender))
			or (s.kind = 2 and s.name = t.sender)
			or (s.kind = 3 and s.name = t.endpoint))
		limit 1;
	end if;

	if lot_no is not null then
		select a.what, a.wait_us into what, wait from mobb_allowance(
			p_endpoint, its_sender, attempt_no, 0, 0, 0, p_rules,
			false) a;
		next_ms := case when wait > 0 then p_now_ms + wait / 1000 + 1
			else 0 end;
		return;
	end if;

	what := -1;
	select min(t) into next_ms from (
		select greatest(a.next_post_ms, case when s.opens > 0
			then s.opens when j.sender = any (full_senders)
			then p_now_ms + coalesce(full_us, 60000000) / 1000 + 1
			end) as t
		from attempt a
		join lot o on o.number = a.lot_no
		join job j on j.number = o.job_no
		left join unnest(p_streams, p_opens) as s(name, opens)
			on s.name = j.stream
		where a.endpoint = p_endpoint and a.state = 2
			and a.next_post_ms > 0 and j.state in (6, 7)
			and coalesce(s.opens, 0) >= 0
			and not exists (select from stop s
				where (s.kind = 1 and s.name in (j.stream,
					j.stream || '/' || j.sender))
				or (s.kind = 2 and s.name = j.sender)
				or (s.kind = 3 and s.name = j.endpoint))
		union all
		select greatest(f.due, case when s.opens > 0 then s.opens
			when j.sender = any (full_senders)
			then p_now_ms + coalesce(full_us, 60000000) / 1000 + 1
			end)
		from job j
		left join unnest(p_streams, p_opens) as s(name, opens)
			on s.name = j.stream
		cross join unnest(array[true, false]) as new(lot)
		cross join lateral (
			select case when o.state = 4 then o.resend_ms
				else o.due_ms end as due
			from lot o
			where o.job_no = j.number and not o.print
				and (o.state in (1, 7) or o.resend_letters > 0)
				and (o.state = 1) = new.lot
				and ((o.state in (1, 7)
						and o.letters > o.apart)
					or (o.state = 4
						and o.resend_letters > 0))
			order by o.state = 1, case when o.state = 4
				then o.resend_ms else o.due_ms end, o.number
			limit 1) f
		where j.endpoint = p_endpoint and j.state in (6, 7)
			and j.n_box + j.n_unknown + j.n_resend > 0
			and coalesce(s.opens, 0) >= 0
			and not exists (select from stop s
				where (s.kind = 1 and s.name in (j.stream,
					j.stream || '/' || j.sender))
				or (s.kind = 2 and s.name = j.sender)
				or (s.kind = 3 and s.name = j.endpoint))) n
	where n.t > p_now_ms;
	next_ms := coalesce(next_ms, 0);
	-- Only a limit of their own keeps some from leaving.
	if full_us > 0 and exists (select from job j
			where j.endpoint = p_endpoint and j.state in (6, 7)
			and j.sender = any (full_senders)
			and j.n_box + j.n_unknown + j.n_resend > 0) then
		what := 4;
		next_ms := p_now_ms + full_us / 1000 + 1;
	end if;
end $$;

-- How many of these letters may go to a printer on this day; they are taken.
-- p_per_day: what the jobs file says, 0 no limit.
create function mobb_print_take(
	p_printer text, p_day integer, p_letters bigint, p_per_day bigint)
returns bigint language plpgsql as $$
declare
	per_day bigint := mobb_limit(4, p_printer, p_per_day,
		(extract(epoch from clock_timestamp()) * 1000)::bigint);
	had bigint;
	may bigint := p_letters;
begin
	insert into print_day (printer, day) values (p_printer, p_day)
	on conflict (printer, day) do nothing;
	select letters into had from print_day
	where printer = p_printer and day = p_day for update;
	if per_day > 0 then
		may := greatest(0, least(p_letters, per_day - had));
	end if;
	update print_day set letters = letters + may
	where printer = p_printer and day = p_day;
	delete from print_day where printer = p_printer and day < p_day - 100;
	return may;
end $$;
