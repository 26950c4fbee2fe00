-- Hashes of passwords. They must go when the password is replaced, so they stand in no event, which stays for ever; the
-- event says only that a password was set. Every ledger's schema gets the table; only an access ledger's uses it.

create table {schema}.passwords (
    principal text        primary key check (principal <> ''),
    hash      text        not null check (hash <> ''),
    set_at    timestamptz not null
-- What was replaced is dead space in its page: cleared away soon, however few rows there are.
) with (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

-- Without a hash the one there is is destroyed.
create function {schema}.set_password(principal text, hash text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if set_password.hash is null then
        delete from {schema}.passwords p where p.principal = set_password.principal;
    else
        insert into {schema}.passwords as p (principal, hash, set_at)
        values (set_password.principal, set_password.hash, clock_timestamp())
        on conflict on constraint passwords_pkey do update set hash = excluded.hash, set_at = excluded.set_at;
    end if;
end
$$;

revoke all on function {schema}.set_password(text, text) from public;
grant select on {schema}.passwords to {app};
grant execute on function {schema}.set_password(text, text) to {app};
