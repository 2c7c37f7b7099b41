-- Two tries may have met a bad moment.
select count(*)::int as notices from audit.notice where tries > 2
