-- Plays of 30 s and more that are kept and not counted: nobody can have heard them.
select count(*)::int as plays from star.streaming_fact f
where f.listener_id = %(listener_id)s and f.repeat_of is not null and f.ms_played >= 30000 and f.incognito is not true
  and f.played_on >= %(first)s and f.played_on < %(until)s
