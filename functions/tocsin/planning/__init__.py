"""Which device runs which task.

``problem`` and ``plan`` are the question and its answer, ``solve`` leads from one to the other,
``solve_site`` says in which steps. ``inputs`` and ``results`` are its ways in and out: documents,
twins and orders. ``arrays``, ``proof``, ``moves`` and ``models`` are what the search works with.
"""
