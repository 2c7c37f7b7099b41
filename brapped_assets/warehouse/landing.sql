-- name: poll
-- `landed` and `overlapped` are filled by `proof` below, in the same transaction.
insert into audit.poll (listener_id, run_id, polled_at, items, landed, rejected, oldest_at, newest_at, overlapped,
                        clock_skew_ms, keys_missing, keys_new)
values (%(listener_id)s, %(run_id)s, %(polled_at)s, %(items)s, 0, %(rejected)s, %(oldest_at)s, %(newest_at)s, false,
        %(clock_skew_ms)s, %(keys_missing)s, %(keys_new)s)
returning poll_id

-- name: rejected
-- One row per item, also for what the listener forgot and is not kept: it counts as met before.
with item as (
    select distinct on (i.content_hash) i.*,
           audit.latest_end('poll', i.payload, %(now)s) >= coalesce(l.forgotten_before, '-infinity') as is_kept
    from unnest(%(hashes)s::uuid[], %(payloads)s::text[], %(reasons)s::text[], %(kinds)s::text[],
                %(played_ats)s::timestamptz[], %(presences)s::boolean[])
         as i (content_hash, payload, reason, kind, played_at, tells_presence)
    join audit.listener l on l.listener_id = %(listener_id)s
    order by i.content_hash
),
kept as (
    insert into audit.rejected_row (listener_id, source, content_hash, payload, reason, kind, played_at, parser_version,
                                    times, poll_id, first_seen_at, last_seen_at)
    select %(listener_id)s, 'poll', i.content_hash, i.payload, i.reason, i.kind, i.played_at, %(parser_version)s, 1,
           %(poll_id)s, %(now)s, %(now)s
    from item i where i.is_kept
    order by i.content_hash
    on conflict (listener_id, source, content_hash) do update
       set times = rejected_row.times + 1, last_seen_at = excluded.last_seen_at, reason = excluded.reason,
           kind = excluded.kind, played_at = excluded.played_at, parser_version = excluded.parser_version
    returning content_hash, poll_id
)
select kept.poll_id, item.tells_presence from kept join item using (content_hash)
union all
select null, item.tells_presence from item where not is_kept

-- name: proof
-- Did this page reach back to what earlier polls had landed? If not, plays may be missing in between: a gap.
-- Runs after the rows of the page are in: a row another run landed a moment ago is visible now and counts.
-- A play stamped more than a day ahead is nonsense: it must neither count as the newest nor as known for ever after.
-- What the listener forgot counts as landed: whatever came after it is in the page. Where nothing later was landed yet,
-- it is from that instant on that plays may be missing.
with page as (
    select count(*) as landed,
           count(*) filter (where played_at <= %(plausible_until)s) as plausible_landed
    from raw.recently_played
    where listener_id = %(listener_id)s and poll_id = %(poll_id)s
      -- A page's rows lie in its own stretch of time: all others need not be looked at.
      and played_at between %(oldest_at)s and %(newest_at)s
),
earlier as (
    -- Episodes and whatever else is no play prove as well as plays do that a page reached as far as this.
    select greatest((select r.played_at from raw.recently_played r
                      where r.listener_id = %(listener_id)s and r.poll_id <> %(poll_id)s
                        and r.played_at <= %(plausible_until)s
                      order by r.played_at desc limit 1),
                    (select o.played_at from audit.rejected_row o
                      where o.listener_id = %(listener_id)s and o.source = 'poll' and o.poll_id <> %(poll_id)s
                        and o.played_at <= %(plausible_until)s
                      order by o.played_at desc limit 1)) as newest_at,
           case when l.collected_since is not null then l.forgotten_before end as forgotten_before,
           (select min(p.polled_at) from audit.poll p
             where p.listener_id = %(listener_id)s and p.poll_id <> %(poll_id)s) as first_polled_at
    from audit.listener l where l.listener_id = %(listener_id)s
),
verdict as (
    select page.landed,
           coalesce(greatest(earlier.newest_at, earlier.forgotten_before), earlier.first_polled_at) as known_until,
           -- No earlier poll: nothing was promised yet. Known items: the page overlaps.
           -- No earlier play at all, and a page too short to have been cut: everything since is in it.
           (earlier.first_polled_at is null and earlier.forgotten_before is null)
           or %(plausible_items)s - page.plausible_landed + %(met_before)s > 0
           or (earlier.newest_at is null and %(items)s < %(shortest_cut_page)s) as overlapped
    from page, earlier
),
gap as (
    insert into audit.gap (listener_id, gap_start, gap_end, reason, poll_id)
    -- What could not be read may be newer than all that could: then it reaches to the poll itself.
    select %(listener_id)s, v.gap_start, coalesce(min(n.played_at), %(polled_at)s), 'page without overlap', %(poll_id)s
    from (select known_until as gap_start from verdict where not overlapped) v
    left join lateral (select r.played_at from raw.recently_played r
                        where r.listener_id = %(listener_id)s and r.poll_id = %(poll_id)s and r.played_at > v.gap_start
                          and r.played_at between %(oldest_at)s and %(newest_at)s
                       union all
                       select o.played_at from audit.rejected_row o
                        where o.listener_id = %(listener_id)s and o.source = 'poll' and o.poll_id = %(poll_id)s
                          and o.played_at > v.gap_start and o.played_at <= %(plausible_until)s) n on true
    group by v.gap_start
    having min(n.played_at) is not null or %(undated)s > 0
    on conflict (listener_id, gap_start, gap_end) do nothing
    returning gap_start, gap_end
),
since as (
    update audit.listener set collected_since = greatest(%(collected_since)s, forgotten_before)
    where listener_id = %(listener_id)s and collected_since is null
),
poll as (
    update audit.poll p
       set landed = v.landed, overlapped = v.overlapped,
           oldest_at = case when p.oldest_at is not null then greatest(p.oldest_at, l.forgotten_before) end,
           newest_at = case when p.newest_at is not null then greatest(p.newest_at, l.forgotten_before) end
    from verdict v, audit.listener l where p.poll_id = %(poll_id)s and l.listener_id = %(listener_id)s
)
select v.landed, v.overlapped, gap.gap_start, gap.gap_end from verdict v left join gap on true

