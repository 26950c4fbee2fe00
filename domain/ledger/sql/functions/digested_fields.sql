-- The fields that an event commits to by a salted digest: those whose texts can be destroyed.
create or replace function {schema}.digested_fields(state bytea) returns text[]
language sql stable
return array(
    select s.field from json_each(convert_from(state, 'UTF8')::json) as s(field, value)
     where case when json_typeof(s.value) = 'object'
                then array(select json_object_keys(s.value)) = array['sha256'] else false end
);
