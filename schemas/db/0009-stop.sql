-- Whole streams, senders and endpoints that are held: nothing of theirs leaves
-- or is printed.  A job that is held says so itself (job.state).
create table stop (
	kind smallint not null, -- store/stop.h
	name text collate "C" not null,
	code integer not null,
	reason text not null,
	person text not null,
	since_ms bigint not null,
	primary key (kind, name)
);
create trigger stop_changed after insert or update or delete on stop
	for each statement execute function mobb_changed();

-- When the printer began to hand a bundle over: from then on it is under way,
-- and no hold stops it.
alter table lot add column leaving_ms bigint not null default 0;

-- What a person decided about a letter: the event that says who, why and when.
alter table receipt add column event_no bigint;

-- Letters that are delivered because a person said so.
alter table job add column n_decided bigint not null default 0;

-- Nothing of it left, and nothing will.
insert into state_word values ('lot', 11, 'withdrawn');
create or replace function lot_letter_state(state smallint, print boolean)
returns smallint language sql immutable parallel safe as $$
	select (case state
		when 1 then 2 when 2 then 4 when 3 then 4
		when 4 then case when print then 12 else 5 end
		when 5 then 9 when 6 then 7 when 7 then 7 when 8 then 9
		when 9 then 10 when 10 then 11 when 11 then 14 end)::smallint
$$;
