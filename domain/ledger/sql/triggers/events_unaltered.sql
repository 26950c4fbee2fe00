create or replace trigger events_unaltered before update on {schema}.events
    for each row execute function {schema}.refuse_alteration();
