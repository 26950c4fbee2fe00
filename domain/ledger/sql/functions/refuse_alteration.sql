-- Refuse every change of an event but the destruction of texts and salts that a later event redacts.
create or replace function {schema}.refuse_alteration() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    redacted text[];
    allowed {schema}.events := old;
begin
    select array_agg(f.field) into redacted
      from {schema}.events e cross join json_array_elements_text(convert_from(e.state, 'UTF8')::json -> 'fields') f(field)
     where e.plan = old.plan and e.version > old.version and e.topic = 'TextRedacted'
       and (convert_from(e.state, 'UTF8')::json ->> 'version')::bigint = old.version;
    if redacted is not null then
        allowed.whole := {schema}.without_texts(old.whole, redacted);
        allowed.salts := {schema}.without_salts(old.state, old.salts, redacted);
    end if;
    if redacted is null or new is distinct from allowed then
        raise exception 'the ledger is append-only: % on %.% is refused', tg_op, tg_table_schema, tg_table_name
            using errcode = 'insufficient_privilege',
                  hint = 'Record an EventWithdrawn instead; history stays as it was recorded.';
    end if;
    return new;
end
$$;
