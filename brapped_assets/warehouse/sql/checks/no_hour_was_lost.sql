select listener_id, gap_start, gap_end, reason from bi.coverage_gaps
where closed_at is null and gap_end >= %(since)s
order by gap_start desc
