-- Append a batch of events: positions, instants, leaves, nodes of the tree, and the destruction of redacted texts. Each
-- array has one element an event, and begins at 1.
--
-- `predecessors` names, for the first of each plan's events, the event that the plan ended with when the batch was
-- judged: a batch that was judged after events that are gone, as after a restore, is refused.
--
-- The head takes its leaf in one update with its position and instant, as a second update of that row would cost as much.
-- Its lock is held until the commit, and clock_timestamp() is read under it: instants never go back along positions.
create or replace function {schema}.append(
    plans text[], versions bigint[], topics text[], event_ids uuid[], states bytea[], authors text[],
    predecessors uuid[] default null, wholes bytea[] default null, salts bytea[] default null,
    out last_position bigint, out stamped timestamptz
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    appended constant bigint := cardinality(plans);
    first bigint;
    node bytea;
    beside bytea;
    row_hashes bytea;
    hashes bytea[];
    -- Per level, the last node on it that is complete and waits for the one to its right.
    peaks bytea[];
    level int;
    half bigint;
begin
    if format('[1:%s]', appended) <> any (array[
        array_dims(plans), array_dims(versions), array_dims(topics), array_dims(event_ids), array_dims(states),
        array_dims(authors), array_dims(predecessors), array_dims(wholes), array_dims(salts)]) then
        raise exception 'each array has one element for each event, the first at 1' using errcode = 'array_subscript_error';
    end if;

    update {schema}.head
       set (position, recorded_at, leaf) = (
               select n.position, n.instant, {schema}.leaf(
                          n.position, plans[appended], versions[appended], n.instant, authors[appended],
                          event_ids[appended], topics[appended], states[appended])
                 from (select head.position + appended as position,
                              greatest(clock_timestamp(), head.recorded_at) as instant offset 0) n)
    returning head.position, head.recorded_at into last_position, stamped;

    if stamped > clock_timestamp() + interval '5 minutes' then
        perform {schema}.refuse_going_on(stamped);
    end if;

    first := last_position - appended;
    hashes := array(
        select {schema}.leaf(first + e.place, e.plan, e.version, stamped, e.author, e.event_id, e.topic, e.state)
          from unnest(plans, versions, topics, event_ids, states, authors) with ordinality
            as e(plan, version, topic, event_id, state, author, place)
         order by e.place);

    -- At an odd position a leaf completes no node.
    for place in 2 - (first & 1)::int .. appended by 2 loop
        node := hashes[place];
        row_hashes := node;
        level := 0;
        beside := hashes[place - 1];
        half := first + place;
        loop
            if beside is null then -- it was complete before this batch
                beside := (select substr(e.hashes, 32 * level + 1, 32) from {schema}.events e
                            where e.position = (half - 1) << level);
            end if;
            node := sha256('\x01'::bytea || beside || node);
            row_hashes := row_hashes || node;
            level := level + 1;
            half := half >> 1;
            exit when half & 1 = 1;
            beside := peaks[level];
        end loop;
        peaks[level] := node;
        hashes[place] := row_hashes;
    end loop;

    insert into {schema}.events (
        plan, version, position, recorded_at, recorded_by, event_id, topic, state, hashes, whole, salts)
    select e.plan, e.version, first + e.place, stamped, e.author, e.event_id, e.topic, e.state, e.hashes, e.whole, e.salts
      from unnest(plans, versions, topics, event_ids, states, authors, hashes, wholes, salts) with ordinality
        as e(plan, version, topic, event_id, state, author, hashes, whole, salts, place);

    if 'TextRedacted' = any (topics) then
        perform {schema}.redact(e.plan, convert_from(e.state, 'UTF8')::json)
           from unnest(plans, topics, states) as e(plan, topic, state) where e.topic = 'TextRedacted';
    end if;

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

grant execute on function {schema}.append to {app};