-- name: has_landed
-- What was forgotten since had landed, too.
select exists (select from raw.recently_played where listener_id = %(listener_id)s)
    or exists (select from audit.rejected_row where listener_id = %(listener_id)s and source = 'poll')
    or exists (select from audit.listener l where l.listener_id = %(listener_id)s
                and l.collected_since is not null and l.forgotten_before is not null) as has_landed

-- name: rejected_by_older_parser
-- When an item was served, Spotify's date tells; without one, this machine's clock did, which may have been wrong.
select r.source, r.content_hash, r.payload, r.poll_id,
       case when p.clock_skew_ms is not null then p.polled_at else %(now)s::timestamptz end as served_at
from audit.rejected_row r
left join audit.poll p on p.poll_id = r.poll_id
where r.listener_id = %(listener_id)s and r.source = 'poll'
  and (r.parser_version < %(parser_version)s or (r.kind = 'impossible_time' and p.clock_skew_ms is null))
order by r.content_hash
for update of r

-- name: rejected_reread
update audit.rejected_row
   set parser_version = %(parser_version)s, reason = %(reason)s, kind = %(kind)s, played_at = %(played_at)s
where listener_id = %(listener_id)s and source = %(source)s and content_hash = %(content_hash)s

-- name: rejected_understood
delete from audit.rejected_row
where listener_id = %(listener_id)s and source = %(source)s and content_hash = %(content_hash)s

-- name: contexts
insert into raw.context (content_hash, payload)
select distinct on (i.content_hash) i.content_hash, i.payload
from unnest(%(hashes)s::uuid[], %(payloads)s::jsonb[]) as i (content_hash, payload)
where not exists (select from raw.context known where known.content_hash = i.content_hash)
order by i.content_hash
on conflict (content_hash) do nothing

-- name: plays
-- A play seen before, by an earlier poll or by another run a moment ago, stays as it is. Known ones are left out
-- beforehand: a conflict would wait for the merge that is marking them. What the listener forgot is not landed again.
insert into raw.recently_played (listener_id, played_at, track_ref, payload_key, context_key, poll_id)
select distinct on (i.played_at, i.track_ref)
       %(listener_id)s, i.played_at, i.track_ref, p.payload_key, c.context_key, i.poll_id
from unnest(%(played_ats)s::timestamptz[], %(refs)s::text[], %(payload_hashes)s::uuid[], %(context_hashes)s::uuid[],
            %(poll_ids)s::bigint[]) as i (played_at, track_ref, payload_hash, context_hash, poll_id)
join raw.track_payload p on p.content_hash = i.payload_hash
left join raw.context c on c.content_hash = i.context_hash
join audit.listener l on l.listener_id = %(listener_id)s and i.played_at >= coalesce(l.forgotten_before, '-infinity')
where not exists (select from raw.recently_played known
                  where known.listener_id = %(listener_id)s and known.played_at = i.played_at
                    and known.track_ref = i.track_ref)
order by i.played_at, i.track_ref, i.payload_hash
on conflict (listener_id, played_at, track_ref) do nothing

-- name: track_payloads
-- Distinct and in one order, so that two runs landing the same page wait for each other instead of deadlocking.
insert into raw.track_payload (content_hash, track_ref, payload, first_seen_at)
select distinct on (i.content_hash) i.content_hash, i.track_ref, i.payload, %(now)s
from unnest(%(hashes)s::uuid[], %(refs)s::text[], %(payloads)s::jsonb[]) as i (content_hash, track_ref, payload)
where not exists (select from raw.track_payload known where known.content_hash = i.content_hash)
order by i.content_hash
on conflict (content_hash) do nothing
