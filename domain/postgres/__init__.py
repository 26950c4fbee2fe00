"""The PostgreSQL server: the embedded one and its files, connections and errors. It does not depend on plans."""
