-- The salts of an event, with those of these texts destroyed: a destroyed salt is all zeros.
create or replace function {schema}.without_salts(state bytea, salts bytea, fields text[]) returns bytea
language sql stable
return (
    select string_agg(
               case when d.field <> all (fields) then substr(salts, 16 * d.number - 15, 16)
                    else decode(repeat('00', 16), 'hex') end, ''::bytea order by d.number)
      from (select s.field, (row_number() over (order by s.place))::int as number
              from json_each(convert_from(state, 'UTF8')::json) with ordinality as s(field, value, place)
             where json_typeof(s.value) = 'object' and s.value -> 'sha256' is not null) d
);
