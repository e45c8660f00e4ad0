"""Builds the wire kernel where a C compiler is found; everything else is declared in pyproject.toml.

`optional=True` makes a failed compilation a warning: the pure-Python twin then serves instead (`sonde doctor` says which).
"""

import os
from pathlib import Path

from setuptools import Extension, setup

kernel = Extension(
    "sonde.otlp.kernel",
    ["src/sonde/otlp/kernel.pyx"],
    depends=sorted(map(str, Path("src/sonde/otlp").glob("kernel_*.pxi"))),
    optional=True,
    extra_compile_args=["-O3"],
)
setup(ext_modules=[] if os.environ.get("SONDE_PURE") else [kernel])
