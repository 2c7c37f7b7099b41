create or replace function insights.in_one_step() returns trigger language plpgsql as $$
begin
    -- One at a time: two at once could make two steps.
    perform pg_advisory_xact_lock(8271404, new.listener_id);
    new.to_key := coalesce((select a.to_key from insights.alias a
                             where a.listener_id = new.listener_id and a.kind = new.kind and a.from_key = new.to_key), new.to_key);
    if new.to_key = new.from_key
       or exists (select from insights.alias a
                   where a.listener_id = new.listener_id and a.kind = new.kind and a.from_key = new.from_key) then
        return null;
    end if;
    update insights.alias a set to_key = new.to_key
    where a.listener_id = new.listener_id and a.kind = new.kind and a.to_key = new.from_key;
    return new;
end $$;
comment on function insights.in_one_step is
    'Has an alias, and those of what it is of, lead to the end at once; one that would lead back to itself, or a second of the same, is left out.';
create or replace trigger in_one_step before insert on insights.alias for each row execute function insights.in_one_step();
