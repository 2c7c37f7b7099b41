select exists (select from raw.recently_played where listener_id = %(listener_id)s) as has_landed
