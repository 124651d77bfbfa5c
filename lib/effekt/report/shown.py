"""A result as Jupyter shows it: its data, its text and, for a figure, its picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from effekt.report import views
from effekt.report.results import MIME, Result


@dataclass(frozen=True)
class Shown(Result):
    """A `Result` that JupyterLab and a committed notebook can show in the study's language.

    Every MIME bundle holds the result itself (`MIME`) and plain text. A table or a finding adds HTML; a figure adds a small palette PNG
    with its alternative text, so that the notebook can be read where it lies.
    """

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = self.bundle()
        drawn = Result.from_bundle(bundle, self.language)
        view = views.find(self.view)
        data: dict[str, Any] = {MIME: bundle, "text/plain": view.plain(drawn)}
        if view.figure is None:
            data["text/html"] = view.html(drawn)
            return data, {}
        from effekt.report.figures import canvas

        data["image/png"] = canvas.png(view.figure(drawn))
        return data, {"image/png": {"alt": view.alt(drawn)}}

    def __repr__(self) -> str:
        return views.find(self.view).plain(Result.from_bundle(self.bundle(), self.language))
