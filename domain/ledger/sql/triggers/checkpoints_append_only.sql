create or replace trigger checkpoints_append_only before update or delete or truncate on {schema}.checkpoints
    for each statement execute function {schema}.refuse_change();
