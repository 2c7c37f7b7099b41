-- name: by_listener
-- One row per listener: what `brapped status` says of them. Consent ends six months after the login.
-- An hour is in doubt when an open gap touches it.
select l.listener_id, l.display_name, l.time_zone, l.collected_since, l.token_fingerprint is not null as has_logged_in,
       l.consent_ended_at,
       l.authorized_at + interval '6 months' as consent_ends_at,
       poll.last_polled_at, poll.polls, fact.plays, fact.impossible_repeats, gap.*, doubt.hours_in_doubt, aside.*,
       latest.clock_skew_ms,
       (select count(*)::int from audit.import_file i
         where i.listener_id = l.listener_id and i.finished_at is not null and i.reader_version < %(reader_version)s)
       as files_to_read_again,
       (select count(*)::int from star.spoken_play s
         where s.listener_id = l.listener_id and not s.is_told_elsewhere) as spoken
from audit.listener l
cross join lateral (select max(p.polled_at) as last_polled_at, count(*)::int as polls
                      from audit.poll p
                     where p.listener_id = l.listener_id
                       -- A poll of a clock that was ahead is no recent poll.
                       and p.polled_at <= %(now)s::timestamptz + interval '1 hour') poll
cross join lateral (select count(*)::int as plays, count(f.repeat_of)::int as impossible_repeats
                      from star.streaming_fact f where f.listener_id = l.listener_id) fact
cross join lateral (select count(*) filter (where g.closed_at is null)::int as gaps_open,
                           coalesce(sum(g.seconds) filter (where g.closed_at is null), 0)::float8 as seconds_in_gaps,
                           coalesce(sum(g.seconds) filter (where g.closed_at is not null), 0)::float8 as seconds_closed,
                           max(g.closed_at) as last_closed_at,
                           (array_agg(g.closed_by order by g.closed_at desc nulls last))[1] as last_closed_by
                      from (select closed_at, closed_by, extract(epoch from gap_end - gap_start) as seconds
                              from bi.coverage_gaps where listener_id = l.listener_id) g) gap
cross join lateral (select count(distinct hour)::int as hours_in_doubt
                      from bi.coverage_gaps g
                      cross join generate_series(date_trunc('hour', g.gap_start),
                                                 g.gap_end - interval '1 microsecond', interval '1 hour') hour
                     where g.listener_id = l.listener_id and g.closed_at is null) doubt
-- What nobody understands is news while it is new: a kind of it first met long ago is for nobody to mend.
cross join lateral (select coalesce(sum(k.items) filter (where k.kind = 'not_understood'), 0)::int as rejected,
                           coalesce(sum(k.items) filter (where k.kind = 'not_understood'
                                                          and k.first_seen_at > %(news_since)s), 0)::int as rejected_lately,
                           coalesce(sum(k.items) filter (where k.kind in ('podcast', 'audiobook', 'advertisement')), 0)::int
                               as not_music,
                           coalesce(sum(k.items) filter (where k.kind = 'nothing'), 0)::int as empty_items,
                           coalesce(sum(k.items) filter (where k.kind = 'impossible_time'), 0)::int as impossible_times
                      from (select r.kind, r.reason, count(*) as items, min(r.first_seen_at) as first_seen_at
                              from audit.rejected_row r
                             where r.listener_id = l.listener_id and r.source = 'poll'
                             group by r.kind, r.reason) k) aside
left join lateral (select p.clock_skew_ms from audit.poll p where p.listener_id = l.listener_id
                    order by p.poll_id desc limit 1) latest on true
order by l.listener_id

-- name: latest_poll
select p.run_id, p.polled_at
from audit.poll p
where p.polled_at > %(since)s
  -- One by a clock that was ahead was not made just now.
  and p.polled_at <= now() + interval '1 hour'
order by p.polled_at desc
limit 1

-- name: artists_to_come
-- First the tracks: without fresh statistics the planner would look at all of them once for every artist.
with waiting as materialized (
    select distinct t.artist_key from star.track_dim t
    where t.track_id is not null and t.payload_key is null and not t.is_unknown
)
select count(*) as artists from waiting join star.artist_dim a using (artist_key) where a.artist_id is null
