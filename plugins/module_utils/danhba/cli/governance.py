"""How the register is governed in git: what editors are told while they type."""

from __future__ import annotations

import click

from ..governance import json_schema


@click.command("schema")
@click.argument("which", type=click.Choice(list(json_schema.SCHEMAS)), default="agency")
def schema_command(which: str) -> None:
    """JSON Schema của một loại tệp, cho trình soạn thảo / The JSON Schema of a kind of file, for editors."""
    click.echo(json_schema.as_json(json_schema.SCHEMAS[which]()))
