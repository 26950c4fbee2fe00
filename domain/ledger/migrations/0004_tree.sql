-- What cannot be altered: every event has its leaf in a Merkle tree (RFC 9162) from the moment it is stored, and the
-- texts that the law may require to be destroyed lie beside the ledger, which commits to them by salted digests.

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
alter table {schema}.events
    add column hashes bytea,
    add constraint leaf_and_nodes check (
        octet_length(hashes) = 32 * (1 + bit_count(((position & -position) - 1)::bit(64)))
    );

-- The leaf of the last event, so that the end cannot be cut off by putting back a number.
alter table {schema}.head add column leaf bytea;

-- Texts and salts: field -> [salt in base64, value]. What is not there was redacted, and an event says so.
create table {schema}.texts (
    position bigint primary key check (position > 0),
    said     json   not null
);

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
alter table {schema}.events disable trigger events_append_only;
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
alter table {schema}.events enable trigger events_append_only;
alter table {schema}.head enable trigger head_goes_forward;
alter table {schema}.events alter column hashes set not null;
alter table {schema}.head add constraint leaf_of_the_last check ((leaf is null) = (position = 0));

drop function {schema}.append;
drop function {schema}.append_one;

-- As before (0001_ledger.sql), with leaf, nodes and texts. The head takes its leaf in the same breath as its position
-- and instant, as a second change of that one row would cost as much as the first.
create function {schema}.append(
    plans text[], versions bigint[], topics text[], event_ids uuid[], states bytea[], authors text[],
    predecessors uuid[] default null, said text[] default null, out last_position bigint, out stamped timestamptz
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    appended constant bigint := cardinality(plans);
    first bigint;
    node bytea;
    row_hashes bytea;
    hashes bytea[];
    -- Per level, the last complete node on it that no other stands over yet.
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
    for place in 1..appended loop
        node := {schema}.leaf(first + place, plans[place], versions[place], stamped, authors[place], event_ids[place],
                              topics[place], states[place]);
        row_hashes := node;
        half := first + place;
        level := 1;
        while half & 1 = 0 loop
            if peaks[level] is null then -- it was complete before this batch
                peaks[level] := (select substr(e.hashes, 32 * (level - 1) + 1, 32) from {schema}.events e
                                  where e.position = first + place - (1::bigint << (level - 1)));
            end if;
            node := sha256('\x01'::bytea || peaks[level] || node);
            row_hashes := row_hashes || node;
            half := half >> 1;
            level := level + 1;
        end loop;
        peaks[level] := node;
        hashes[place] := row_hashes;
    end loop;

    insert into {schema}.events (plan, version, position, recorded_at, recorded_by, event_id, topic, state, hashes)
    select e.plan, e.version, first + e.place, stamped, e.author, e.event_id, e.topic, e.state, e.hashes
      from unnest(plans, versions, topics, event_ids, states, authors, hashes) with ordinality
        as e(plan, version, topic, event_id, state, author, hashes, place);

    insert into {schema}.texts (position, said)
    select first + t.place, t.said::json from unnest(said) with ordinality as t(said, place) where t.said is not null;

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
    predecessor uuid default null, said text default null, out last_position bigint, out stamped timestamptz
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
    insert into {schema}.events (plan, version, position, recorded_at, recorded_by, event_id, topic, state, hashes)
    values (plan, version, last_position, stamped, author, event_id, topic, state, hashes);

    if said is not null then
        insert into {schema}.texts (position, said) values (last_position, said::json);
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

-- Texts are as little to be changed as the events that commit to them.
create trigger texts_append_only before update or delete or truncate on {schema}.texts
    for each statement execute function {schema}.refuse_change();

revoke all on all functions in schema {schema} from public;
grant select on {schema}.texts to {app};
grant execute on function {schema}.append(text[], bigint[], text[], uuid[], bytea[], text[], uuid[], text[]) to {app};
grant execute on function {schema}.append_one(text, bigint, text, uuid, bytea, text, uuid, text) to {app};
