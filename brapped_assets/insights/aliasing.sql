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
