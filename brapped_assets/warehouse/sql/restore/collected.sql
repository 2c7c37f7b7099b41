update audit.listener
   set collected_since = greatest(least(collected_since, %(collected_since)s), forgotten_before)
where listener_id = %(listener_id)s and %(collected_since)s::timestamptz >= timestamptz '2006-01-01Z'
