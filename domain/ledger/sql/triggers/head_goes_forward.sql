create or replace trigger head_goes_forward before update on {schema}.head
    for each row execute function {schema}.refuse_going_back();
