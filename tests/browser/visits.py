"""Each page opened once, and everything that tests want to know of it taken down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tests.browser.devtools import Page
from tests.conftest import QUICK

LANGUAGES = ("da", "en")
NARROW = (400, 320)
HELD_TO_AXE = LANGUAGES[1:] if QUICK else LANGUAGES
"""The pages of both languages are built alike: a quick run looks at one of them."""
LOOKED_AT = ("03_", "12_", "20_", "30_", "90_") if QUICK else ("",)
"""How the names of the pages begin that are opened: a quick run has one of each kind (a cluster, curves, all clusters, practices, public data)."""

FACTS = """(() => ({
  lang: document.documentElement.lang,
  title: document.title,
  h1: document.querySelectorAll('h1').length,
  main: document.querySelectorAll('main').length,
  levels: [...document.querySelectorAll('h1,h2,h3,h4')].map(heading => +heading.tagName[1]),
  ids: [...document.querySelectorAll('[id]')].map(e => e.id),
  figures: [...document.querySelectorAll('svg')].map(s => ({role: s.getAttribute('role'), words: (s.getAttribute('aria-label') || '').length,
    title: !!s.querySelector('title'), twin: !!s.closest('figure').querySelector('table td')})),
  banner: document.querySelector('.banner').innerText,
  links: [...document.querySelectorAll('a')].map(a => [a.getAttribute('href'), a.className]),
  code: [...document.querySelectorAll('details.code')].map(d => d.open),
  results: document.querySelectorAll('section.effekt-result').length,
}))()"""

SPOKEN = """(() => {
  const named = ['alt', 'title', 'aria-label'];
  const left = e => e.closest('details.code pre, a[lang]');
  const spoken = [...document.querySelectorAll('[alt],[title],[aria-label]')].filter(e => !left(e));
  const hidden = spoken.flatMap(e => named.map(n => e.getAttribute(n) || ''));
  const drawn = [...document.querySelectorAll('svg text, svg title, svg desc')].map(e => e.textContent);
  document.querySelectorAll('details.code pre, a[lang]').forEach(e => e.remove());
  return [document.title, document.body.innerText, ...hidden, ...drawn].join('\\n');
})()"""

CONTRAST = """(() => {
  const channel = c => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const parse = text => { const m = text.match(/[\\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m; };
  const ground = node => {
    for (; node; node = node.parentElement) { const c = parse(getComputedStyle(node).backgroundColor); if (c) return c; }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || node.closest('svg') || !node.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(walker.currentNode.textContent.trim().slice(0, 40) + ' ' + ratio.toFixed(2));
  }
  return poor;
})()"""

SERIOUS = """axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
  .filter(rule => ['serious', 'critical'].includes(rule.impact))
  .map(rule => rule.id + ' x' + rule.nodes.length + ': ' + rule.nodes[0].html.slice(0, 90)))"""


@dataclass(frozen=True)
class Visit:
    """What one page showed. widths : window width -> width of what stands in it. spoken : all that is seen, read aloud or hovered."""

    path: Path
    language: str
    complaints: tuple[str, ...]
    requests: tuple[str, ...]
    facts: Mapping[str, Any]
    widths: Mapping[int, int]
    poor_contrast: tuple[str, ...]
    violations: tuple[str, ...]
    spoken: str


def visit_all(page: Page, published: Path) -> dict[str, Visit]:
    """Every page of a published folder, the two indexes first."""
    paths = [*sorted(published.glob("index*.html")), *(path for language in LANGUAGES for path in _pages(published / language))]
    return {path.relative_to(published).as_posix(): visit(page, path) for path in paths}


def _pages(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.html")) if path.name.startswith(LOOKED_AT)]


def visit(page: Page, path: Path) -> Visit:
    """Open a page, unfold it, look at it wide and narrow."""
    page.open(path)
    complaints, requests = tuple(page.complaints), tuple(page.requests)
    facts = page.value(FACTS)
    page.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    poor = tuple(page.value(CONTRAST))
    violations = serious(page) if facts["lang"] in HELD_TO_AXE else ()
    page.value("document.querySelectorAll('details').forEach(d => d.open = false)")
    widths = {}
    for width in NARROW:
        page.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=True)
        widths[width] = page.value("document.documentElement.scrollWidth")
    page.ask("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
    page.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    return Visit(path, facts["lang"], complaints, requests, facts, widths, poor, violations, page.value(SPOKEN))


def serious(page: Page) -> tuple[str, ...]:
    """The serious and critical findings of axe on the page that is open."""
    page.value(_axe())
    return tuple(page.value(SERIOUS))


@cache
def _axe() -> str:
    return files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8") + ";1"
