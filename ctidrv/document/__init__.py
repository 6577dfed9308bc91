"""Files that people write in YAML and programs run: read strictly, typed, every fault named with its line.

`source` reads the tree, `model` and `words` are what a language's pydantic model is made of, `shape` puts
the model's faults into words, `schema` publishes it. The languages are those of menus (`ctidrv.apps.ivr`)
and of the simulator's scenarios (`hwsim.scenario`).
"""
