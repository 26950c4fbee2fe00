-- What cannot be altered: every event has its leaf in a Merkle tree (RFC 9162) from the moment it is stored. The texts
-- that the law may require to be destroyed lie beside what the leaf commits to, which has salted digests in their place.

-- The bytes of an event that its leaf commits to; the same is in domain/proofs/entry.py. Without `set search_path` it is
-- inlined where it is called; its names were resolved when it was made, so that no search path matters.
create function {schema}.leaf(
    place bigint, plan text, version bigint, recorded_at timestamptz, recorded_by text, event_id uuid, topic text,
    state bytea
) returns bytea
language sql stable
return sha256(
    '\x00'::bytea || convert_to(E'asat/entry/1\n', 'UTF8')
    || int8send(place) || int8send(version) || int8send((extract(epoch from recorded_at) * 1000000)::bigint)
    || uuid_send(event_id)
    || int8send(octet_length(convert_to(plan, 'UTF8'))::bigint) || convert_to(plan, 'UTF8')
    || int8send(octet_length(convert_to(recorded_by, 'UTF8'))::bigint) || convert_to(recorded_by, 'UTF8')
    || int8send(octet_length(convert_to(topic, 'UTF8'))::bigint) || convert_to(topic, 'UTF8')
    || int8send(octet_length(state)::bigint) || state
);

-- An event holds the hash of its leaf and after it, level by level, of each node of the tree that its leaf completes: as
-- many as its position can be halved. So the node `index` of a level is found in the row at position
-- (index + 1) << level, and no row can be stored without its place in the tree.
--
-- Where an event has texts that can be redacted, `state` has their digests, `whole` is the event with the texts in their
-- places, and `salts` are the salts of the digests, 16 bytes each, in the order of the fields. These two columns no leaf
-- commits to. They stand in the event's own row, since a table beside it made every reading a join.
alter table {schema}.events
    add column hashes bytea,
    add column whole  bytea,
    add column salts  bytea,
    add constraint leaf_and_nodes check (
        octet_length(hashes) = 32 * (1 + bit_count(((position & -position) - 1)::bit(64)))
    ),
    add constraint whole_with_salts check ((whole is null) = (salts is null) and octet_length(salts) % 16 = 0);

-- The planner's statistics are copies of what stands in a column, which no redaction would find.
alter table {schema}.events alter column whole set statistics 0, alter column salts set statistics 0;

-- The leaf of the last event, so that the end cannot be cut off by putting back a number.
alter table {schema}.head add column leaf bytea;

-- The leaf of the event at this position, followed by the nodes that it completes. To the left of each stands the last
-- node of the row that many positions before.
create function {schema}.hashes_of(place bigint, leaf bytea) returns bytea
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    node bytea := leaf;
    hashes bytea := leaf;
    width bigint := 1;
    level int := 0;
begin
    while place & width = 0 loop
        select sha256('\x01'::bytea || substr(e.hashes, 32 * level + 1, 32) || node) into node
          from {schema}.events e where e.position = place - width;
        hashes := hashes || node;
        width := width * 2;
        level := level + 1;
    end loop;
    return hashes;
end
$$;

-- What was stored before there was a tree gets its place in it.
drop trigger events_append_only on {schema}.events;
alter table {schema}.head disable trigger head_goes_forward;
do $$
declare
    event {schema}.events;
begin
    for event in select * from {schema}.events order by position loop
        update {schema}.events e
           set hashes = {schema}.hashes_of(e.position, {schema}.leaf(
                   e.position, e.plan, e.version, e.recorded_at, e.recorded_by, e.event_id, e.topic, e.state))
         where e.position = event.position;
    end loop;
end
$$;
update {schema}.head h
   set leaf = (select substr(e.hashes, 1, 32) from {schema}.events e where e.position = h.position);
alter table {schema}.head enable trigger head_goes_forward;
alter table {schema}.events alter column hashes set not null;
alter table {schema}.head add constraint leaf_of_the_last check ((leaf is null) = (position = 0));

