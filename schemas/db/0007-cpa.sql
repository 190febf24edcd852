-- Under which agreements is something under way?

create index attempt_awaiting on attempt (cpa_id)
	where state in (1, 2, 3, 7) and result_ms = 0;
