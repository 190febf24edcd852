-- Read-only views for Excel, Power BI and Grafana: no citizen number, name,
-- subject or address.  Role mobb_look may select these and nothing else; it is
-- made by whoever makes the database (the private cluster does it itself).

create table state_word (
	noun text not null,
	state smallint not null,
	word text not null,
	primary key (noun, state)
);
insert into state_word values
	('job', 1, 'received'), ('job', 2, 'split'), ('job', 3, 'routed'),
	('job', 4, 'held'), ('job', 5, 'released'), ('job', 6, 'sending'),
	('job', 7, 'awaiting results'), ('job', 8, 'settled'),
	('job', 9, 'refused'), ('job', 10, 'cancelled'),
	('lot', 1, 'cut'), ('lot', 2, 'offered'), ('lot', 3, 'acknowledged'),
	('lot', 4, 'settled'), ('lot', 5, 'failed'), ('lot', 6, 'expired'),
	('lot', 7, 'unknown'), ('lot', 8, 'held'), ('lot', 9, 'bundled'),
	('lot', 10, 'handed over'),
	('letter', 1, 'split'), ('letter', 2, 'box'), ('letter', 3, 'paper'),
	('letter', 4, 'offered'), ('letter', 5, 'delivered'),
	('letter', 6, 'declined'), ('letter', 7, 'unknown'),
	('letter', 8, 'resend'), ('letter', 9, 'held'),
	('letter', 10, 'bundled'), ('letter', 11, 'handed over'),
	('letter', 12, 'posted'), ('letter', 13, 'rejected'),
	('letter', 14, 'withdrawn');

create function moment(ms bigint) returns timestamptz
language sql immutable parallel safe as $$
	select case when ms > 0 then to_timestamp(ms / 1000.0) end
$$;

create view mobb_jobs as
select j.id as job, j.stream, j.sender, j.oin, j.environment, j.endpoint,
	j.format, j.file, w.word as state, j.reason_code, j.edition, j.bytes,
	nullif(j.promised_letters, -1) as promised_letters,
	j.letters + j.rejected as "in", j.letters, j.rejected, j.warnings,
	j.n_delivered as delivered, j.n_posted as posted,
	j.n_withdrawn as withdrawn,
	j.letters - j.n_delivered - j.n_posted - j.n_withdrawn as open,
	j.n_split as split, j.n_box as box, j.n_paper as paper,
	j.n_offered as offered, j.n_unknown as unknown, j.n_resend as resend,
	j.n_held as held, j.n_bundled as bundled, j.n_handed as handed_over,
	j.n_declined as declined,
	j.lots, j.lots_acknowledged, j.lots_settled,
	moment(j.received_ms) as received, moment(j.split_ms) as split_at,
	moment(j.routed_ms) as routed_at, moment(j.released_ms) as released_at,
	j.released_by, moment(j.settled_ms) as settled_at
from job j
join state_word w on w.noun = 'job' and w.state = j.state;

create view mobb_lots as
select o.number as lot, j.id as job, j.stream, j.endpoint,
	case when o.print then 'print' else 'box' end as channel,
	o.batch_id, o.name as bundle, w.word as state, o.letters, o.bytes,
	o.attempts, moment(o.cut_ms) as cut,
	moment(o.acknowledged_ms) as acknowledged,
	moment(o.handed_ms) as handed_over,
	date '1970-01-01' + o.posted_days as posted
from lot o
join job j on j.number = o.job_no
join state_word w on w.noun = 'lot' and w.state = o.state;

-- One job at a time: where job = '...'.
create view mobb_letters as
select j.id as job, j.stream, n.record, n.bericht_id, l.reference,
	w.word as state, n.code, n.wire_code, nullif(n.lot_no, 0) as lot
from job j
join letter_now n on n.part = j.part and n.job_no = j.number
join letter l on l.part = j.part and l.job_no = j.number
	and l.record = n.record
join state_word w on w.noun = 'letter' and w.state = n.state;

-- Asked each time the program looks at the schema: the role may have been made
-- later.
create function mobb_grant_look() returns void language plpgsql as $$
begin
	if exists (select from pg_roles where rolname = 'mobb_look') then
		execute format('grant connect on database %I to mobb_look',
			current_database());
		grant usage on schema public to mobb_look;
		grant select on mobb_jobs, mobb_lots, mobb_letters
			to mobb_look;
	end if;
end $$;
