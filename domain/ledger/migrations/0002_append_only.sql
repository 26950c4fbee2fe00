-- Append-only where the data is: nobody changes or removes an event, not even the owner by mistake, and a plan's
-- versions follow one another without a gap.

create function {schema}.refuse_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'the ledger is append-only: % on %.% is refused', tg_op, tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege',
              hint = 'Record an EventWithdrawn instead; history stays as it was recorded.';
end
$$;

create trigger events_append_only before update or delete or truncate on {schema}.events
    for each statement execute function {schema}.refuse_change();

create trigger head_stays before delete or truncate on {schema}.head
    for each statement execute function {schema}.refuse_change();

create function {schema}.refuse_going_back() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if new.position <= old.position or new.recorded_at < old.recorded_at then
        raise exception 'the head of the ledger only goes forward' using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;

create trigger head_goes_forward before update on {schema}.head
    for each row execute function {schema}.refuse_going_back();

-- The search path is fixed for speed too: a path that changes between calls has the query planned anew each time.
create function {schema}.refuse_gap() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select from added
                where version > 1
                  and not exists (select from {schema}.events before
                                   where before.plan = added.plan and before.version = added.version - 1
                                     and before.position < added.position)) then
        raise exception 'versions of a plan follow one another without a gap'
            using errcode = 'check_violation', constraint = 'versions_contiguous';
    end if;
    return null;
end
$$;

create trigger versions_contiguous after insert on {schema}.events
    referencing new table as added
    for each statement execute function {schema}.refuse_gap();
