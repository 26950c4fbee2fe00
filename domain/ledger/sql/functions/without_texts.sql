-- An event with these texts destroyed. The value in a text's place is of the same kind; as in domain/redaction.py.
create or replace function {schema}.without_texts(whole bytea, fields text[]) returns bytea
language sql stable
return (
    select convert_to(json_object_agg(
               t.field,
               case when t.field <> all (fields) then t.value
                    else (case json_typeof(t.value)
                              when 'array' then '["[redacted]"]'
                              when 'object' then '{"title":"[redacted]"}'
                              else '"[redacted]"' end)::json end
               order by t.place)::text, 'UTF8')
      from json_each(convert_from(whole, 'UTF8')::json) with ordinality as t(field, value, place)
);
