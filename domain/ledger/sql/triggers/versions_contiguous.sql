create or replace trigger versions_contiguous after insert on {schema}.events
    referencing new table as added
    for each statement execute function {schema}.refuse_gap();
