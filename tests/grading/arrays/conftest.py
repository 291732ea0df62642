"""The arrays follow NumPy 2.4 and later, and these tests compare them with the installed version.

NumPy 2.2, the last version for Python 3.10, casts the result of ``c **= 2.0`` back to integers, and accepts column
indices that are out of range if no rows are selected. Versions before 2.1 differ in more ways: ``clip`` and in-place
operators cast to kinds that cannot hold the result, ``floor`` converts integers to floats, ``atleast_2d`` of several
arrays is a list, and some errors have other messages. Programs are read without NumPy, so an older version changes no
grade.
"""

import numpy as np

IS_OLDER = tuple(map(int, np.__version__.split(".")[:2])) < (2, 4)
collect_ignore = ["test_functions_of_arrays.py", "test_random_programs.py"] if IS_OLDER else []
