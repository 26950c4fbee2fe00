-- What time-stamping authorities (RFC 3161) answered when they were asked to stamp a checkpoint.

create table {schema}.time_stamps (
    checkpoint bigint      not null references {schema}.checkpoints (number),
    answer     bytea       not null,
    added_at   timestamptz not null,
    primary key (checkpoint, answer)
);

create function {schema}.add_time_stamp(checkpoint bigint, answer bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into {schema}.time_stamps (checkpoint, answer, added_at) values (checkpoint, answer, clock_timestamp());
end
$$;

create trigger time_stamps_append_only before update or delete or truncate on {schema}.time_stamps
    for each statement execute function {schema}.refuse_change();

revoke all on function {schema}.add_time_stamp(bigint, bytea) from public;
grant select on {schema}.time_stamps to {app};
grant execute on function {schema}.add_time_stamp(bigint, bytea) to {app};
