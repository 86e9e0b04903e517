"""How many memos the workers judge, how long one waits at which load, and what that costs."""
