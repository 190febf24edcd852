-- What came in is not kept for ever, and an answer counts only under the
-- agreement that its message was sent under.

alter table inbound
	add column reply_once boolean not null default false,
	add column keep_until_ms bigint not null default 0,
	add column parties text collate "C" not null default '';
update inbound set keep_until_ms = received_ms + 35 * 86400000::bigint;
create index inbound_old on inbound (keep_until_ms);
create index inbound_payload on inbound (received_ms)
	where applied and octet_length(payload) > 0;

alter table attempt -- '': not known
	add column cpa_id text collate "C" not null default '',
	add column parties text collate "C" not null default '';
