-- Who has a box: the register of answers, the questions about it, and routes as
-- bytes instead of rows.

-- One answer in the register.  Numbers are kept without their ninth digit, which
-- follows from the others.
create table subscription_list (
	number bigint generated always as identity primary key,
	environment text collate "C" not null,
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
	dropped_ms bigint not null default 0, -- it decides no more
	wrong boolean not null default false, -- a person said so
	person text not null default 'automatic',
	note text not null default ''
);
alter table subscription_list alter column few set storage external;
create index subscription_list_sender on subscription_list
	(sender, environment, asked_ms) where dropped_ms = 0;

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
	environment text collate "C" not null,
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
-- One question of a sender at a time: it is for all letters that wait.
create unique index question_one on question (sender, environment)
	where state < 5;
create index question_sender on question (sender, environment, number);
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

-- A job that has no routes because numbers are not decided, and why.
create table route_wait (
	job_no bigint primary key,
	since_ms bigint not null,
	numbers bigint not null,
	code integer not null,
	reason text not null
);

-- The answers a job was routed by, numbered from 1 within the job.
alter table answer
	add column nth integer not null default 0,
	add column list_no bigint not null default 0; -- 0: before the register
update answer a set nth = n.nth from (select number, row_number()
	over (partition by job_no order by number) as nth from answer) n
	where n.number = a.number;
create unique index answer_nth on answer (job_no, nth);

-- Routes of 512 letters: three bytes each, at 3 * (record & 511).  The first: 0
-- no route, else the rule, and 128 for the box; then nth of the answer, 0 none.
create table route_page (
	job_no bigint not null,
	page bigint not null, -- record >> 9
	ways bytea not null,
	primary key (job_no, page)
);
alter table route_page alter column ways set storage main;

-- A job that was being routed begins again: its letters are not routed yet.
delete from route using job j where j.number = job_no and j.state = 2;
delete from answer using job j where j.number = job_no and j.state = 2;
delete from receipt using job j where j.number = job_no and j.state = 2;
update job set n_split = letters, n_box = 0, n_paper = 0, n_held = 0
	where state = 2;

insert into route_page (job_no, page, ways)
	select p.job_no, p.page, string_agg(case when r.record is null
		then decode('000000', 'hex') else set_byte(set_byte(set_byte(
			decode('000000', 'hex'),
			0, r.rule + case when r.box then 128 else 0 end),
			1, coalesce(a.nth, 0) / 256),
			2, coalesce(a.nth, 0) % 256) end, '' order by g)
	from (select distinct job_no, record >> 9 as page from route) p
	cross join generate_series(0, 511) g
	left join route r on r.job_no = p.job_no
		and r.record = p.page * 512 + g
	left join answer a on a.number = r.answer_no
	group by p.job_no, p.page;

create function route_how(ways bytea, record bigint) returns integer
language sql immutable parallel safe as $$
	select get_byte(ways, 3 * (record & 511)::integer)
$$;
create function route_nth(ways bytea, record bigint) returns bigint
language sql immutable parallel safe as $$
	select get_byte(ways, 3 * (record & 511)::integer + 1)::bigint * 256
		+ get_byte(ways, 3 * (record & 511)::integer + 2)
$$;

-- As before, but for routes; answer_no is answer.nth.
create or replace view letter_now as
select l.part, l.job_no, l.record, l.bericht_id, l.reference,
	coalesce(p.lot_no, 0) as lot_no,
	r.state as own_state, r.attempt_no as own_attempt,
	r.code, r.wire_code,
	t.box, t.rule, t.answer_no,
	coalesce(r.state, lot_letter_state(o.state, o.print),
		case t.box when true then 2 when false then 3 else 1 end)
		::smallint as state
from letter l
left join lateral (
	select route_how(w.ways, l.record) >= 128 as box,
		(route_how(w.ways, l.record) & 127)::smallint as rule,
		route_nth(w.ways, l.record) as answer_no
	from (select w.ways from route_page w where w.job_no = l.job_no
		and w.page = l.record >> 9 limit 1) w
	where route_how(w.ways, l.record) > 0) t on true
left join lateral (
	select p.lot_no from place p
	where p.job_no = l.job_no and p.record = l.record
	order by p.lot_no desc limit 1) p on true
left join lateral (
	select o.state, o.print from lot o
	where o.number = p.lot_no limit 1) o on true
left join lateral (
	select r.state, r.attempt_no, r.code, r.wire_code from receipt r
	where r.job_no = l.job_no and r.lot_no = coalesce(p.lot_no, 0)
		and r.record = l.record
	order by r.number desc limit 1) r on true;

-- All routes of a job, as rows: where route.job_no = ..  Of one letter ask
-- letter_now, or its page.
drop table route;
create view route as
select w.job_no, w.page * 512 + g as record,
	route_nth(w.ways, g) as answer_no,
	(route_how(w.ways, g) & 127)::smallint as rule,
	route_how(w.ways, g) >= 128 as box
from route_page w cross join generate_series(0::bigint, 511) g
where route_how(w.ways, g) > 0;

create view mobb_subscriptions as
select number as answer, environment, sender, nullif(type, '') as type,
	(array['wus', 'list', 'all', 'changes', 'import'])[source] as source,
	moment(asked_ms) as asked_at, moment(applied_ms) as applied_at,
	asked, yes, no, dropped_ms > 0 as dropped, person
from subscription_list;
