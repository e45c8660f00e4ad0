"""The figures: every one beside a peer in the same run, on the same payloads.

`make bench` runs them all and writes Markdown into `benchmarks/out/`; `python -m benchmarks NAME` runs one.
"""
