-- Refuse a note that is not signed in the form in which it is kept. The database cannot verify the signature.
create or replace function {schema}.signed_form(note bytea, says text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    signatures text;
begin
    -- As `escape`, so that bytes that are no UTF-8 are only refused: the dash before a name is \342\200\224 then.
    if encode(note, 'escape') ~ ('^' || says || '\n(\\342\\200\\224 [^ \n]+ [A-Za-z0-9+/]{8,}={0,2}\n)+$') then
        begin
            signatures := "substring"(convert_from(note, 'UTF8'), '\n\n([^\n].*)\n$');
        exception when character_not_in_repertoire then
            signatures := null;
        end;
    end if;
    if signatures is null or exists (
        select from regexp_split_to_table(signatures, '\n') line where not {schema}.is_signature_line(line)
    ) then
        raise exception 'this is not signed in the form in which it is kept'
            using errcode = 'check_violation', constraint = 'signed_form';
    end if;
end
$$;
