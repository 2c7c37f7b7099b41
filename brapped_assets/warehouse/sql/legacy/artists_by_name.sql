-- Whoever is told without an id and not known by that name is provisional, as in exports.
insert into star.artist_dim (artist_name)
select distinct told.artist_name
from (select star.somebody(l.artist) as artist_name from raw.legacy_track l
       where l.content_hash = any(%(hashes)s::uuid[])
         and star.somebodys_id(l.artist_id, nullif(l.artist, '')) is null) told
where not exists (select from star.artist_of(null, told.artist_name))
order by told.artist_name
on conflict do nothing
