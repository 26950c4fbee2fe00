-- The clock of the server is minutes behind the last event: one of the two is wrong, and nothing is recorded.
create or replace function {schema}.refuse_going_on(recorded_at timestamptz) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'the last event was recorded at %, and the clock of the database says %', recorded_at, clock_timestamp()
        using errcode = 'AS001', detail = recorded_at::text, hint = clock_timestamp()::text;
end
$$;
