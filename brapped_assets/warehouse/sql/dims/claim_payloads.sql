-- Locked in one order: a second run waits, then finds them read.
select payload_key from raw.track_payload where not is_applied order by payload_key limit %(limit)s for update
