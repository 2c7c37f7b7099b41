-- Versions before 0.1.0 took an episode for a song and any instant for a play's, and their exports still bring such plays
-- back: these leave the fact and are kept aside.
create or replace function audit.keep_aside(listener int) returns void language plpgsql set timezone = 'UTC' as $$
declare
    impossible constant text := 'impossible_time';
begin
    create temporary table if not exists aside (
        played_at timestamptz, track_ref text, poll_id bigint, polled_at timestamptz, payload text, kind text, track_key int
    ) on commit drop;
    truncate aside;
    insert into aside
    select r.played_at, r.track_ref, r.poll_id, p.polled_at,
           jsonb_build_object('played_at', to_char(r.played_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'track', t.payload,
                              'context', c.payload)::text,
           coalesce(audit.not_music(t.payload), impossible),
           (select d.track_key from star.track_dim d where d.track_ref = r.track_ref)
    from raw.recently_played r
    join raw.track_payload t using (payload_key)
    join audit.poll p using (poll_id)
    left join raw.context c using (context_key)
    where r.listener_id = listener
      and (r.played_at < timestamptz '2006-01-01Z' or r.played_at > p.polled_at + interval '1 day'
           or audit.not_music(t.payload) is not null);
    if not found then
        return;
    end if;
    insert into audit.rejected_row (listener_id, source, content_hash, payload, reason, kind, played_at, parser_version,
                                    times, poll_id, first_seen_at, last_seen_at)
    select listener, 'poll', encode(substr(sha256(convert_to(a.payload, 'UTF8')), 1, 16), 'hex')::uuid, a.payload,
           case when a.kind <> impossible then 'this is no music'
                when a.played_at < timestamptz '2006-01-01Z' then 'the time lies before Spotify existed'
                else 'the time lies in the future' end,
           a.kind,
           case when a.played_at between timestamptz '2006-01-01Z' and a.polled_at + interval '1 day' then a.played_at end,
           1, 1, a.poll_id, a.polled_at, a.polled_at
    from aside a
    on conflict do nothing;

    delete from raw.recently_played r using aside a
    where r.listener_id = listener and r.played_at = a.played_at and r.track_ref = a.track_ref;
    -- A row that an export tells of too keeps that half.
    update star.streaming_fact f
       set api_at = null, api_track_key = null, api_duration_ms = null, api_context_key = null,
           played_at = coalesce(f.legacy_at, f.export_at),
           played_at_local = star.local_time(coalesce(f.legacy_at, f.export_at), z.moves, z.zones)
    from aside a, audit.zones_of(listener) z
    where f.listener_id = listener and f.api_at = a.played_at and f.api_track_key = a.track_key
      and (f.export_at is not null or f.legacy_at is not null);
    delete from star.streaming_fact f using aside a
    where f.listener_id = listener and f.api_at = a.played_at and f.api_track_key = a.track_key;
    -- Whoever followed has another play before it now; the estimate is that of the merge.
    update star.streaming_fact f
       set ms_played = least(coalesce(f.api_duration_ms, o.duration_ms, 30000),
                             greatest(30000, coalesce(extract(epoch from f.played_at - before.played_at) * 1000, 2147483647)))::int
    from (select distinct (select n.play_key from star.streaming_fact n
                            where n.listener_id = listener and n.played_at > a.played_at
                            order by n.played_at limit 1) as play_key
          from aside a) next
    join star.streaming_fact s using (play_key)
    left join raw.legacy_track o on o.legacy_track_key = s.legacy_track_key
    cross join lateral (select max(b.played_at) as played_at from star.streaming_fact b
                         where b.listener_id = listener and b.played_at < s.played_at) before
    where f.play_key = next.play_key and f.is_estimated;

    -- What was reckoned from such an instant is reckoned from the others.
    update audit.poll p set oldest_at = told.oldest_at, newest_at = told.newest_at
    from (select a.poll_id, min(r.played_at) as oldest_at, max(r.played_at) as newest_at
          from (select distinct poll_id from aside) a
          left join raw.recently_played r on r.listener_id = listener and r.poll_id = a.poll_id
          group by a.poll_id) told
    where p.poll_id = told.poll_id
      and (p.oldest_at < timestamptz '2006-01-01Z' or p.newest_at > p.polled_at + interval '1 day');
    update audit.listener l
       set collected_since = coalesce((select min(r.played_at) from raw.recently_played r
                                        where r.listener_id = listener and r.poll_id = first.poll_id), first.polled_at)
    from (select p.poll_id, p.polled_at from audit.poll p where p.listener_id = listener order by p.polled_at limit 1) first
    where l.listener_id = listener and l.collected_since in (select a.played_at from aside a where a.kind = impossible);
end $$;
comment on function audit.keep_aside is
    'Takes polled items that are no music, or whose time cannot be true, out of a listener''s plays and keeps them aside.';
