-- The head only goes forward.
create or replace function {schema}.refuse_going_back() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if new.position <= old.position or new.recorded_at < old.recorded_at then
        raise exception 'the head of the ledger only goes forward' using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;
