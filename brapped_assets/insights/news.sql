-- name: since
-- Since when a listener is known here: what makes their news different from those of another home.
select created_at from audit.listener where listener_id = %(listener_id)s
