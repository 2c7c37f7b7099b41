-- `collected_until`: the newest play polled. What only this machine can use (token, consent) stays here.
select jsonb_build_object(
           'spotify_user_id', l.spotify_user_id, 'account_id', l.account_id, 'display_name', l.display_name,
           'time_zone', l.time_zone, 'collected_since', l.collected_since, 'forgotten_before', l.forgotten_before,
           'zones', coalesce((select jsonb_agg(jsonb_build_object('from_at', nullif(z.from_at, '-infinity'),
                                                              'time_zone', z.time_zone) order by z.from_at)
                                from audit.listener_zone z where z.listener_id = l.listener_id), '[]'),
           'collected_until', (select max(r.played_at) from raw.recently_played r where r.listener_id = l.listener_id)) as record
from audit.listener l where l.listener_id = %(listener_id)s
