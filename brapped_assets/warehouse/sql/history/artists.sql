-- An export names no artist's id. Whoever is not known by that name yet is provisional, until a track of theirs is read.
insert into star.artist_dim (artist_name)
select distinct coalesce(nullif(s.artist, ''), 'Unknown artist')
from staged_track s
where not exists (select from star.track_dim t where t.track_ref = s.track_ref)
  and not exists (select from star.artist_of(null, coalesce(nullif(s.artist, ''), 'Unknown artist')))
order by 1
on conflict do nothing
