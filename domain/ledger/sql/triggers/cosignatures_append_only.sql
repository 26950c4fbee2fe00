create or replace trigger cosignatures_append_only before update or delete or truncate on {schema}.cosignatures
    for each statement execute function {schema}.refuse_change();
