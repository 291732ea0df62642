"""The arrays of this package are those of NumPy 2.4 and later, and these tests compare them with the installed one.

NumPy 2.2, the last one for Python 3.10, lets ``c **= 2.0`` cast back to integers, and no rows have columns that are not
there. Before 2.1, NumPy differs in more of what is compared: ``clip`` and in-place operators do not refuse to cast to a
kind that cannot hold the result, ``floor`` makes floats of integers, ``atleast_2d`` of several arrays is a list, and
some errors have other words. Programs are read without NumPy, so an older one that is installed changes no grade.
"""

import numpy as np

IS_OLDER = tuple(map(int, np.__version__.split(".")[:2])) < (2, 4)
collect_ignore = ["test_functions_of_arrays.py", "test_random_programs.py"] if IS_OLDER else []
