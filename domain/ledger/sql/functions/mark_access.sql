-- Mark the first event of the access ledger, and the one that closed it. The events are read here, so a caller can mark
-- nothing that is not there. Returns whether the ledger is closed: then everything is marked that ever is.
create or replace function {schema}.mark_access() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    closing bigint;
begin
    if to_regclass('{access}.events') is null then
        return false;
    end if;
    closing := (select min(e.position) from {access}.events e
                 where e.version = 1 and e.plan > 'principal:' and e.plan < 'principal;' and e.plan <> 'principal:anyone');
    insert into {schema}.access_marks (position, leaf, marked_at)
    select e.position,
           {schema}.leaf(e.position, e.plan, e.version, e.recorded_at, e.recorded_by, e.event_id, e.topic, e.state),
           clock_timestamp()
      from {access}.events e
     where e.position in (1, closing)
    on conflict do nothing;
    return closing is not null;
end
$$;

grant execute on function {schema}.mark_access to {app};
