"""The settings, roles and admissions of the embedded server."""

OWNER, APP, DATABASE = "asat_owner", "asat_app", "asat"

#: Settings that an operator may tune in postgresql.conf; initdb writes them once.
TUNABLE = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "min_wal_size": "80MB",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

#: Settings that AsAt promises, given on the command line at every start, so that no configuration file overrides them.
PROMISED = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    # A recycled log file holds redacted texts for weeks.
    "wal_recycle": "off",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    # Seven files, one a weekday, each truncated after a week.
    "logging_collector": "on",
    "log_destination": "stderr",
    "log_directory": "log",
    "log_filename": "server-%a.log",
    # A forgotten transaction may hold the ledger's head: nobody could record until it ends.
    "idle_in_transaction_session_timeout": "60s",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_checkpoints": "off",
}

#: One statement a line. It runs in single-user mode, before anyone can connect.
ROLES_AND_DATABASE = f"""\
create role {APP} login nosuperuser nocreatedb nocreaterole noreplication;
revoke create on schema public from public;
create database {DATABASE} owner {OWNER};
revoke all on database {DATABASE}, postgres, template1 from public;
grant connect on database {DATABASE} to {APP};
"""

#: `pg_hba.conf`. No line for host: the server does not listen on TCP. The user map is written at every start.
ADMITTED = f"""\
local  {DATABASE}  {APP}    peer map=asat
local  all   {OWNER}  peer map=asat
local  replication  {OWNER}  peer map=asat
"""
