-- Add a key. Its number is the caller's, as it stands in the signed note: of two callers at once one is refused.
create or replace function {schema}.add_key(number integer, note bytea) returns void
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

grant execute on function {schema}.add_key to {app};
