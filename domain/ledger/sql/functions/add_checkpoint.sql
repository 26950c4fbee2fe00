-- Add a checkpoint, of no fewer entries than the last and of no more than there are. The same one again is not stored
-- twice.
create or replace function {schema}.add_checkpoint(size bigint, note bytea, out number bigint, out cut_at timestamptz)
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

grant execute on function {schema}.add_checkpoint to {app};
