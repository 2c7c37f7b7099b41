-- While it is new: a kind of item first met long ago is for nobody to mend. Not the row itself: samples stay in Dagster's
-- history, where nobody forgets them.
select listener_id, reason, times, first_seen_at, last_seen_at, content_hash
from (select r.*, min(r.first_seen_at) over (partition by r.listener_id, r.reason) as kind_first_seen_at
        from audit.rejected_row r where r.source = 'poll' and r.kind = 'not_understood') odd
where kind_first_seen_at > %(now)s::timestamptz - interval '14 days'
order by last_seen_at desc
