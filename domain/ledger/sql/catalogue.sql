-- Every object of one schema in the database's catalogue: kind, name, and its properties by name.
-- Run it with a search path of pg_catalog alone, so that every other name is written with its schema.
with ours as (
    select n.oid, n.nspname, n.nspowner from pg_namespace n where n.nspname = %(schema)s
),
tables as (
    select c.* from pg_class c join ours on c.relnamespace = ours.oid where c.relkind not in ('i', 'I')
),
functions as (
    select p.* from pg_proc p join ours on p.pronamespace = ours.oid
)
select 'the table', c.relname::text, jsonb_build_object(
           'kind', c.relkind, 'persistence', c.relpersistence, 'access method', (select amname from pg_am where oid = c.relam),
           'options', to_jsonb(array(select unnest(c.reloptions) order by 1)), 'row security', c.relrowsecurity or c.relforcerowsecurity,
           'partition', c.relispartition or c.relkind = 'p', 'replica identity', c.relreplident,
           'triggers are looked at', c.relhastriggers, 'checks are looked at', c.relchecks)
  from tables c
union all
select 'the column', c.relname || '.' || a.attname, jsonb_build_object(
           'type', format_type(a.atttypid, a.atttypmod), 'null', not a.attnotnull, 'default', pg_get_expr(d.adbin, d.adrelid),
           'generated', a.attgenerated::text || a.attidentity::text, 'collation', (select collname from pg_collation where oid = a.attcollation),
           'inherited', not a.attislocal or a.attinhcount > 0, 'statistics', case when a.attstattarget = 0 then 'none' else 'usual' end)
  from tables c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
union all
-- That a column is not null is a constraint of its own from version 18 on; here it stands with the column.
select 'the constraint', c.relname || '.' || o.conname, jsonb_build_object(
           'definition', pg_get_constraintdef(o.oid), 'valid', o.convalidated, 'inherited', not o.conislocal)
  from tables c join pg_constraint o on o.conrelid = c.oid where o.contype not in ('n', 't')
union all
select 'the index', i.relname::text, jsonb_build_object(
           'definition', pg_get_indexdef(i.oid), 'valid', x.indisvalid and x.indisready and x.indislive,
           'unique', x.indisunique, 'checked at once', x.indimmediate)
  from ours join pg_class i on i.relnamespace = ours.oid and i.relkind in ('i', 'I') join pg_index x on x.indexrelid = i.oid
union all
select 'the guard', c.relname || '.' || t.tgname, jsonb_build_object(
           'definition', pg_get_triggerdef(t.oid), 'switched on', t.tgenabled)
  from tables c join pg_trigger t on t.tgrelid = c.oid where not t.tgisinternal
union all
-- The triggers by which the database sees to foreign keys have no names of their own.
select 'the triggers of the constraint', c.relname || '.' || o.conname, jsonb_build_object(
           'number', count(*), 'switched on', bool_and(t.tgenabled = 'O'))
  from tables c join pg_trigger t on t.tgrelid = c.oid join pg_constraint o on o.oid = t.tgconstraint
 where t.tgisinternal group by 2
union all
select 'the function', f.proname || '(' || pg_get_function_identity_arguments(f.oid) || ')', jsonb_build_object(
           'kind', f.prokind, 'arguments', pg_get_function_arguments(f.oid), 'result', pg_get_function_result(f.oid),
           'language', (select lanname from pg_language where oid = f.prolang), 'body', coalesce(pg_get_function_sqlbody(f.oid), f.prosrc),
           'library', f.probin, 'volatility', f.provolatile, 'security definer', f.prosecdef, 'leakproof', f.proleakproof,
           'strict', f.proisstrict, 'settings', to_jsonb(f.proconfig), 'support', f.prosupport::text)
  from functions f
union all
select 'the rule', c.relname || '.' || r.rulename, jsonb_build_object('definition', pg_get_ruledef(r.oid))
  from tables c join pg_rewrite r on r.ev_class = c.oid
union all
select 'the policy', c.relname || '.' || p.polname, jsonb_build_object('command', p.polcmd)
  from tables c join pg_policy p on p.polrelid = c.oid
union all
select 'the child', h.inhrelid::regclass || ' of ' || h.inhparent::regclass, '{}'::jsonb
  from pg_inherits h where exists (select from tables c where c.oid in (h.inhparent, h.inhrelid))
union all
select 'the event trigger', evtname::text, jsonb_build_object('event', evtevent) from pg_event_trigger where evtenabled <> 'D'
union all
select 'the subscription', subname || ' into ' || s.srrelid::regclass, '{}'::jsonb
  from pg_subscription_rel s join pg_subscription n on n.oid = s.srsubid join tables c on c.oid = s.srrelid
union all
-- Everything else in the schema: types, operators and so on. A table's own type is left out.
select 'the object', i.type || ' ' || i.identity, '{}'::jsonb
  from ours join pg_depend d on d.refclassid = 'pg_namespace'::regclass and d.refobjid = ours.oid
  cross join lateral pg_identify_object(d.classid, d.objid, d.objsubid) i
 where d.classid not in ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_default_acl'::regclass)
