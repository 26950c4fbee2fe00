-- Whether a line is a signature as domain/proofs/signed_notes.py reads it: a dash, a name, and in base64 the four bytes of
-- a key's id with a signature. Names beyond ASCII are left to that file.
create or replace function {schema}.is_signature_line(line text) returns boolean
language sql immutable
return case when line ~ '^\u2014 [^\s+\u0001-\u001f]+ ([A-Za-z0-9+/]{4})+([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'
            then encode(decode(split_part(line, ' ', 3), 'base64'), 'base64') is not distinct from
                     regexp_replace(split_part(line, ' ', 3), '(.{76})(?=.)', E'\\1\n', 'g')
                 and octet_length(decode(split_part(line, ' ', 3), 'base64')) > 4
            else false end;
