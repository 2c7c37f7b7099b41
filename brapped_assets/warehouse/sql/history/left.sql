-- What is left to tell: its UTC days, those on which account data may tell of its offline plays (account/candidates.sql),
-- and the key that all rows of this merge will lie above.
select array(select distinct ended_at::date from staged_play order by 1) as days,
       array(select distinct other.day
               from staged_play s
               cross join lateral (values (s.uploaded_at::date), ((s.ended_at + interval '1 second')::date)) other (day)
              where s.uploaded_at is not null
             union
             select distinct (s.ended_at - interval '10 minutes')::date
               from staged_play s join staged_detail d using (detail_number)
              where s.uploaded_at is null and d.offline) as upload_days,
       (select coalesce(max(play_key), 0) from star.streaming_fact) as newest_key
