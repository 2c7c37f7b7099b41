-- A later "not before" stays: two answers at once must not shorten each other. One that a clock noted which was ahead is
-- none, and must not keep out a real one.
update audit.api_quota set not_before = %(until)s, reason = %(reason)s
where not_before is null or not_before < %(until)s or not_before > %(latest)s
