-- Refuse an event of a day that has not come in London, by the clock of the database.
create or replace function {schema}.refuse_day_ahead() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'the event is of a day that has not come: today is % in London, by the clock of the database',
        to_char(new.recorded_at at time zone 'Europe/London', 'YYYY-MM-DD')
        using errcode = 'AS002', detail = new.event_id::text,
              hint = to_char(new.recorded_at at time zone 'Europe/London', 'YYYY-MM-DD');
end
$$;
