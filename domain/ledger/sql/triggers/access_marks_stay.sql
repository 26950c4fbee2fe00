create or replace trigger access_marks_stay before truncate on {schema}.access_marks
    for each statement execute function {schema}.refuse_change();
