-- Whoever is known by name alone becomes the artist of that name as soon as there is one who has an id; whoever is nobody,
-- the unknown artist.
with namesake as materialized (
    select p.artist_key as was, known.artist_key as becomes
    from star.artist_dim p
    cross join lateral star.artist_of(null, case when p.is_nobody then 'Unknown artist' else p.artist_name end) known
    where p.artist_id is null and known.artist_key <> p.artist_key
),
credited as (
    update star.track_artist c set artist_key = n.becomes from namesake n where c.artist_key = n.was
),
shown as (
    delete from insights.hidden h using namesake n where h.artist_key = n.was returning h.listener_id, n.becomes, h.hidden_at
),
hidden as (
    insert into insights.hidden (listener_id, artist_key, hidden_at)
    select s.listener_id, s.becomes, s.hidden_at from shown s
    on conflict do nothing
)
update star.track_dim t set artist_key = n.becomes from namesake n where t.artist_key = n.was
