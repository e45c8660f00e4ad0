"""Builds the wire kernel, the SDK's encoder, the JSON writer and the store's encoder where a C compiler is found; the rest is declared in pyproject.toml.

`optional=True` makes a failed compilation a warning: the pure-Python twin then serves instead of the
kernel (`sonde doctor` says which), and the engine itself decodes instead of the encoder.
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
encoder = Extension(
    "sonde.otlp.encoder",
    ["src/sonde/otlp/encoder.pyx"],
    depends=["src/sonde/otlp/kernel_wire.pxi", *sorted(map(str, Path("src/sonde/otlp").glob("encoder_*.pxi")))],
    optional=True,
    extra_compile_args=["-O3"],
)
json_writer = Extension(
    "sonde.otlp.json_writer",
    ["src/sonde/otlp/json_writer.pyx"],
    depends=["src/sonde/otlp/kernel_wire.pxi"],
    optional=True,
    extra_compile_args=["-O3"],
)
blocks = Extension(
    "sonde.store.blocks",
    ["src/sonde/store/blocks.pyx"],
    depends=["src/sonde/otlp/kernel_wire.pxi", *sorted(map(str, Path("src/sonde/store").glob("blocks_*.pxi")))],
    optional=True,
    extra_compile_args=["-O3"],
)
setup(ext_modules=[] if os.environ.get("SONDE_PURE") else [kernel, encoder, json_writer, blocks])
