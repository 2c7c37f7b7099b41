-- Main artists the star does not know yet; the artist dimension fills in the rest later.
with main_artist as (
    select distinct on (c.artist_id, case when c.artist_id is null then c.artist_name end) c.artist_id, c.artist_name
    from raw.recently_played r
    join raw.track_payload p using (payload_key)
    cross join lateral star.credits_of(p.payload) c
    where r.listener_id = %(listener_id)s and not r.is_merged and c.position = 0
    order by c.artist_id, case when c.artist_id is null then c.artist_name end, p.payload_key desc
)
insert into star.artist_dim (artist_id, artist_name)
select m.artist_id, m.artist_name from main_artist m
where not exists (select from star.artist_of(m.artist_id, m.artist_name))
order by m.artist_id, m.artist_name
on conflict do nothing
