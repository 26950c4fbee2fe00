-- As `append`, for one event, which is what officers mostly record: without arrays it takes two thirds of the time.
create or replace function {schema}.append_one(
    plan text, version bigint, topic text, event_id uuid, state bytea, author text,
    predecessor uuid default null, whole bytea default null, salts bytea default null, out last_position bigint, out stamped timestamptz
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    hashes bytea;
begin
    update {schema}.head
       set (position, recorded_at, leaf) = (
               select n.position, n.instant, {schema}.leaf(
                          n.position, append_one.plan, append_one.version, n.instant, append_one.author,
                          append_one.event_id, append_one.topic, append_one.state)
                 from (select head.position + 1 as position,
                              greatest(clock_timestamp(), head.recorded_at) as instant offset 0) n)
    returning head.position, head.recorded_at, head.leaf into last_position, stamped, hashes;

    if stamped > clock_timestamp() + interval '5 minutes' then
        perform {schema}.refuse_going_on(stamped);
    end if;

    if last_position & 1 = 0 then
        hashes := {schema}.hashes_of(last_position, hashes);
    end if;
    insert into {schema}.events (
        plan, version, position, recorded_at, recorded_by, event_id, topic, state, hashes, whole, salts)
    values (plan, version, last_position, stamped, author, event_id, topic, state, hashes, whole, salts);

    if topic = 'TextRedacted' then
        perform {schema}.redact(plan, convert_from(state, 'UTF8')::json);
    end if;

    if predecessor is not null and not exists (
        select from {schema}.events b
         where b.plan = append_one.plan and b.version = append_one.version - 1 and b.event_id = append_one.predecessor
    ) then
        raise exception 'another event stands before it than the one it was judged after'
            using errcode = 'check_violation', constraint = 'judged_after';
    end if;

    perform pg_notify('{channel}', last_position::text);
end
$$;

grant execute on function {schema}.append_one to {app};
