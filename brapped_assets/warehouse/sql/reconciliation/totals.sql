select coalesce(sum(matched), 0)::int as matched, coalesce(sum(only_polled), 0)::int as only_polled,
       coalesce(sum(only_exported), 0)::int as only_exported
from audit.reconciliation where listener_id = %(listener_id)s
