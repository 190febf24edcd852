-- The paper run: what a bundle is of, so that it is written again as it was,
-- and proofs before a run.

alter table lot
	-- of a bundle: its number in the job, and the bundle before it
	add column nth integer not null default 0,
	add column previous text not null default '',
	add column product text not null default '', -- '': none was set
	add column envelope text not null default '', -- '': not said
	add column colour boolean not null default false,
	add column simplex boolean not null default false,
	add column merged boolean not null default false,
	add column test boolean not null default false,
	add column weight integer not null default 0; -- grams; 0: mixed

update lot o set nth = n.nth from (select number, row_number()
	over (partition by job_no order by number) as nth
	from lot where print) n where n.number = o.number;

-- A proof of a run: some of its letters, marked PROOF, which count as nothing.
create table print_proof (
	job_no bigint not null,
	nth integer not null,      -- 1 .. in the job
	name text collate "C" not null,
	state smallint not null,   -- store/print.h
	records bigint[] not null, -- in their order
	nr integer not null,       -- number in the name
	test boolean not null,
	made_ms bigint not null,
	sha256 bytea,
	person text not null default '',
	primary key (job_no, nth)
);
create trigger print_proof_changed after insert or update on print_proof
	for each row execute function mobb_changed();

-- A person says of one that waits, or was found bad, what it is.
create function mobb_proof_by_person() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
	if not mobb_owner() and (old.state not in (2, 4)
			or new.state not in (3, 4, 6)) then
		raise exception 'this proof waits for nobody'
			using errcode = 'MB304';
	end if;
	return new;
end $$;
create trigger print_proof_right before update on print_proof
for each row execute function mobb_proof_by_person();

insert into person_table (name, rows, look, adds, changes, removes, records)
values ('print_proof', 'job', '*', false, 'state, person', false, true);
