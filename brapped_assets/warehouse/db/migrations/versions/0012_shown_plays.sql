-- What the pages count, for BI tools: without it, whoever hides an artist would see other numbers there than here.
create view bi.shown_plays as
select p.*
from bi.plays p
where p.incognito is not true
  and not exists (select from insights.hidden h where h.listener_id = p.listener_id and h.track_key = p.track_key)
  and not exists (select from insights.hidden h where h.listener_id = p.listener_id and h.artist_key = p.artist_key)
  and not exists (select from insights.hidden h where h.listener_id = p.listener_id and h.context_uri = p.context_uri);
comment on view bi.shown_plays is
    'One row per play that statistics speak of, with the columns of bi.plays: not in a private session, and nothing of it hidden by its listener.';

do $$
declare
    copied record;
begin
    for copied in
        select a.attname, col_description(a.attrelid, a.attnum) as words
        from pg_attribute a
        where a.attrelid = 'bi.plays'::regclass and a.attnum > 0
    loop
        execute format('comment on column bi.shown_plays.%I is %L', copied.attname, copied.words);
    end loop;
end $$;
