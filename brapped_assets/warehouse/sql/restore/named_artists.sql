-- Artists that tracks or credits know by name only, where the track is new here.
insert into star.artist_dim (artist_name)
select distinct star.somebody(told.artist_name)
from jsonb_to_recordset(%(records)s::jsonb) as told (track_ref text, "position" smallint, artist_id text, artist_name text)
left join star.track_dim t using (track_ref)
where star.somebodys_id(told.artist_id, told.artist_name) is null and told.artist_name is not null
  and case when told.position is null then t.track_key is null
           else t.track_key is not null
                and not exists (select from star.track_artist c
                                 where c.track_key = t.track_key and c.position = told.position) end
order by 1
on conflict do nothing
