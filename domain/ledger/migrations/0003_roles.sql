-- The program's own role may read and append, nothing else.

revoke all on schema {schema} from public;
revoke all on all functions in schema {schema} from public;
grant usage on schema {schema} to {app};
grant select on {schema}.events, {schema}.head, {schema}.migrations to {app};
grant execute on function {schema}.append(text[], bigint[], text[], uuid[], bytea[], text[], uuid[]) to {app};
grant execute on function {schema}.append_one(text, bigint, text, uuid, bytea, text, uuid) to {app};
