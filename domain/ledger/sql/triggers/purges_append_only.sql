create or replace trigger purges_append_only before update or delete on {schema}.purges
    for each statement execute function {schema}.refuse_change();
