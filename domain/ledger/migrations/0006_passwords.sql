-- Hashes of passwords. They must go when the password is replaced, so they stand in no event, which stays for ever; the
-- event says only that a password was set. Every ledger's schema gets the table; only an access ledger's uses it.

create table {schema}.passwords (
    principal text        primary key check (principal <> ''),
    hash      text        not null check (hash <> ''),
    set_at    timestamptz not null
-- What was replaced is dead space in its page: cleared away soon, however few rows there are.
) with (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

-- The only way in: with the event that says so, in one transaction, so that whoever reads the hash and whoever reads the
-- events are told the same. Without a hash the one there is is destroyed.
create function {schema}.set_password(
    stream text, version bigint, topic text, event_id uuid, state bytea, author text, hash text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    owner constant text := substr(stream, length('principal:') + 1);
    said constant text := case when hash is null then 'PrincipalLeft' else 'PasswordSet' end;
begin
    if stream not like 'principal:_%' or topic <> said then
        raise exception 'a password is set with a PasswordSet, and destroyed with a PrincipalLeft'
            using errcode = 'check_violation', constraint = 'password_with_its_event';
    end if;
    -- First, as it waits for the lock: what is decided of a principal is decided in the order of the events.
    perform {schema}.append_one(stream, version, topic, event_id, state, author);
    if hash is null then
        delete from {schema}.passwords p where p.principal = owner;
    else
        insert into {schema}.passwords as p (principal, hash, set_at) values (owner, hash, clock_timestamp())
        on conflict on constraint passwords_pkey do update set hash = excluded.hash, set_at = excluded.set_at;
    end if;
end
$$;

-- The same password, hashed at today's strength; nothing where it is another by now, or none.
create function {schema}.rehash_password(principal text, former text, hash text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update {schema}.passwords p set hash = rehash_password.hash
     where p.principal = rehash_password.principal and p.hash = rehash_password.former;
$$;

revoke all on function
    {schema}.set_password(text, bigint, text, uuid, bytea, text, text), {schema}.rehash_password(text, text, text)
from public;
grant select on {schema}.passwords to {app};
grant execute on function
    {schema}.set_password(text, bigint, text, uuid, bytea, text, text), {schema}.rehash_password(text, text, text)
to {app};
