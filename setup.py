"""Compiles what is native and builds the pages; the rest is declared in pyproject.toml.

Native are the wire kernel, the SDK's encoder, the JSON writer and the store's encoder. `optional=True` makes a failed
compilation a warning: the pure-Python twin then serves instead of the kernel (`sonde doctor` says which), and the engine
itself decodes instead of the encoder. Pages that cannot be built, for want of Node.js, are a warning too. `SONDE_PURE=1`
compiles nothing, `SONDE_NO_UI=1` builds no pages.
"""

import os
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_py import build_py

UI = Path("ui/build.py")


class BuildWithPages(build_py):
    """Builds the pages first, so that they are packed with the rest; an editable installation leaves them to `make ui`."""

    def run(self) -> None:
        """Build."""
        if UI.is_file() and not self.editable_mode and not os.environ.get("SONDE_NO_UI"):
            subprocess.run([sys.executable, str(UI)], check=False)  # noqa: S603  our own script
        super().run()


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
setup(
    cmdclass={"build_py": BuildWithPages},
    ext_modules=[] if os.environ.get("SONDE_PURE") else [kernel, encoder, json_writer, blocks],
)
