create or replace trigger time_stamps_append_only before update or delete or truncate on {schema}.time_stamps
    for each statement execute function {schema}.refuse_change();
