"""gitlab-shell as three releases of it behave: 13.19, 14.7 and 14.56, or any version between.

What it sends, what it demands of an answer and what its user sees are the real program's. Two things are
not: downloads use Gitaly's plain streaming call in every version, and custom actions (HTTP 300) end with
an error.
"""