-- An event whole, with these texts destroyed. What reads in a text's place is of the same kind; the same is in
-- domain/redaction.py.
create function {schema}.without_texts(whole bytea, fields text[]) returns bytea
language sql stable
return (
    select convert_to(json_object_agg(
               t.field,
               case when t.field <> all (fields) then t.value
                    else (case json_typeof(t.value)
                              when 'array' then '["[redacted]"]'
                              when 'object' then '{"title":"[redacted]"}'
                              else '"[redacted]"' end)::json end
               order by t.place)::text, 'UTF8')
      from json_each(convert_from(whole, 'UTF8')::json) with ordinality as t(field, value, place)
);

-- The salts of an event, those of these texts destroyed: a salt that is gone is all zeros.
create function {schema}.without_salts(state bytea, salts bytea, fields text[]) returns bytea
language sql stable
return (
    select string_agg(
               case when d.field <> all (fields) then substr(salts, 16 * d.number - 15, 16)
                    else decode(repeat('00', 16), 'hex') end, ''::bytea order by d.number)
      from (select s.field, (row_number() over (order by s.place))::int as number
              from json_each(convert_from(state, 'UTF8')::json) with ordinality as s(field, value, place)
             where json_typeof(s.value) = 'object' and s.value -> 'sha256' is not null) d
);

-- Nobody changes or removes an event; but texts and salts that events say are redacted are destroyed, and nothing else of
-- it is changed by the way.
create function {schema}.refuse_alteration() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    redacted text[];
    allowed {schema}.events := old;
begin
    select array_agg(f.field) into redacted
      from {schema}.events e cross join json_array_elements_text(convert_from(e.state, 'UTF8')::json -> 'fields') f(field)
     where e.plan = old.plan and e.version > old.version and e.topic = 'TextRedacted'
       and (convert_from(e.state, 'UTF8')::json ->> 'version')::bigint = old.version;
    if redacted is not null then
        allowed.whole := {schema}.without_texts(old.whole, redacted);
        allowed.salts := {schema}.without_salts(old.state, old.salts, redacted);
    end if;
    if redacted is null or new is distinct from allowed then
        raise exception 'the ledger is append-only: % on %.% is refused', tg_op, tg_table_schema, tg_table_name
            using errcode = 'insufficient_privilege',
                  hint = 'Record an EventWithdrawn instead; history stays as it was recorded.';
    end if;
    return new;
end
$$;

create trigger events_append_only before delete or truncate on {schema}.events
    for each statement execute function {schema}.refuse_change();
create trigger events_unaltered before update on {schema}.events
    for each row execute function {schema}.refuse_alteration();

-- Destroys the texts that a TextRedacted names, and their salts; without a reason it is none.
create function {schema}.redact(plan text, redaction json) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    fields constant text[] := array(select json_array_elements_text(redaction -> 'fields'));
begin
    update {schema}.events e
       set whole = {schema}.without_texts(e.whole, fields), salts = {schema}.without_salts(e.state, e.salts, fields)
     where e.plan = redact.plan and e.version = (redaction ->> 'version')::bigint and e.whole is not null
       and redaction -> 'reason' is not null;
end
$$;

drop function {schema}.append;
drop function {schema}.append_one;

-- As before (0001_ledger.sql), with leaf, nodes and texts. The head takes its leaf in the same breath as its position
-- and instant, as a second change of that one row would cost as much as the first.
create function {schema}.append(
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
    update {schema}.head
       set (position, recorded_at, leaf) = (
               select n.position, n.instant, {schema}.leaf(
                          n.position, plans[appended], versions[appended], n.instant, authors[appended],
                          event_ids[appended], topics[appended], states[appended])
                 from (select head.position + appended as position,
                              greatest(clock_timestamp(), head.recorded_at) as instant offset 0) n)
    returning head.position, head.recorded_at into last_position, stamped;

    if stamped > clock_timestamp() + interval '5 minutes' then
        raise exception 'the last event was recorded at %, but the clock of the server says %: set it right', stamped,
            clock_timestamp() using errcode = 'AS001';
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

create function {schema}.append_one(
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
        raise exception 'the last event was recorded at %, but the clock of the server says %: set it right', stamped,
            clock_timestamp() using errcode = 'AS001';
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

revoke all on all functions in schema {schema} from public;
grant execute on function
    {schema}.append(text[], bigint[], text[], uuid[], bytea[], text[], uuid[], bytea[], bytea[]),
    {schema}.append_one(text, bigint, text, uuid, bytea, text, uuid, bytea, bytea) to {app};
