-- How long lots and questions took is from their first byte until what answers
-- them was here, also when it was applied in another run.
create index inbound_ref on inbound (ref_to collate "C");
