-- Somebody with exports and without a login; whoever logs in first is them.
insert into audit.listener (spotify_user_id, display_name, time_zone, created_at, forgotten_before)
values (%(unnamed)s, 'You', %(time_zone)s, %(now)s, audit.forgotten_before(%(unnamed)s))
on conflict (spotify_user_id) do update set time_zone = listener.time_zone
returning listener_id, spotify_user_id, display_name, time_zone, collected_since, authorized_at, consent_ended_at
