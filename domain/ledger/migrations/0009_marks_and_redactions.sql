-- What the login that serves cannot do: overwrite what is no text, store a leaf that is not its row's, keep what is no
-- signature or time stamp. And the ledger of the plans remembers that the audit of access has begun.

-- Events of the access ledger by their leaves: its first, and the one that closed the ledger. Without the audit of access
-- the ledger would be open to everybody. In the schema of an access ledger the table stays empty.
create table {schema}.access_marks (
    position  bigint      primary key check (position > 0),
    leaf      bytea       not null check (octet_length(leaf) = 32),
    marked_at timestamptz not null
);

create trigger access_marks_append_only before update or delete on {schema}.access_marks
    for each statement execute function {schema}.refuse_change();
create trigger access_marks_stay before truncate on {schema}.access_marks
    for each statement execute function {schema}.refuse_change();

-- It takes the events from the access ledger itself, so that whoever may call it can mark nothing that is not there.
-- Returns whether the ledger is closed: then all is marked that ever is.
create function {schema}.mark_access() returns boolean
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

-- Since when the audit of access was there that is gone, or is another one by now; null where all is well.
create function {schema}.access_lost_from() returns timestamptz
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

select {schema}.mark_access();

-- The fields that an event commits to by a salted digest: those whose texts can be destroyed.
create function {schema}.digested_fields(state bytea) returns text[]
language sql stable
return array(
    select s.field from json_each(convert_from(state, 'UTF8')::json) as s(field, value)
     where case when json_typeof(s.value) = 'object'
                then array(select json_object_keys(s.value)) = array['sha256'] else false end
);

-- Destroys the texts that a TextRedacted names, and their salts, and nothing else: a field that holds no text, such as a
-- rating, is never overwritten.
create or replace function {schema}.redact(plan text, redaction json) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    fields constant text[] := array(select json_array_elements_text(redaction -> 'fields'));
begin
    update {schema}.events e
       set whole = {schema}.without_texts(e.whole, fields), salts = {schema}.without_salts(e.state, e.salts, fields)
     where e.plan = redact.plan and e.version = (redaction ->> 'version')::bigint and e.whole is not null
       and redaction -> 'reason' is not null and cardinality(fields) > 0 and fields <@ {schema}.digested_fields(e.state);
    if not found then
        raise exception 'a redaction gives a reason, and names texts of an event of its plan that can be redacted'
            using errcode = 'AS003';
    end if;
end
$$;

create function {schema}.refuse_going_on(recorded_at timestamptz) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'the last event was recorded at %, and the clock of the database says %', recorded_at, clock_timestamp()
        using errcode = 'AS001', detail = recorded_at::text, hint = clock_timestamp()::text;
end
$$;

-- As before (0004_tree.sql); the arrays begin at 1, are as long as each other, and have no second dimension.
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

-- Whether a line is that of a signature as domain/proofs/signed_notes.py reads it: a dash, a name, and in base64 the four
-- bytes of a key's id with a signature. Letters beyond ASCII are left to that.
create function {schema}.is_signature_line(line text) returns boolean
language sql immutable
return case when line ~ '^\u2014 [^\s+\u0001-\u001f]+ ([A-Za-z0-9+/]{4})+([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'
            then encode(decode(split_part(line, ' ', 3), 'base64'), 'base64') is not distinct from
                     regexp_replace(split_part(line, ' ', 3), '(.{76})(?=.)', E'\\1\n', 'g')
                 and octet_length(decode(split_part(line, ' ', 3), 'base64')) > 4
            else false end;

create or replace function {schema}.signed_form(note bytea, says text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    signatures text;
begin
    -- As `escape`, so that bytes that are no UTF-8 are only refused: the dash before a name is \342\200\224 then.
    if encode(note, 'escape') ~ ('^' || says || '\n(\\342\\200\\224 [^ \n]+ [A-Za-z0-9+/]{8,}={0,2}\n)+$') then
        begin
            signatures := "substring"(convert_from(note, 'UTF8'), '\n\n([^\n].*)\n$');
        exception when character_not_in_repertoire then
            signatures := null;
        end;
    end if;
    if signatures is null or exists (
        select from regexp_split_to_table(signatures, '\n') line where not {schema}.is_signature_line(line)
    ) then
        raise exception 'this is not signed in the form in which it is kept'
            using errcode = 'check_violation', constraint = 'signed_form';
    end if;
end
$$;

create or replace function {schema}.add_cosignature(checkpoint bigint, line text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not {schema}.is_signature_line(line) then
        raise exception 'this is no line of a signature' using errcode = 'check_violation', constraint = 'signed_form';
    end if;
    lock table {schema}.cosignatures in share row exclusive mode;
    if not exists (select from {schema}.cosignatures c
                    where c.checkpoint = add_cosignature.checkpoint and c.line = add_cosignature.line) then
        insert into {schema}.cosignatures (checkpoint, line, added_at) values (checkpoint, line, clock_timestamp());
    end if;
end
$$;

-- Whether it holds the database cannot know: that it is one whole element of DER, and holds the digest of the checkpoint.
create or replace function {schema}.add_time_stamp(checkpoint bigint, answer bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    header constant text := encode(substr(answer, 1, 6), 'hex');
    content constant int := octet_length(answer);
begin
    if not (header like '30%' and content = case substr(header, 3, 2)
                when '81' then 3 + get_byte(answer, 2)
                when '82' then 4 + (get_byte(answer, 2) << 8) + get_byte(answer, 3)
                when '83' then 5 + (get_byte(answer, 2) << 16) + (get_byte(answer, 3) << 8) + get_byte(answer, 4) end)
       or not exists (select from {schema}.checkpoints c
                       where c.number = add_time_stamp.checkpoint and position(sha256(c.note) in answer) > 0) then
        raise exception 'this is no time stamp of that checkpoint'
            using errcode = 'check_violation', constraint = 'signed_form';
    end if;
    insert into {schema}.time_stamps (checkpoint, answer, added_at) values (checkpoint, answer, clock_timestamp());
end
$$;

revoke all on function
    {schema}.mark_access(), {schema}.access_lost_from(), {schema}.digested_fields(bytea),
    {schema}.refuse_going_on(timestamptz), {schema}.is_signature_line(text)
from public;
grant select on {schema}.access_marks to {app};
grant execute on function {schema}.mark_access(), {schema}.access_lost_from() to {app};
