-- The hash of an event's leaf; the same bytes as in domain/proofs/entry.py. Without `set search_path` it is inlined where
-- it is called; its names were resolved when it was made, so no search path matters.
create or replace function {schema}.leaf(
    place bigint, plan text, version bigint, recorded_at timestamptz, recorded_by text, event_id uuid, topic text,
    state bytea
) returns bytea
language sql stable
return sha256(
    '\x00'::bytea || convert_to(E'asat/entry/1\n', 'UTF8')
    || int8send(place) || int8send(version) || int8send((extract(epoch from recorded_at) * 1000000)::bigint)
    || uuid_send(event_id)
    || int8send(octet_length(convert_to(plan, 'UTF8'))::bigint) || convert_to(plan, 'UTF8')
    || int8send(octet_length(convert_to(recorded_by, 'UTF8'))::bigint) || convert_to(recorded_by, 'UTF8')
    || int8send(octet_length(convert_to(topic, 'UTF8'))::bigint) || convert_to(topic, 'UTF8')
    || int8send(octet_length(state)::bigint) || state
);
