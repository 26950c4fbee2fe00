"""What AsAt is measured against, each written as somebody who likes it would write it."""
