"""Rounds of dialogue: what actors rate, how far they agree, and in what order they put things."""
