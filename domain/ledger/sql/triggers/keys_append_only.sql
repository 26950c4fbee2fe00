create or replace trigger keys_append_only before update or delete or truncate on {schema}.keys
    for each statement execute function {schema}.refuse_change();
