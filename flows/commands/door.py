"""The `neta` command: one verb for everything a person does. Heavy imports stay inside the verbs.

Exit codes: 0 done · 1 failed · 2 wrong use · 3 done, with new quarantine in this run.
"""

from __future__ import annotations

import os
import sys
from functools import wraps
from pathlib import Path

import click

QUARANTINE = 3
_BAD = "✗ "


class Door(click.Group):
    """Lists verbs in the order in which a newcomer meets them, and tells every failure in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context):
        try:
            return super().invoke(ctx)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            from flows.failures import wrong_use

            click.echo(_BAD + wrong_use(error), err=True)
            sys.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            from flows.failures import one_line

            if os.environ.get("NETA_DEBUG"):
                raise
            click.echo(_BAD + one_line(error), err=True)
            sys.exit(1)


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="neta", message="neta %(version)s")
@click.option("--home", type=click.Path(path_type=Path), help="ホーム(状態を置くフォルダ)。既定: NETA_HOME か ./data")
@click.pass_context
def main(ctx: click.Context, home: Path | None) -> None:
    """公募に寄せられた話を集め、確かめ、数える。

    \b
    はじめて:  neta sample --home sample-home && neta run --home sample-home
    自分の公募: neta init mycall && neta run --home mycall
    """
    ctx.obj = home


def at_home(verb):
    """Give a verb its home, from --home on either side of it, NETA_HOME or ./data."""

    @click.option("--home", "own_home", type=click.Path(path_type=Path), help="ホーム。既定: NETA_HOME か ./data")
    @click.pass_context
    @wraps(verb)
    def with_home(ctx: click.Context, own_home: Path | None, **options):
        from flows.settings import default_home

        return verb((own_home or ctx.obj or default_home()).absolute(), **options)

    return with_home


who_option = click.option(
    "--who", default=lambda: os.environ.get("USER") or "editor", help="行う人", show_default="ログイン名"
)
json_option = click.option("--json", "as_json", is_flag=True, help="機械が読む形(JSON)で出す")


def said_of_two(group: click.Group, verb: str, metavar: str, told: str, write, why: str = "理由") -> None:
    """A verb of a group by which somebody says something of two things. write(home, one, other, who, why): what to tell."""

    @click.argument("one", metavar=metavar)
    @click.argument("other", metavar=metavar)
    @who_option
    @click.option("--why", help=why)
    @at_home
    def say(home: Path, one: str, other: str, who: str, why: str | None) -> None:
        click.echo(write(home, one, other, who, why))

    group.command(verb, help=told)(say)
