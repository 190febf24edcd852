-- The release page: what the letters of a job weigh, one row a job, so that
-- showing it counts nothing.  No row: the job is of before there were pages.

create table page (
	job_no bigint primary key,
	-- of all letters, at split; batch/forecast.h has the words
	pages bigint not null,
	sheets bigint not null,
	uncounted bigint not null,
	documents_bytes bigint not null,
	box_bytes bigint not null,
	abroad bigint not null,
	paper_only bigint not null,
	publish_first integer, -- days; null: no letter has one
	publish_last integer,
	deadline_first integer,
	deadline_last integer,
	dated_first integer,
	dated_last integer,
	-- at routing; null before it
	to_box bigint,
	to_paper bigint,
	lot_bytes bigint,   -- of what goes to the box
	lots bigint,
	paper_pages bigint, -- of what goes on paper, and so on
	paper_sheets bigint,
	paper_uncounted bigint,
	paper_bytes bigint,
	paper_abroad bigint,
	bundles bigint,
	-- when the last lot was acknowledged; 0: not all have left
	sent_ms bigint not null default 0
);

-- The run before, of the same stream.
create index job_stream on job (stream, number);
