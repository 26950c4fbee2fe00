create or replace trigger head_stays before delete or truncate on {schema}.head
    for each statement execute function {schema}.refuse_change();
