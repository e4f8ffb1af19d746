"""Which device runs which task.

``problem`` and ``plan`` are the question and its answer, ``solve`` leads from one to the other by a
``search`` at each site, which works with ``models``, ``moves``, ``proof`` and ``arrays``. The ways
in and out, to documents, twins and orders, are ``inputs`` and ``results``.
"""
