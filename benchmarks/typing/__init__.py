"""Are a column's kind and role guessed as a person would label them?

| file | what |
|---|---|
| labels.json | set -> table -> what a column may be ("integer|category feature|time") -> the columns' names |
| tables.py | the tables that packages ship, and the rule by which the test sets are drawn |
| scoring.py | guesses held against labels |
"""
