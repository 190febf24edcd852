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
