"""The text of a wheelhouse's INSTALL.txt, in Danish and English."""

from __future__ import annotations

TEXT = """\
effekt uden internet
====================
1. Installer Python {version} (64-bit) på maskinen, hvis den ikke er der. Der skal ikke bruges administratorrettigheder.
2. Kopier hele mappen med effekt (repositoriet) og denne mappe til maskinen. Læg denne mappe under "wheelhouse" i repositoriet.
3. Åbn {shell_da} i repositoriets mappe, og skriv:

{lines}

Pakkerne kontrolleres mod deres kontrolsum; intet hentes fra nettet. Når kørslen er færdig, åbnes {index} i en browser.


effekt without internet
=======================
1. Install Python {version} (64-bit) on the machine if it is not there. No administrator rights are needed.
2. Copy the whole folder of effekt (the repository) and this folder to the machine. Put this folder under "wheelhouse" in the repository.
3. Open {shell_en} in the repository's folder and type:

{lines}

Each package is checked against its hash; nothing is fetched from the net. When the run has ended, open {index} in a browser.
"""
WINDOWS = ("py -{version} lib\\effekt\\packaging\\install.py --wheelhouse wheelhouse\\{folder}", ".venv\\Scripts\\python -m effekt run")
UNIX = ("python{version} lib/effekt/packaging/install.py --wheelhouse wheelhouse/{folder}", ".venv/bin/python -m effekt run")


def instructions(folder: str, version: str, *, windows: bool) -> str:
    """The lines to type on a machine of that kind, for the wheelhouse folder of that name."""
    commands = WINDOWS if windows else UNIX
    return TEXT.format(
        version=version,
        shell_da="PowerShell" if windows else "en terminal",
        shell_en="PowerShell" if windows else "a terminal",
        lines="\n".join("    " + line.format(version=version, folder=folder) for line in commands),
        index="outputs\\latest\\index.html" if windows else "outputs/latest/index.html",
    )
