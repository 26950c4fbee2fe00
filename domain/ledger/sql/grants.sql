-- The grants on the objects of one schema, its owner's left out; a column is written as its table and its name.
with ours as (
    select n.oid, n.nspowner, n.nspacl from pg_namespace n where n.nspname = %(schema)s
),
lists as (
    select 'the schema' as kind, ''::text as name, nspowner as owner, coalesce(nspacl, acldefault('n', nspowner)) as list from ours
    union all
    select 'the table', c.relname::text, c.relowner,
           coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))
      from pg_class c join ours on c.relnamespace = ours.oid where c.relkind not in ('i', 'I', 'c')
    union all
    select 'the column', c.relname || '.' || a.attname, c.relowner, a.attacl
      from pg_class c join ours on c.relnamespace = ours.oid join pg_attribute a on a.attrelid = c.oid
     where a.attacl is not null
    union all
    select 'the function', f.proname || '(' || pg_get_function_identity_arguments(f.oid) || ')', f.proowner,
           coalesce(f.proacl, acldefault('f', f.proowner))
      from pg_proc f join ours on f.pronamespace = ours.oid
    union all
    -- Default privileges, for objects that are made later.
    select 'what is made later', d.defaclobjtype::text, d.defaclrole, d.defaclacl
      from pg_default_acl d join ours on d.defaclnamespace = ours.oid or (d.defaclnamespace = 0 and d.defaclrole = ours.nspowner)
)
select l.kind, l.name,
       case when e.grantee = 0 then 'everybody' else coalesce((select rolname from pg_roles where oid = e.grantee), e.grantee::text) end,
       lower(e.privilege_type) || case when e.is_grantable then ', and grant it to others' else '' end
  from lists l cross join lateral aclexplode(l.list) e where e.grantee <> l.owner
