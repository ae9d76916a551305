"""A daemon that leads a client through PROTOCOL.md and says which of its rules the client keeps.

It paints nothing: what it answers, it answers to see what the client does. `rules` has every rule, `scenarios` the ways through
them, `stage` the daemon that they direct, `session` what is checked of every message at any time.
"""
