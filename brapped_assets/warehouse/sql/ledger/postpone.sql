-- A later "not before" stays: two answers at once must not shorten each other.
update audit.api_quota set not_before = %(until)s, reason = %(reason)s
where not_before is null or not_before < %(until)s
