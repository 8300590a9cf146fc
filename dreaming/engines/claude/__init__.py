"""Lucid's own engine with a model: the local engine finds candidates and numbers, the model words, judges and finds.

`transcripts` and `memory_view` say what the model is shown, `prompts` what it is asked, `asking` how (journal, budget,
batches, refusals), `halving` how what was too much for one answer is asked again, `answers` what of its answers can be
read, and `trusting` what of that may be said. `discovering`, `grounding` and `verifying` are three separate calls for
what statistics cannot see; `wording` and `judging` serve what the local engine found. Whatever comes of it goes through
the local engine's limits and guards like everything else.
"""
