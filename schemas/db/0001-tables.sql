-- The books of MOBB.  Numbers of states and rules are those of batch/states.h
-- and store/store.h.  Moments are milliseconds since 1970 UTC, days are days
-- since 1970.  Run by the program, as the owner of the database, in one
-- transaction.

create table job (
	number bigint generated always as identity primary key,
	id text collate "C" not null unique,
	stream text collate "C" not null,
	sender text not null,
	oin text not null,
	endpoint text collate "C" not null,
	environment text not null,
	format text not null,
	file text not null,
	state smallint not null default 1,
	reason text not null default '',
	reason_code integer not null default 0,
	edition integer not null default 1,
	part integer not null default 0, -- of its letters; 0 before split
	bytes bigint not null,
	sha256 bytea not null,
	promised_letters bigint not null,
	promised_cents bigint not null,
	cents bigint not null default 0,
	records bigint not null default 0,
	letters bigint not null default 0,
	rejected bigint not null default 0,
	warnings bigint not null default 0,
	n_split bigint not null default 0 check (n_split >= 0),
	n_box bigint not null default 0 check (n_box >= 0),
	n_paper bigint not null default 0 check (n_paper >= 0),
	n_offered bigint not null default 0 check (n_offered >= 0),
	n_unknown bigint not null default 0 check (n_unknown >= 0),
	n_resend bigint not null default 0 check (n_resend >= 0),
	n_held bigint not null default 0 check (n_held >= 0),
	n_bundled bigint not null default 0 check (n_bundled >= 0),
	n_handed bigint not null default 0 check (n_handed >= 0),
	n_delivered bigint not null default 0 check (n_delivered >= 0),
	n_posted bigint not null default 0 check (n_posted >= 0),
	n_withdrawn bigint not null default 0 check (n_withdrawn >= 0),
	n_declined bigint not null default 0 check (n_declined >= 0),
	received_ms bigint not null,
	split_ms bigint not null default 0,
	routed_ms bigint not null default 0,
	released_ms bigint not null default 0,
	settled_ms bigint not null default 0,
	changed_ms bigint not null default 0,
	released_by text not null default '',
	print_close boolean not null default false,
	filed boolean not null default false,
	lots bigint not null default 0,
	lots_acknowledged bigint not null default 0,
	lots_settled bigint not null default 0,
	their_total bigint not null default 0,
	their_delivered bigint not null default 0,
	constraint job_counts_add_up check (n_split + n_box + n_paper
		+ n_offered + n_unknown + n_resend + n_held + n_bundled
		+ n_handed + n_delivered + n_posted + n_withdrawn = letters)
);
create index job_content on job (stream, sha256);
create index job_state on job (state);

-- A partition is letter_j<job number> (part = -job number) for a large job,
-- letter_m<yyyymm> (part = yyyymm) for the small ones of a month.  They bring
-- their own indexes; the parent has none, so that attaching costs nothing.
create table letter (
	job_no bigint not null,
	record bigint not null,
	line bigint not null,
	byte_at bigint not null,
	amount_cents bigint not null,
	box_bytes bigint not null,
	part integer not null,
	bsn integer, -- null: none
	dated integer,
	paper smallint not null,
	bericht_id uuid not null,
	bsn_key bytea not null,
	bind bytea not null,
	reference text collate "C" not null,
	subject text not null,
	body text,
	address text not null,
	docs bytea not null
) partition by list (part);

create table answer (
	number bigint generated always as identity primary key,
	job_no bigint not null,
	source text not null,
	asked_ms bigint not null,
	letters bigint not null,
	yes bigint not null,
	no bigint not null
);

create table route (
	job_no bigint not null,
	record bigint not null,
	answer_no bigint not null,
	rule smallint not null,
	box boolean not null,
	primary key (job_no, record)
);
create index route_paper on route (job_no, record) where not box;

create table lot (
	number bigint generated always as identity primary key,
	job_no bigint not null,
	print boolean not null,
	batch_id uuid,
	name text collate "C" not null default '',
	state smallint not null,
	letters bigint not null,
	bytes bigint not null,
	apart bigint not null default 0, -- letters with receipts of their own
	resend_letters bigint not null default 0,
	resend_ms bigint not null default 0,
	due_ms bigint not null,
	attempts integer not null default 0,
	cut_ms bigint not null,
	handed_ms bigint not null default 0,
	acknowledged_ms bigint not null default 0,
	posted_days integer,
	sha256 bytea,
	reason text not null default '',
	check (apart >= 0 and apart <= letters),
	check (resend_letters >= 0 and resend_letters <= apart)
);
create index lot_job on lot (job_no);
create index lot_batch on lot (batch_id) where not print;
create unique index lot_name on lot (name) where name <> '';
create index lot_waiting on lot (job_no)
	where state in (1, 7) or resend_letters > 0;
create index lot_bundled on lot (number) where state = 9;

create table place (
	lot_no bigint not null,
	seq bigint not null,
	job_no bigint not null,
	record bigint not null,
	primary key (lot_no, seq)
);
create index place_letter on place (job_no, record, lot_no);

