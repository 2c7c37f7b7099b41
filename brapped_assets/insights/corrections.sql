-- name: hidden
select h.hidden_id, h.artist_key, h.track_key, h.context_uri, h.hidden_at, h.why, a.artist_name, t.track_name,
       ta.artist_name as track_artist_name,
       (select c.context_type from raw.context c where c.context_uri = h.context_uri limit 1) as context_type
from insights.hidden h
left join star.artist_dim a on a.artist_key = h.artist_key
left join star.track_dim t on t.track_key = h.track_key
left join star.artist_dim ta on ta.artist_key = t.artist_key
where h.listener_id = %(listener_id)s
order by h.hidden_at desc, h.hidden_id desc

-- name: hide
-- Whoever or whatever is known; hidden already, nothing happens.
insert into insights.hidden (listener_id, artist_key, track_key, context_uri, hidden_at, why)
select l.listener_id, %(artist)s, %(track)s, %(context)s, %(now)s, %(why)s
from audit.listener l
where l.listener_id = %(listener_id)s
  and (exists (select from star.artist_dim where artist_key = %(artist)s)
       or exists (select from star.track_dim where track_key = %(track)s)
       or exists (select from raw.context where context_uri = %(context)s))
on conflict do nothing

-- name: hidden_times
select h.hidden_time_id, h.from_at, h.until_at, h.track_key, h.hidden_at, h.why, t.track_name, a.artist_name,
       (select count(*) from star.streaming_fact f
         where f.listener_id = h.listener_id and f.played_at >= h.from_at and f.played_at < h.until_at
           and (h.track_key is null or f.track_key = h.track_key)) as plays
from insights.hidden_time h
left join star.track_dim t on t.track_key = h.track_key
left join star.artist_dim a on a.artist_key = t.artist_key
where h.listener_id = %(listener_id)s
order by h.hidden_at desc, h.hidden_time_id desc

-- name: hide_time
-- Of a listener there is; hidden already, nothing happens. One play: its END, its track.
insert into insights.hidden_time (listener_id, from_at, until_at, track_key, hidden_at, why)
select l.listener_id, %(from_at)s, %(until_at)s, %(track)s::int, %(now)s, %(why)s
from audit.listener l
where l.listener_id = %(listener_id)s
  and (%(track)s::int is null
       or exists (select from star.streaming_fact f
                   where f.listener_id = l.listener_id and f.played_at = %(from_at)s and f.track_key = %(track)s::int))
on conflict do nothing

-- name: show_time_again
delete from insights.hidden_time where listener_id = %(listener_id)s and hidden_time_id = %(hidden_id)s

-- name: show_again
delete from insights.hidden where listener_id = %(listener_id)s and hidden_id = %(hidden_id)s

-- name: said
select heard_time_id, from_at, until_at, said_at
from insights.heard_time
where listener_id = %(listener_id)s
order by said_at desc, heard_time_id desc

-- name: say_heard
-- Of a listener there is; said already, nothing happens.
insert into insights.heard_time (listener_id, from_at, until_at, said_at)
select l.listener_id, %(from_at)s, %(until_at)s, %(now)s
from audit.listener l
where l.listener_id = %(listener_id)s
on conflict do nothing

-- name: unsay_heard
delete from insights.heard_time where listener_id = %(listener_id)s and heard_time_id = %(heard_time_id)s

-- name: aliases
select s.alias_id, s.kind, s.from_key, s.to_key, s.aliased_at, s.why,
       coalesce(heard_artist.artist_name, heard.track_name) as name,
       coalesce(as_artist.artist_name, as_track.track_name) as other_name,
       heard_by.artist_name as by_name, as_by.artist_name as other_by_name
from insights.alias s
left join star.artist_dim heard_artist on s.kind = 'artist' and heard_artist.artist_key = s.from_key
left join star.artist_dim as_artist on s.kind = 'artist' and as_artist.artist_key = s.to_key
left join star.track_dim heard on s.kind = 'track' and heard.track_key = s.from_key
left join star.artist_dim heard_by on heard_by.artist_key = heard.artist_key
left join star.track_dim as_track on s.kind = 'track' and as_track.track_key = s.to_key
left join star.artist_dim as_by on as_by.artist_key = as_track.artist_key
where s.listener_id = %(listener_id)s
order by s.aliased_at desc, s.alias_id desc

-- name: alias
-- A trigger has it lead to the end at once, and leaves out what would lead back.
insert into insights.alias (listener_id, kind, from_key, to_key, aliased_at, why)
select l.listener_id, %(kind)s, %(heard)s, %(other)s, %(now)s, %(why)s
from audit.listener l
where l.listener_id = %(listener_id)s and %(heard)s::int <> %(other)s::int
on conflict do nothing

-- name: take_back
delete from insights.alias where listener_id = %(listener_id)s and alias_id = %(alias_id)s
