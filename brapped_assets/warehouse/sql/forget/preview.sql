-- What `brapped forget` is about to remove of a listener's own.
select plays.plays, plays.first_at, plays.last_at,
       (select count(*)::int from audit.poll p
         where p.listener_id = %(listener_id)s and p.polled_at < %(before)s) as polls,
       (select count(*)::int from audit.import_file i
         where i.listener_id = %(listener_id)s and coalesce(i.last_at, i.started_at) < %(before)s) as files,
       (select count(*)::int from audit.rejected_row r
         where r.listener_id = %(listener_id)s
           and audit.latest_end(r.source, r.payload, r.first_seen_at) < %(before)s) as odd_rows,
       (select count(distinct s.taken_on)::int from star.spotify_top s
         where s.listener_id = %(listener_id)s
           and s.taken_on < star.local_time(%(before)s::timestamptz, %(moves)s::timestamptz[],
                                            %(zones)s::text[])::date) as rankings
from (select count(*)::int as plays, min(f.played_at) as first_at, max(f.played_at) as last_at
        from star.streaming_fact f where f.listener_id = %(listener_id)s and f.played_at < %(before)s) plays
