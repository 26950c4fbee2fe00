"""The proof that a record has not been altered: the tree over its entries, signed notes, checkpoints and witnesses.

Bytes and numbers in, bytes or an error out: nothing here reads a clock or a database or makes a random number, and no
file is read but the packs that are verified and the program that goes into them.
"""
