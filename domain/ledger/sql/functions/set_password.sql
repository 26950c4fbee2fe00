-- Set a password, or without a hash destroy it, in one transaction with the event that says so. There is no other way to
-- write to the table of passwords.
create or replace function {schema}.set_password(
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

grant execute on function {schema}.set_password to {app};