create table attempt (
	number bigint generated always as identity primary key,
	lot_no bigint not null,
	endpoint text collate "C" not null,
	nth integer not null,
	message_id text collate "C" not null unique,
	conversation_id text collate "C" not null,
	content_id text not null,
	envelope bytea not null,
	created_ms bigint not null,
	expires_ms bigint not null,
	begun_ms bigint not null,
	posts integer not null default 0,   -- complete or unknown
	agains integer not null default 0,  -- the peer said later
	state smallint not null, -- store/books.h
	next_post_ms bigint not null default 0,
	payload_bytes bigint not null,
	payload_sha256 bytea,
	letters bigint not null,
	part_of_lot boolean not null, -- only those to resend
	receipt_mark bigint not null, -- newest receipt of the lot at its begin
	acknowledged_ms bigint not null default 0,
	result_ms bigint not null default 0,
	reason text not null default '',
	total bigint not null default 0,
	counters bigint[] not null default '{0,0,0,0,0,0}',
	ours bigint[] not null default '{0,0,0,0,0,0}'
);
create index attempt_lot on attempt (lot_no, nth);
create index attempt_conversation on attempt (conversation_id);
create index attempt_open on attempt (endpoint) where state in (1, 2);

-- Only letters that differ from their lot.  lot_no 0: not in any lot.
create table receipt (
	number bigint generated always as identity,
	lot_no bigint not null,
	job_no bigint not null,
	record bigint not null,
	attempt_no bigint not null, -- 0: not by an attempt
	state smallint not null,
	code integer not null default 0,
	wire_code text not null default '',
	stage text not null default '',
	at_ms bigint not null
);
create index receipt_letter on receipt (job_no, lot_no, record, number);

-- Which counter of a result counts a code of the wire; four have none.
create table wire_counter (
	wire_code text primary key,
	counter smallint not null
);
insert into wire_counter values ('Verwerkt', 0),
	('NietActiefOfGeabonneerd', 1), ('TechnischProbleem', 2),
	('BerichtTypeNietOndersteund', 3),
	('PublicatieDatumLigtTeVerInDeToekomst', 4),
	('AanmaakDatumLigtTeVerInHetVerleden', 5);

create table rejected (
	job_no bigint not null,
	record bigint not null,
	line bigint not null,
	byte_at bigint not null,
	code integer not null,
	field text not null,
	reason text not null,
	reference text not null,
	warning boolean not null
);
create index rejected_job on rejected (job_no, record);

create table event (
	number bigint generated always as identity primary key,
	at_ms bigint not null,
	job text collate "C" not null,
	person text not null,
	what text not null,
	text text not null
);
create index event_job on event (job, number);

create table inbound (
	number bigint generated always as identity primary key,
	message_id text collate "C" not null unique,
	cpa_id text not null,
	conversation_id text not null,
	ref_to text not null,
	action text not null,
	kind smallint not null,
	payload bytea not null,
	error_code text not null,
	error_text text not null,
	reply bytea not null,
	reply_id text not null,
	reply_url text not null,
	reply_is_error boolean not null,
	received_ms bigint not null,
	applied boolean not null default false,
	push_open boolean not null,
	push_ms bigint not null,
	push_tries integer not null default 0
);
create index inbound_new on inbound (number)
	where not applied and not reply_is_error;
create index inbound_push on inbound (push_ms) where push_open;

-- The theoretical arrival time of the next lot, see batch/pace.h.
create table pace (
	endpoint text collate "C" primary key,
	tat_us bigint not null default 0
);

create function mobb_changed() returns trigger language plpgsql as $$
begin
	perform pg_notify('mobb', '');
	return null;
end $$;

create function mobb_job_stamp() returns trigger language plpgsql as $$
begin
	new.changed_ms :=
		(extract(epoch from clock_timestamp()) * 1000)::bigint;
	return new;
end $$;

create trigger job_stamp before insert or update on job
	for each row execute function mobb_job_stamp();
create trigger job_changed after insert or update on job
	for each row execute function mobb_changed();
create trigger lot_changed after insert or update on lot
	for each row execute function mobb_changed();
create trigger attempt_changed after insert or update on attempt
	for each row execute function mobb_changed();
create trigger inbound_changed after insert or update on inbound
	for each row execute function mobb_changed();

-- The state a letter has because of its lot (DESIGN 6).
create function lot_letter_state(state smallint, print boolean)
returns smallint language sql immutable parallel safe as $$
	select (case state
		when 1 then 2 when 2 then 4 when 3 then 4
		when 4 then case when print then 12 else 5 end
		when 5 then 9 when 6 then 7 when 7 then 7 when 8 then 9
		when 9 then 10 when 10 then 11 end)::smallint
$$;

-- Where each letter is now.  Ask it with part and job_no.  Each look-up has a
-- limit, so that it goes by index for each letter, whatever the planner thinks
-- of tables that have just been filled.
create view letter_now as
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
	select t.box, t.rule, t.answer_no from route t
	where t.job_no = l.job_no and t.record = l.record limit 1) t on true
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
