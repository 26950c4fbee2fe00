-- What the ledger's holder has signed: its keys, the checkpoints of its tree, and what witnesses signed of these.

-- Each note names a key, the one before it, and is signed by both: who knows one key is led to those after it.
create table {schema}.keys (
    number   integer     primary key check (number > 0),
    note     bytea       not null,
    added_at timestamptz not null
);

create table {schema}.checkpoints (
    number bigint      primary key check (number > 0),
    size   bigint      not null check (size >= 0),
    note   bytea       not null unique,
    cut_at timestamptz not null
);

-- Signatures come later than the checkpoint, which stays as it was cut.
create table {schema}.cosignatures (
    checkpoint bigint      not null references {schema}.checkpoints (number),
    line       text        not null,
    added_at   timestamptz not null,
    primary key (checkpoint, line)
);

-- The number is said by whoever signed, as it stands in what was signed: two who do so at once do not both succeed.
create function {schema}.add_key(number integer, note bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    lock table {schema}.keys in share row exclusive mode;
    if number <> (select coalesce(max(k.number), 0) + 1 from {schema}.keys k) then
        raise exception 'another key was added in the meantime' using errcode = 'unique_violation';
    end if;
    insert into {schema}.keys (number, note, added_at) values (number, note, clock_timestamp());
end
$$;

-- Checkpoints only go forward: one of fewer entries than the last, or of more than there are, is a mistake. The same one
-- again is not stored twice.
create function {schema}.add_checkpoint(size bigint, note bytea, out number bigint, out cut_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    lock table {schema}.checkpoints in share row exclusive mode;
    select c.number, c.cut_at into number, cut_at from {schema}.checkpoints c where c.note = add_checkpoint.note;
    if found then
        return;
    end if;
    if size < (select coalesce(max(c.size), 0) from {schema}.checkpoints c)
       or size > (select h.position from {schema}.head h) then
        raise exception 'a checkpoint is of no fewer entries than the last, and of no more than there are'
            using errcode = 'check_violation', constraint = 'checkpoints_forward';
    end if;
    insert into {schema}.checkpoints (number, size, note, cut_at)
    select coalesce(max(c.number), 0) + 1, add_checkpoint.size, add_checkpoint.note, clock_timestamp()
      from {schema}.checkpoints c
    returning checkpoints.number, checkpoints.cut_at into number, cut_at;
end
$$;

create function {schema}.add_cosignature(checkpoint bigint, line text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    lock table {schema}.cosignatures in share row exclusive mode;
    if not exists (select from {schema}.cosignatures c
                    where c.checkpoint = add_cosignature.checkpoint and c.line = add_cosignature.line) then
        insert into {schema}.cosignatures (checkpoint, line, added_at) values (checkpoint, line, clock_timestamp());
    end if;
end
$$;

create trigger keys_append_only before update or delete or truncate on {schema}.keys
    for each statement execute function {schema}.refuse_change();
create trigger checkpoints_append_only before update or delete or truncate on {schema}.checkpoints
    for each statement execute function {schema}.refuse_change();
create trigger cosignatures_append_only before update or delete or truncate on {schema}.cosignatures
    for each statement execute function {schema}.refuse_change();

revoke all on function {schema}.add_key(integer, bytea) from public;
revoke all on function {schema}.add_checkpoint(bigint, bytea) from public;
revoke all on function {schema}.add_cosignature(bigint, text) from public;
grant select on {schema}.keys, {schema}.checkpoints, {schema}.cosignatures to {app};
grant execute on function {schema}.add_key(integer, bytea) to {app};
grant execute on function {schema}.add_checkpoint(bigint, bytea) to {app};
grant execute on function {schema}.add_cosignature(bigint, text) to {app};
