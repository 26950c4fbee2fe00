create or replace trigger access_marks_append_only before update or delete on {schema}.access_marks
    for each statement execute function {schema}.refuse_change();
