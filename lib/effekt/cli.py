"""The command line. Each command imports what it needs when it is called, so that `effekt --help` is quick."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effekt import paths
from effekt.errors import EffektError, RunError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from effekt.batch.run import Options, Report

INTERRUPTED = 130
app = typer.Typer(
    name="effekt",
    help="Evaluate care-coordination programmes for frail older people from register extracts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
StudyOption = Annotated[Path, typer.Option("--study", help="Folder with an evaluation.yml.")]
StudyArgument = Annotated[Path | None, typer.Argument(metavar="study", help="The same as --study.")]
PlainOption = Annotated[bool, typer.Option("--plain-kernels", help="Start every kernel as a new process.")]
NotebooksOption = Annotated[str, typer.Option(help="Names or their numbers, separated by commas.")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 done, 1 a run failed, 2 usage or protocol, 3 delivery rejected, 130 interrupted."""
    try:
        answer = typer.main.get_command(app).main(arguments, prog_name="effekt", standalone_mode=False)
        status = answer if isinstance(answer, int) else 0
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    except EffektError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except Exception as error:
        return _refused_or_unexpected(error)
    if status == INTERRUPTED:
        print("\nInterrupted. What was finished is kept; the same command goes on from there.", file=sys.stderr)
    return status


def _refused_or_unexpected(error: Exception) -> int:
    """A command line that typer refuses gets its sentence and a hint; anything else is a fault of ours."""
    sentence = getattr(error, "format_message", None)
    if sentence is None:
        print(_unexpected(error), file=sys.stderr)
        return 1
    print(f"{sentence()} See effekt --help, or effekt run --help.", file=sys.stderr)
    return int(getattr(error, "exit_code", UsageError.exit_code))


@app.command("import")
def import_command(
    delivery: Annotated[Path | None, typer.Argument(help="Folder with the sender's files; the study's own delivery/ if left out.")] = None,
    study: StudyOption = paths.DEMO,
    accept_detected: Annotated[bool, typer.Option("--accept-detected", help="Use the forms that were found and shown.")] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Only write a first delivery.yml from the files, to be corrected.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="This delivery holds where it contradicts an earlier one.")] = False,
    fewer: Annotated[bool, typer.Option("--accept-fewer-rows", help="It is right that it has far fewer rows than the last one.")] = False,
    start_over: Annotated[bool, typer.Option("--start-over", help="Forget the deliveries before this one.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Make the tables as they were before the last delivery.")] = False,
) -> None:
    """Read a delivery into the study's tables; rows that break a rule are quarantined and counted. A further delivery adds to those before it."""
    from effekt.cli_import import import_files

    options = {"accept_detected": accept_detected, "replaces": replace, "accept_fewer_rows": fewer, "start_over": start_over}
    import_files(paths.find_study(study), delivery, _say(), draft=draft, undo=undo, options=options)


@app.command()
def prepare(study: StudyOption = paths.DEMO) -> None:
    """Make the derived tables that notebooks read, each only where something it is made of changed."""
    from effekt.batch import chain

    folder, synthetic = _study(study)
    chain.prepare_tables(folder, synthetic, _say())


@app.command()
def run(
    study: StudyOption = paths.DEMO,
    clusters: Annotated[str, typer.Option(help="Ids separated by commas, 'region', or all.")] = "all",
    notebooks: NotebooksOption = "all",
    audience: Annotated[str, typer.Option(help="Readers who get pages of their own (ids or all); only those are run.")] = "",
    language: Annotated[str, typer.Option(help="da, en or both.")] = "da,en",
    jobs: Annotated[int | None, typer.Option(min=1, help="Notebooks at a time; the number of cores if left out.")] = None,
    parameter: Annotated[list[str] | None, typer.Option("--parameter", "-p", help="A further parameter of the notebooks, as name=value.")] = None,
    plain_kernels: PlainOption = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Run every notebook, also those that are up to date.")] = False,
    tables: Annotated[bool, typer.Option("--tables/--no-tables", help="Make the tables first, where something changed.")] = True,
    outputs: Annotated[Path, typer.Option(help="Where results are put.")] = paths.OUTPUTS,
    folder: Annotated[Path, typer.Option("--folder", help="Where the notebooks are.")] = paths.NOTEBOOKS,
) -> int:
    """Evaluate: make the tables, run what is not up to date, and put the pages into outputs/latest."""
    from effekt.batch.run import Options, run_batch

    console = _console()
    options = Options(
        study=study,
        clusters=_listed(clusters),
        notebooks=_listed(notebooks),
        audiences=_listed(audience),
        languages=_listed(language),
        parameters=_pairs(parameter or []),
        jobs=jobs,
        plain_kernels=plain_kernels,
        fresh=fresh,
        tables=tables,
        outputs=outputs.absolute(),
        folder=folder.absolute(),
        command=" ".join(["effekt", *sys.argv[1:]]),
    )
    report = run_batch(options, console)
    _tell(report, options, console)
    return RunError.exit_code if report.failed else 0


@app.command()
def describe(place: StudyArgument = None, study: StudyOption = paths.DEMO) -> None:
    """Show what a study holds: its clusters, its tables with their months, and which outcomes can be computed."""
    from effekt.batch.describe import describe_study

    describe_study(paths.find_study(place or study), _console())


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="Folder of a run, such as outputs/demo_20260102_090000.")],
    after: Annotated[Path, typer.Argument(help="Folder of the run to hold against it, such as outputs/latest.")],
    csv: Annotated[Path | None, typer.Option("--csv", help="Write every changed number to this file.")] = None,
) -> None:
    """List every number that is not the same in two runs, and by how much."""
    from effekt.batch import comparing, files

    found = comparing.compare_runs(before, after)
    if csv is not None:
        files.write_text(csv.absolute(), comparing.as_csv(found))
    for line in comparing.lines(found):
        _say()(line)


