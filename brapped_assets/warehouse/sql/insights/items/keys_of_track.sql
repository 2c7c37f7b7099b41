-- A recording keeps its ISRC on every release.
select t.track_key as key from star.track_dim t where t.track_key = %(key)s
union
select release.track_key from star.track_dim t join star.track_dim release using (isrc) where t.track_key = %(key)s
order by 1
