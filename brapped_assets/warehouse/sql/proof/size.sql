select pg_relation_size(%(table)s::regclass) as bytes
