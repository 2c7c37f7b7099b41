select listener_id, gap_start, gap_end, round(extract(epoch from gap_end - gap_start) / 3600, 1)::float8 as hours
from bi.coverage_gaps
where closed_at is null
order by gap_start desc
