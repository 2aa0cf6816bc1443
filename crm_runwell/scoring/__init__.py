"""SQL builders and plain mathematics of the scoring.

Nothing here imports a model or keeps state: every function takes its numbers
and returns SQL or numbers, so that tonight's run and a back-test of last year
go through the same lines.
"""
