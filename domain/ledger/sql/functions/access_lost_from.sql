-- The instant of the first mark whose event the access ledger no longer holds; null if all is well.
create or replace function {schema}.access_lost_from() returns timestamptz
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    if to_regclass('{access}.events') is null then
        return (select min(m.marked_at) from {schema}.access_marks m);
    end if;
    return (select min(m.marked_at) from {schema}.access_marks m
             where not exists (
                 select from {access}.events e
                  where e.position = m.position
                    and m.leaf = {schema}.leaf(
                            e.position, e.plan, e.version, e.recorded_at, e.recorded_by, e.event_id, e.topic, e.state)));
end
$$;

grant execute on function {schema}.access_lost_from to {app};
