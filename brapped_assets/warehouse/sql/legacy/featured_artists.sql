insert into star.artist_dim (artist_name)
select distinct credit.name
from unnest(%(track_ids)s::text[], %(featured)s::text[]) as l (track_id, featured)
join star.track_dim t on t.track_ref = l.track_id
cross join unnest(string_to_array(l.featured, ', ')) as credit (name)
where t.payload_key is null and not star.is_nobody(null, credit.name)
  and not exists (select from star.track_artist ta where ta.track_key = t.track_key)
  and not exists (select from star.artist_dim known where known.artist_name = credit.name)
order by 1
on conflict do nothing
