create or replace trigger purges_stay before truncate on {schema}.purges
    for each statement execute function {schema}.refuse_change();
