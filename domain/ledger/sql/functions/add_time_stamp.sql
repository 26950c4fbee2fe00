-- Add a time stamp (RFC 3161) of a checkpoint: one whole element of DER that holds the checkpoint's digest. The database
-- cannot verify its signature.
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

grant execute on function {schema}.add_time_stamp to {app};
