-- Which of these usernames an imported file of the listener named; none of them where no file named any.
select told.username,
       exists (select from audit.import_file i
               where i.listener_id = %(listener_id)s
                 and substr(i.username_hash, 17)
                     = sha256(substr(i.username_hash, 1, 16) || convert_to(lower(told.username), 'UTF8'))) as is_known
from unnest(%(usernames)s::text[]) as told (username)
where exists (select from audit.import_file i where i.listener_id = %(listener_id)s and i.username_hash is not null)
order by 1
