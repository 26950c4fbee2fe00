-- The ledger: one row an event, one head that gives out positions and instants, one function that appends.

create table {schema}.events (
    plan         text        not null collate "C" check (plan <> ''),
    version      bigint      not null check (version > 0),
    position     bigint      not null check (position > 0),
    recorded_at  timestamptz not null,
    recorded_by  text        not null check (recorded_by <> ''),
    event_id     uuid        not null,
    topic        text        not null check (topic <> ''),
    state        bytea       not null,
    constraint version_taken  primary key (plan, version),
    constraint position_taken unique (position),
    constraint event_id_taken unique (event_id)
);

-- Finds every plan without reading every event.
create index plans on {schema}.events (plan) where version = 1;

-- The one row that every append locks: order of positions = order of commits, so whoever has seen position n has seen
-- all before it. Positions come from here and not from a sequence, because a sequence leaves gaps after a rollback and
-- a gap looks exactly like a deletion.
create table {schema}.head (
    only_row    boolean     primary key default true check (only_row),
    position    bigint      not null,
    recorded_at timestamptz not null
) with (fillfactor = 10);

insert into {schema}.head (position, recorded_at) values (0, '-infinity');

-- `predecessors` names, for the first of each plan's events, the event that the plan was thought to end with when it was
-- judged: what was judged after events that are no longer there, as after a restore, is not stored.
create function {schema}.append(
    plans text[], versions bigint[], topics text[], event_ids uuid[], states bytea[], authors text[],
    predecessors uuid[] default null, out last_position bigint, out stamped timestamptz
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    appended constant bigint := cardinality(plans);
begin
    -- Held until the commit. clock_timestamp() and not now(): the instant is taken under the lock, and is never smaller
    -- than the one before even if the clock is set back; but if it is minutes behind, one of the two is wrong, and
    -- nothing is stamped with an instant that means nothing.
    update {schema}.head
       set position = head.position + appended, recorded_at = greatest(clock_timestamp(), head.recorded_at)
    returning head.position, head.recorded_at into last_position, stamped;

    if stamped > clock_timestamp() + interval '5 minutes' then
        raise exception 'the last event was recorded at %, but the clock of the server says %: set it right', stamped,
            clock_timestamp() using errcode = 'AS001';
    end if;

    insert into {schema}.events (plan, version, position, recorded_at, recorded_by, event_id, topic, state)
    select e.plan, e.version, last_position - appended + e.place, stamped, e.author, e.event_id, e.topic, e.state
      from unnest(plans, versions, topics, event_ids, states, authors) with ordinality
        as e(plan, version, topic, event_id, state, author, place);

    if exists (select from unnest(plans, versions, predecessors) as e(plan, version, predecessor)
                where e.predecessor is not null
                  and not exists (select from {schema}.events b
                                   where b.plan = e.plan and b.version = e.version - 1 and b.event_id = e.predecessor)) then
        raise exception 'another event stands before it than the one it was judged after'
            using errcode = 'check_violation', constraint = 'judged_after';
    end if;

    perform pg_notify('{channel}', last_position::text);
end
$$;

-- The same for a batch of one, which is what officers mostly record: without arrays to take apart it takes two thirds of
-- the time.
create function {schema}.append_one(
    plan text, version bigint, topic text, event_id uuid, state bytea, author text,
    predecessor uuid default null, out last_position bigint, out stamped timestamptz
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update {schema}.head
       set position = head.position + 1, recorded_at = greatest(clock_timestamp(), head.recorded_at)
    returning head.position, head.recorded_at into last_position, stamped;

    if stamped > clock_timestamp() + interval '5 minutes' then
        raise exception 'the last event was recorded at %, but the clock of the server says %: set it right', stamped,
            clock_timestamp() using errcode = 'AS001';
    end if;

    insert into {schema}.events (plan, version, position, recorded_at, recorded_by, event_id, topic, state)
    values (plan, version, last_position, stamped, author, event_id, topic, state);

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
