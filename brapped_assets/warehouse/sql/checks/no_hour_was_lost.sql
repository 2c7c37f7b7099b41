select listener_id, gap_start, gap_end, reason from audit.gap
where closed_at is null and gap_end >= %(since)s
order by gap_start desc
