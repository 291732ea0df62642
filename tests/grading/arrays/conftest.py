"""The arrays of this package are those of NumPy 2.1 and later, and these tests compare them with the installed one.

Before 2.1, NumPy differs in what is compared: ``clip`` and in-place operators do not refuse to cast to a kind that
cannot hold the result, ``floor`` makes floats of integers, ``atleast_2d`` of several arrays is a list, and some errors
have other words. Programs are read without NumPy, so an older one that is installed changes no grade.
"""

import numpy as np

IS_OLDER = tuple(map(int, np.__version__.split(".")[:2])) < (2, 1)
collect_ignore = ["test_functions_of_arrays.py", "test_random_programs.py"] if IS_OLDER else []
