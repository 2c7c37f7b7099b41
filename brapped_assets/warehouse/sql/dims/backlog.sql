select (select count(*) from raw.track_payload where not is_applied)::int as payloads,
       (select count(*) from star.artist_dim
         where artist_id is not null and (ask_again_at is null or ask_again_at <= %(now)s))::int as artists,
       (select min(ask_again_at) from star.artist_dim
         where artist_id is not null and ask_again_at > %(now)s) as next_artist_due_at
