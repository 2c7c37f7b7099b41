-- Writes what differs, and says whose months did: an hour's plays leave thousands of artists as they are.
with fresh as materialized (
    select p.listener_id, m.month, t.artist_key, count(*) as plays, sum(p.ms_played) as ms, min(p.played_on) as first_on,
           max(p.played_on) as last_on
    from unnest(%(months)s::date[]) as m (month)
    join insights.shown_play p
      on p.played_at >= m.month::timestamp at time zone 'UTC' - interval '1 day'
     and p.played_at < (m.month + interval '1 month') at time zone 'UTC' + interval '1 day'
     and p.played_on >= m.month and p.played_on < m.month + interval '1 month'
    join star.track_dim t using (track_key)
    where p.listener_id = %(listener_id)s and p.counts
    group by p.listener_id, m.month, t.artist_key
), gone as (
    delete from insights.artist_month a
    where a.listener_id = %(listener_id)s and a.month = any(%(months)s::date[])
      and not exists (select from fresh f where f.month = a.month and f.artist_key = a.artist_key)
    returning a.artist_key
), written as (
    insert into insights.artist_month (listener_id, month, artist_key, plays, ms, first_on, last_on)
    select listener_id, month, artist_key, plays, ms, first_on, last_on from fresh
    -- In the order of the key its index is packed full: half the bytes.
    order by month, artist_key
    on conflict (listener_id, month, artist_key) do update
       set plays = excluded.plays, ms = excluded.ms, first_on = excluded.first_on, last_on = excluded.last_on
       where (artist_month.plays, artist_month.ms, artist_month.first_on, artist_month.last_on)
             is distinct from (excluded.plays, excluded.ms, excluded.first_on, excluded.last_on)
    returning artist_key
)
select artist_key as key from gone union select artist_key from written
