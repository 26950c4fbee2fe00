-- Store a new hash of the same password; nothing if the password was replaced or destroyed in the meantime.
create or replace function {schema}.rehash_password(principal text, former text, hash text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update {schema}.passwords p set hash = rehash_password.hash
     where p.principal = rehash_password.principal and p.hash = rehash_password.former;
$$;

grant execute on function {schema}.rehash_password to {app};
