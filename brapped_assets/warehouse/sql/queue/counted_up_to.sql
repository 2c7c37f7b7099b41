-- Locked: two who count at once would count the same plays.
select up_to from audit.lookup_counted for update
