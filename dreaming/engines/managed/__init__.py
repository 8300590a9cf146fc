"""Dreams of the Claude platform as an engine: what a dream made of a whole store comes back as itemised changes.

`reading` says what a dream is given, `account` is what the journal holds of it, `stores` and `following` talk with the
platform, `comparing` and `drawing` turn two stores into operations, `quoting` finds what bears them out, and
`clearing` takes away what a dream left.
"""
