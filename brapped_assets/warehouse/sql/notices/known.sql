select kind, listener_id, opened_at, level, told_level, told_at, closed_at, tries, tried_at
from audit.notice order by kind, listener_id
