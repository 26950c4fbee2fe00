-- No event is of a day that has not come, by the clock that stamps it and not by the clock of whoever proposes it; and
-- what a redaction destroyed is known to have left the database's files, or not.

-- The day is read as text, and compared as text: days of the form 2019-05-31 sort as they follow one another. What stands
-- in the text of a field cannot pass for the day of the event, as a quotation mark within a text has a backslash before it.
create function {schema}.refuse_day_ahead() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'the event is of a day that has not come: today is % in London, by the clock of the database',
        to_char(new.recorded_at at time zone 'Europe/London', 'YYYY-MM-DD')
        using errcode = 'AS002', detail = new.event_id::text,
              hint = to_char(new.recorded_at at time zone 'Europe/London', 'YYYY-MM-DD');
end
$$;

-- On inserting only: a text of an event that was stored before this can still be destroyed, whatever its day. As the
-- program writes an event its day comes first and is read in a microsecond; looking for it elsewhere takes twenty.
create trigger events_not_ahead before insert on {schema}.events for each row
    when (case when substr(new.state, 1, 17) = '{"effective_on":"'::bytea then substr(new.state, 18, 10)
               else convert_to("substring"(encode(new.state, 'escape'), '"effective_on"\s*:\s*"([^"]*)"'), 'UTF8') end
          > convert_to(to_char(new.recorded_at at time zone 'Europe/London', 'YYYY-MM-DD'), 'UTF8'))
    execute function {schema}.refuse_day_ahead();

-- Up to which position what was redacted has left the table (its rows were written anew) and, where complete, the log of
-- the server too. Only the owner writes here, after a purge: the program's role may read it.
create table {schema}.purges (
    position  bigint      not null check (position > 0),
    complete  boolean     not null,
    purged_at timestamptz not null,
    primary key (position, purged_at)
);

create trigger purges_append_only before update or delete on {schema}.purges
    for each statement execute function {schema}.refuse_change();
create trigger purges_stay before truncate on {schema}.purges
    for each statement execute function {schema}.refuse_change();

-- Finds what was redacted since the last purge without reading every event.
create index redactions on {schema}.events (position) where topic = 'TextRedacted';

revoke all on function {schema}.refuse_day_ahead() from public;
grant select on {schema}.purges to {app};
