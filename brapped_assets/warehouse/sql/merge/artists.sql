-- Main artists the star does not know yet; the artist dimension fills in the rest later.
with main_artist as (
    select distinct on (coalesce(id, name)) id, name
    from (select p.payload #>> '{artists,0,id}' as id,
                 coalesce(nullif(p.payload #>> '{artists,0,name}', ''), 'Unknown artist') as name,
                 p.payload_key
            from raw.recently_played r join raw.track_payload p using (payload_key)
           where r.listener_id = %(listener_id)s and not r.is_merged) waiting
    order by coalesce(id, name), payload_key desc
)
insert into star.artist_dim (artist_id, artist_name)
select m.id, m.name from main_artist m
where not exists (select from star.artist_dim a
                  where a.artist_id = m.id or (m.id is null and a.artist_id is null and a.artist_name = m.name))
order by m.id, m.name
on conflict do nothing
