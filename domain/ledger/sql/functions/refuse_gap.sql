-- A plan's versions follow one another without a gap. The search path is fixed for speed too: where it changes between
-- calls, the query is planned anew each time.
create or replace function {schema}.refuse_gap() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
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
