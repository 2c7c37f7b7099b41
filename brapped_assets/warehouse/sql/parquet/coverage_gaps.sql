select g.* from bi.coverage_gaps g where g.listener_id = %(listener_id)s order by g.gap_start, g.gap_end
