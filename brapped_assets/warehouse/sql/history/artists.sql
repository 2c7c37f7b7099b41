-- An export names no artist's id. Whoever is not known by that name yet is provisional, until a track of theirs is read.
insert into star.artist_dim (artist_name)
select named.artist
from (select distinct coalesce(nullif(m.artist, ''), 'Unknown artist') as artist from met m where m.track_key is null) named
where not exists (select from star.artist_of(null, named.artist))
order by 1
on conflict do nothing
