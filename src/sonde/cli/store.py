"""`sonde store`: measure, tidy up, back up, restore, and apply retention."""

import typer

app = typer.Typer(no_args_is_help=True)
