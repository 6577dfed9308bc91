"""A call drawn on one time axis: sounds, line states, what was heard and the script's steps; as SVG, PNG."""
