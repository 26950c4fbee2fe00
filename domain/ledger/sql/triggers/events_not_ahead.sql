-- On insert only: the texts of an older event can still be destroyed, whatever its day. The program writes the day first,
-- where it is read in a microsecond; elsewhere the search takes twenty. Days of the form 2019-05-31 sort as text. A
-- text within the event cannot pass for its day, as quotation marks in a text are escaped.
create or replace trigger events_not_ahead before insert on {schema}.events for each row
    when (case when substr(new.state, 1, 17) = '{"effective_on":"'::bytea then substr(new.state, 18, 10)
               else convert_to("substring"(encode(new.state, 'escape'), '"effective_on"\s*:\s*"([^"]*)"'), 'UTF8') end
          > convert_to(to_char(new.recorded_at at time zone 'Europe/London', 'YYYY-MM-DD'), 'UTF8'))
    execute function {schema}.refuse_day_ahead();
