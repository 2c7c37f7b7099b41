-- Tracks the star does not know yet, with what the play itself says; the track dimension fills in the rest later.
with track as (
    select distinct on (r.track_ref) r.track_ref, p.payload as served, c.artist_id, c.artist_name
    from raw.recently_played r
    join raw.track_payload p using (payload_key)
    cross join lateral star.credits_of(p.payload) c
    where r.listener_id = %(listener_id)s and not r.is_merged and c.position = 0
    order by r.track_ref, p.payload_key desc
)
insert into star.track_dim (track_ref, track_id, track_name, artist_key)
select t.track_ref, case when t.served ->> 'id' = t.track_ref then t.track_ref end,
       coalesce(star.text_of(t.served -> 'name'), t.track_ref), a.artist_key
from track t
-- A page may land between the statement that adds artists and this one: a track whose artist is not there yet waits, with
-- its play, for the next merge.
cross join lateral star.artist_of(t.artist_id, t.artist_name) a
where not exists (select from star.track_dim known where known.track_ref = t.track_ref)
order by t.track_ref
on conflict (track_ref) do nothing
