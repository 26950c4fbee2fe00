"""The PostgreSQL server: the embedded one and its files, connections, and what its errors mean. It knows no plans."""
