-- `collected_until`: the newest play polled. What only this machine can use (token, consent) stays here.
select jsonb_build_object(
           'spotify_user_id', l.spotify_user_id, 'account_id', l.account_id, 'display_name', l.display_name,
           'time_zone', l.time_zone, 'collected_since', l.collected_since, 'forgotten_before', l.forgotten_before,
           'collected_until', (select max(r.played_at) from raw.recently_played r where r.listener_id = l.listener_id)) as record
from audit.listener l where l.listener_id = %(listener_id)s
