-- The leaf of the event at this position, followed by the nodes that it completes. The left child of each is the last
-- node of the row that many positions before.
create or replace function {schema}.hashes_of(place bigint, leaf bytea) returns bytea
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    node bytea := leaf;
    hashes bytea := leaf;
    width bigint := 1;
    level int := 0;
begin
    while place & width = 0 loop
        select sha256('\x01'::bytea || substr(e.hashes, 32 * level + 1, 32) || node) into node
          from {schema}.events e where e.position = place - width;
        hashes := hashes || node;
        width := width * 2;
        level := level + 1;
    end loop;
    return hashes;
end
$$;
