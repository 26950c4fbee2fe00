"""The alternatives that AsAt is measured against, each written as its users would write it."""