@app.command()
def lock(
    study: StudyOption = paths.DEMO,
    because: Annotated[str, typer.Option("--because", help="Why evaluation.yml was changed since it was locked; shown on every page.")] = "",
) -> None:
    """Lock the protocol before outcomes are read; later, record a change of it with its reason."""
    from datetime import UTC, datetime

    from effekt.protocol_lock import lock_protocol

    folder = paths.find_study(study)
    outcomes_read = (folder / "derived" / "person_months.parquet").is_file()
    done = lock_protocol(folder, today=f"{datetime.now(UTC):%Y-%m-%d}", outcomes_read=outcomes_read, reason=because)
    first, last = done.entries[0], done.entries[-1]
    _say()(f"evaluation.yml of {folder.name}: locked on {first.date}, changed {len(done.entries) - 1} times since. Seal {last.seal}")


@app.command()
def purge(
    place: StudyArgument = None,
    study: StudyOption = paths.DEMO,
    yes: Annotated[bool, typer.Option("--yes", help="Remove; without it the command only says what it would remove.")] = False,
) -> None:
    """Remove the person-level data of a study, and say what remains."""
    from effekt.batch.purging import purge_study

    purge_study(paths.find_study(place or study), remove=yes, say=_say())


@app.command()
def refresh(
    notebooks: NotebooksOption = "all",
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail where the committed outputs are out of date.")] = False,
    plain_kernels: PlainOption = False,
    folder: Annotated[Path, typer.Option("--folder", help="Where the notebooks are.")] = paths.NOTEBOOKS,
) -> int:
    """Run the committed notebooks on the demo study and write them back, cleaned."""
    from effekt.batch import chain
    from effekt.batch.plan import choose_notebooks, find_notebooks
    from effekt.batch.refresh import refresh as refresh_notebooks

    chosen = choose_notebooks(find_notebooks(folder.absolute()), _listed(notebooks))
    chain.prepare_tables(*_study(paths.DEMO), _say())
    wrong = refresh_notebooks(chosen, _console(), check=check, plain=plain_kernels)
    for name, reason in wrong:
        print(f"{name}: {reason}", file=sys.stderr)
    return RunError.exit_code if wrong else 0


@app.command()
def calibrate(
    replications: Annotated[int | None, typer.Option(min=2, help="Regions of each design; if left out 10,000 or 2,000 of each.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes at a time; the number of cores if left out.")] = None,
    output: Annotated[Path, typer.Option(help="Where the table is put, and what was drawn is kept.")] = paths.OUTPUTS / "calibration",
    estimators: Annotated[str, typer.Option(help="Names of estimators or designs, separated by commas.")] = "all",
) -> None:
    """Draw regions of known truth and write how often each estimator is right; goes on where it was stopped."""
    from effekt.calibration.run import Request, calibrate as draw_regions

    console = _console()
    draw_regions(Request(output.absolute(), replications, jobs, _listed(estimators)), console)
    console.print(f"Open {output.absolute() / 'calibration.md'}", highlight=False, markup=False)


@app.command()
def lab(study: StudyOption = paths.DEMO) -> int:
    """Open the notebooks in JupyterLab."""
    import subprocess

    from effekt.batch.kernels import library_path
    from effekt.batch.run import study_parameter

    folder, _ = _study(study)
    if folder != paths.DEMO:
        print(f'In the parameters cell of a notebook write: study_path: str = "{study_parameter(folder)}"')
    return subprocess.call([sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={paths.NOTEBOOKS}"], env=library_path())


def _study(study: Path) -> tuple[Path, bool]:
    from effekt.protocol import load_protocol

    folder = paths.find_study(study)
    return folder, load_protocol(folder).synthetic


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    wrong = [text for text in texts if "=" not in text]
    if wrong:
        raise UsageError(f"A parameter is given as name=value, and {wrong[0]!r} is not. Nothing was run.")
    return dict(text.split("=", 1) for text in texts)


def _console() -> Console:
    from rich.console import Console

    return Console(soft_wrap=True)


def _say() -> Callable[[str], None]:
    console = _console()
    return lambda line: console.print(line, highlight=False, markup=False)


def _tell(report: Report, options: Options, console: Console) -> None:
    """The last lines: what failed, why and how to try again; how many were run; where the result is."""
    from effekt.batch.summary import failures, try_again

    if report.failed:
        console.print(failures(report.failed))
        console.print(f"Try again: {try_again(report.failed, options)}", highlight=False, markup=False)
    if report.ran == 0:
        console.print(f"Nothing to run: all {report.total} results are up to date.", highlight=False)
        if report.published:
            console.print("The pages were drawn again.", highlight=False)
    else:
        console.print(f"{report.ran - len(report.failed)} of {report.ran} runs succeeded.", highlight=False)
    console.print(f"Open {report.index}", highlight=False, markup=False)


def _unexpected(error: Exception) -> str:
    """A message without any value from a row; the traceback goes to a log."""
    import traceback
    from datetime import datetime

    from effekt.batch.files import write_text

    log = paths.OUTPUTS / "log" / f"{datetime.now():%Y%m%d_%H%M%S}.txt"
    write_text(log, "".join(traceback.format_exception(error)))
    return f"effekt stopped on an unexpected error ({type(error).__name__}), which is a fault of the program. The details are in {log}"
