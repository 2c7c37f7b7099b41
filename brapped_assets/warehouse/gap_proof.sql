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
