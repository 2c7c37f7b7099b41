-- Whoever is about to call Spotify waits here for whoever else is: the count below is then everybody's.
select not_before, reason from audit.api_quota for update
