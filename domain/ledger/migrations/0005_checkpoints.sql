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

-- Whether a note says what it is kept as, in the form in which the program signs it. Whether the signature holds the
-- database cannot know; what is not even in the form no mistake and no stranger in the program's role can leave here.
create function {schema}.signed_form(note bytea, says text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    -- As `escape`, so that bytes that are no UTF-8 are only refused: the dash before a name is \342\200\224 then.
    if encode(note, 'escape') !~ ('^' || says || '\n(\\342\\200\\224 [^ \n]+ [A-Za-z0-9+/]{8,}={0,2}\n)+$') then
        raise exception 'this is not signed in the form in which it is kept'
            using errcode = 'check_violation', constraint = 'signed_form';
    end if;
end
$$;

-- The number is said by whoever signed, as it stands in what was signed: two who do so at once do not both succeed.
create function {schema}.add_key(number integer, note bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    lock table {schema}.keys in share row exclusive mode;
    if number <> (select coalesce(max(k.number), 0) + 1 from {schema}.keys k) then
        raise exception 'another key was added in the meantime' using errcode = 'unique_violation';
    end if;
    perform {schema}.signed_form(note, format('AsAt signing key %s\n[^\n]+\n[^\n]+\nafter [^\n]+\n', number));
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
    perform {schema}.signed_form(note, format('[^\n]+\n%s\n[A-Za-z0-9+/]{43}=\n', size));
    insert into {schema}.checkpoints (number, size, note, cut_at)
    select coalesce(max(c.number), 0) + 1, add_checkpoint.size, add_checkpoint.note, clock_timestamp()
      from {schema}.checkpoints c
    returning checkpoints.number, checkpoints.cut_at into number, cut_at;
end
$$;

create function {schema}.add_cosignature(checkpoint bigint, line text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if line !~ '^\u2014 [^ \n]+ [A-Za-z0-9+/]{8,}={0,2}$' then
        raise exception 'this is no line of a signature' using errcode = 'check_violation', constraint = 'signed_form';
    end if;
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

revoke all on function {schema}.signed_form(bytea, text) from public;
revoke all on function {schema}.add_key(integer, bytea) from public;
revoke all on function {schema}.add_checkpoint(bigint, bytea) from public;
revoke all on function {schema}.add_cosignature(bigint, text) from public;
grant select on {schema}.keys, {schema}.checkpoints, {schema}.cosignatures to {app};
grant execute on function {schema}.add_key(integer, bytea) to {app};
grant execute on function {schema}.add_checkpoint(bigint, bytea) to {app};
grant execute on function {schema}.add_cosignature(bigint, text) to {app};
