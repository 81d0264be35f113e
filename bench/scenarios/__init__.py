"""One module for each scenario; each takes a ``Stage`` and adds rows to its report."""
