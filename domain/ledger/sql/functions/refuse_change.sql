-- Append-only: the statement is refused, also to the owner.
create or replace function {schema}.refuse_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'the ledger is append-only: % on %.% is refused', tg_op, tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege',
              hint = 'Record an EventWithdrawn instead; history stays as it was recorded.';
end
$$;
