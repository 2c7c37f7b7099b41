-- Exported minus polled END of every matched play of extended history, counted by bins between the edges given.
select bin, count(*)::int as plays
from star.streaming_fact f
cross join lateral (select width_bucket(extract(epoch from f.export_at - coalesce(f.api_at, f.legacy_at))::float8,
                                        %(edges)s::float8[]) as bin) at
where f.listener_id = %(listener_id)s and f.in_extended and coalesce(f.api_at, f.legacy_at) is not null
group by bin
