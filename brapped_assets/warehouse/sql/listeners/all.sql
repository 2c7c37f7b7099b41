select listener_id, spotify_user_id, display_name, time_zone, collected_since, authorized_at, consent_ended_at
from audit.listener order by listener_id
