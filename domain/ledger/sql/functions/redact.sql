-- Destroy the texts that a TextRedacted names, and their salts, and nothing else: a field without a text, such as a
-- rating, is never overwritten.
create or replace function {schema}.redact(plan text, redaction json) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    fields constant text[] := array(select json_array_elements_text(redaction -> 'fields'));
begin
    update {schema}.events e
       set whole = {schema}.without_texts(e.whole, fields), salts = {schema}.without_salts(e.state, e.salts, fields)
     where e.plan = redact.plan and e.version = (redaction ->> 'version')::bigint and e.whole is not null
       and redaction -> 'reason' is not null and cardinality(fields) > 0 and fields <@ {schema}.digested_fields(e.state);
    if not found then
        raise exception 'a redaction gives a reason, and names texts of an event of its plan that can be redacted'
            using errcode = 'AS003';
    end if;
end
$$;
