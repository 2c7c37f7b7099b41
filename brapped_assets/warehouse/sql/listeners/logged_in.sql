select count(*)::int as people from audit.listener where token_fingerprint is not null
