-- An export names no artist's id. Whoever is not known by that name yet is provisional, until a track of theirs is read.
-- It names the album's artist, and who that is of a compilation is nobody: such tracks have the unknown artist until then.
insert into star.artist_dim (artist_name)
select named.artist
from (select distinct star.somebody(told.artist) as artist
        from (select distinct m.artist from met m where m.track_key is null) told) named
where not exists (select from star.artist_of(null, named.artist))
order by 1
on conflict do nothing
