"""The tests of the widget in JupyterLab are collected only if DELTAGRAD_WIDGET is set, as ``make test-widget`` does."""

import os

collect_ignore = [] if "DELTAGRAD_WIDGET" in os.environ else ["test_widget.py"]
