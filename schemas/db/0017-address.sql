-- What a person made of an address, for paper.  The letter's row, and what is
-- bound with it, stay as delivered; the newest one counts.
create table letter_address (
	number bigint generated always as identity primary key,
	job_no bigint not null,
	record bigint not null,
	address text not null, -- packed as in the letter's row
	event_no bigint not null,
	person text not null,
	reason text not null,
	at_ms bigint not null
);
create index letter_address_of on letter_address (job_no, record, number);

-- Letters that wait for an address are few among many receipts.
create index receipt_address on receipt (job_no, record)
	where state = 9 and code in (212, 213, 214);

-- For those who decide; see letter_open().
create function letter_corrected(job bigint, nth bigint) returns text
language sql stable security definer
set search_path = public, pg_temp as $$
	select a.address from letter_address a join job j on j.number = a.job_no
	where a.job_no = letter_corrected.job
	and a.record = letter_corrected.nth
	and (mobb_owner() or mobb_may('act', j.sender))
	order by a.number desc limit 1
$$;

-- What is in a bundle, or has its end, is as it was printed.
create function mobb_address_by_person() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
	if not mobb_owner() and not exists (select from job j
			join letter_now n on n.part = j.part
			and n.job_no = j.number and n.record = new.record
			where j.number = new.job_no and j.state not in (8, 9, 10)
			and n.state in (1, 2, 3, 4, 6, 7, 8, 9)) then
		raise exception 'too late to correct this address'
			using errcode = 'MB304';
	end if;
	return new;
end $$;
create trigger letter_address_right before insert on letter_address
for each row execute function mobb_address_by_person();

insert into person_table (name, rows, look, adds, changes, removes, records)
values ('letter_address', 'job', '-address', true, '', false, true);

-- A person said that a job is complete, and with what sums.
create table job_closing (
	job_no bigint primary key,
	records bigint not null,
	delivered bigint not null,
	posted bigint not null,
	rejected bigint not null,
	withdrawn bigint not null,
	sum text not null, -- as it was shown
	person text not null,
	reason text not null,
	at_ms bigint not null
);
-- A person states what the books say, also without mobbjob.
create function mobb_closing() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
	if mobb_owner() then
		return new;
	end if;
	if not exists (select from job j where j.number = new.job_no
			and j.letters = j.n_delivered + j.n_posted
				+ j.n_withdrawn
			and j.promised_letters in (-1, j.records)
			and j.promised_cents in (-1, j.cents)
			and (new.records, new.delivered, new.posted,
				new.rejected, new.withdrawn)
				= (j.letters + j.rejected, j.n_delivered,
				j.n_posted, j.rejected, j.n_withdrawn)) then
		raise exception 'that is not what the books say'
			using errcode = 'MB304';
	end if;
	new.at_ms := extract(epoch from clock_timestamp()) * 1000;
	return new;
end $$;
create trigger job_closing_right before insert on job_closing
for each row execute function mobb_closing();
insert into person_table (name, rows, look, adds, changes, removes, records)
values ('job_closing', 'job', '*', true, '', false, true);
