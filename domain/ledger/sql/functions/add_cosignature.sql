-- Add a witness's signature to a checkpoint; the same line again is not stored twice.
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

grant execute on function {schema}.add_cosignature to {app};
