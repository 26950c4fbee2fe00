create or replace trigger events_append_only before delete or truncate on {schema}.events
    for each statement execute function {schema}.refuse_change();
