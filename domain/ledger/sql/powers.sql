-- The powers of a login over the ledger beyond reading and appending, one sentence a row. The rights of every role of which
-- it is a member count, inherited or not: it may take the role on or, as an administrator of it, grant it to itself.
with login as (
    select oid from pg_roles where rolname = coalesce(%(login)s, session_user)
),
could_be as (
    select r.* from login join pg_roles r on pg_has_role(login.oid, r.oid, 'MEMBER')
),
ours as (
    select oid, nspname, nspowner from pg_namespace where nspname = any(%(schemas)s)
),
tables as (
    select c.oid, c.relname, c.relowner, ours.nspname from pg_class c join ours on c.relnamespace = ours.oid
     where c.relkind in ('r', 'p', 'v', 'S', 'f')
)
select 'it can be ' || rolname || ', a superuser' as power from could_be where rolsuper
union
select 'it owns the schema ' || nspname || case when could_be.oid = login.oid then '' else ', as ' || rolname end
  from login cross join ours join could_be on could_be.oid = ours.nspowner
union
select 'it owns the table ' || nspname || '.' || relname from tables
 where relowner in (select oid from could_be) and relowner not in (select nspowner from ours)
union
select 'it owns the function ' || nspname || '.' || proname from pg_proc join ours on pronamespace = ours.oid
 where proowner in (select oid from could_be) and proowner not in (select nspowner from ours)
union
select 'it owns the database' from pg_database
 where datname = current_database() and datdba in (select oid from could_be)
union
-- Before version 16 such a role could give itself any other that is no superuser.
select 'it may make roles, and so become the owner' from could_be
 where rolcreaterole and current_setting('server_version_num')::int < 160000
union
select 'it has the rights of ' || rolname from could_be
 where rolname in ('pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program')
union
select 'it may create things in the schema ' || nspname from ours cross join could_be
 where could_be.oid <> ours.nspowner and not pg_has_role(could_be.oid, ours.nspowner, 'USAGE')
   and has_schema_privilege(could_be.oid, ours.oid, 'CREATE')
union
select 'it may ' || lower(p) || ' ' || nspname || '.' || relname
  from tables cross join could_be cross join unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) p
 where not pg_has_role(could_be.oid, relowner, 'USAGE') and has_table_privilege(could_be.oid, tables.oid, p)
union
select 'it may ' || lower(p) || ' columns of ' || nspname || '.' || relname
  from tables cross join could_be cross join unnest(array['INSERT', 'UPDATE', 'REFERENCES']) p
 where not pg_has_role(could_be.oid, relowner, 'USAGE') and not has_table_privilege(could_be.oid, tables.oid, p)
   and has_any_column_privilege(could_be.oid, tables.oid, p)
union
select 'it may switch all triggers off (session_replication_role)' from could_be
 where not rolsuper and has_parameter_privilege(could_be.oid, 'session_replication_role', 'SET')
union
select 'it may alter the setting ' || parname || ' of the whole server' from could_be cross join pg_parameter_acl
 where not rolsuper and has_parameter_privilege(could_be.oid, parname, 'ALTER SYSTEM')
union
select 'it may have the server load what it likes (' || name || ')'
  from could_be cross join unnest(array['session_preload_libraries', 'dynamic_library_path']) name
 where not rolsuper and has_parameter_privilege(could_be.oid, name, 'SET')
union
select 'it may keep and copy what the database writes, redacted texts too (replication)' from could_be
 where rolreplication and not rolsuper
union
select 'it may read the files of the server, where redacted texts may still be (pg_read_server_files)' from could_be
 where rolname = 'pg_read_server_files'
union
select 'it may read every table of the database, what the server keeps of texts for its planner too (pg_read_all_data)'
  from could_be where rolname = 'pg_read_all_data'
union
select 'it may read pg_catalog.' || relname || ', in which the server keeps of texts what its planner needs'
  from could_be cross join pg_class c
 where not rolsuper and rolname <> 'pg_read_all_data' and not pg_has_role(could_be.oid, 'pg_read_all_data', 'USAGE')
   and relnamespace = 'pg_catalog'::regnamespace and relname in ('pg_statistic', 'pg_statistic_ext_data')
   and (has_table_privilege(could_be.oid, c.oid, 'SELECT') or has_any_column_privilege(could_be.oid, c.oid, 'SELECT'))
union
select 'it may run ' || proname || ', which reads or writes the files of the server' from could_be cross join pg_proc
 where not rolsuper and pronamespace = 'pg_catalog'::regnamespace
   and proname in ('pg_read_file', 'pg_read_binary_file', 'lo_import', 'lo_export')
   and has_function_privilege(could_be.oid, pg_proc.oid, 'EXECUTE')
union
select 'it may grant ' || r.rolname || ' to others'
  from pg_auth_members m join pg_roles r on r.oid = m.roleid join could_be on could_be.oid = m.member
 where m.admin_option and r.rolname = any(%(roles)s) and not could_be.rolsuper
   and not exists (select from ours where nspowner in (select oid from could_be))
union
-- Functions that run with the rights of the owner, or of a role that could be the owner. The functions of another ledger
-- in this database are like these, and are checked with that ledger.
select 'it may run ' || n.nspname || '.' || p.proname || ', which acts as ' || r.rolname
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = p.proowner cross join could_be
 where p.prosecdef and not could_be.rolsuper and n.nspname not in ('pg_catalog', 'information_schema')
   and n.oid not in (select oid from ours) and exists (select from ours where pg_has_role(p.proowner, nspowner, 'MEMBER'))
   and p.proowner not in (select oid from could_be)
   and not exists (select from pg_depend d
                    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
   and not (exists (select from pg_proc same join ours on same.pronamespace = ours.oid
                     where same.proname = p.proname and same.prosecdef)
            and 3 = (select count(*) from pg_class c
                      where c.relnamespace = n.oid and c.relname in ('events', 'head', 'migrations') and c.relkind = 'r'))
   and (has_function_privilege(could_be.oid, p.oid, 'EXECUTE')
        -- A trigger's function runs without a check of the right to execute it.
        or exists (select from pg_trigger t where t.tgfoid = p.oid
                      and has_table_privilege(could_be.oid, t.tgrelid, 'INSERT, UPDATE, DELETE, TRUNCATE')))
order by power
