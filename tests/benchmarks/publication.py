"""
The site of a city-size year, made from its public record.

``site.city.seconds`` and ``site.city.peak_mb`` are those of one process that reads the record of 462,000 firms and
about 34,500 visits, all with results, and writes every page in both languages; making the record is not part of it.
``site.city.front_page_ms`` is the time from opening the front page in headless Chromium to its load event, the worst of
five; ``search_ms`` (all firms) and ``filter_ms`` (the longest list) that from a key pressed to what was found standing
on the page, the worst of a dozen searches.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.measure import figure, measured

NUM_FIRMS = int(os.environ.get("BENCH_FIRMS", "462000"))


def make_year(folder: Path) -> None:
    """Runs a year of the example, whose public record the site is made of."""
    from scheduler.workflow.demo import run_demo

    run_demo(folder, num_firms=NUM_FIRMS)


def write_site(record: Path, site: Path) -> None:
    """Makes the site of a record and prints how long it took."""
    from scheduler.publication.site import build_site

    started = time.perf_counter()
    files = {
        path.relative_to(record).as_posix(): path.read_bytes() for path in sorted(record.rglob("*")) if path.is_file()
    }
    num_files = num_bytes = 0
    for name, content in build_site(files):
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        num_files, num_bytes = num_files + 1, num_bytes + len(content)
    figure("site.city.seconds", time.perf_counter() - started, "s")
    figure("site.city.files", num_files, "files")
    figure("site.city.size_mb", num_bytes / 1e6, "MB")
    figure("site.city.front_page_kb", (site / "index.html").stat().st_size / 1e3, "kB")


SEARCHES = ("威", "有限公司", "餐饮", "荣成", "9137", "0X", "zzz", "海兴", "商贸", "2", "个体", "91371002")


def look(site: Path) -> None:
    """Opens the front page and searches the longest list, in a real browser."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import OPTIONS

    longest = max(site.glob("draws/*/list.js"), key=lambda path: path.stat().st_size).parent / "list-1.html"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(OPTIONS))
        page = browser.new_page()
        opened = []
        for _ in range(5):
            page.goto((site / "index.html").as_uri())
            opened.append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
        figure("site.city.front_page_ms", max(opened), "ms")
        for name, box, done in (("search", "firm-query", "firms.html"), ("filter", "list-query", longest)):
            page.goto((site / done).as_uri())
            page.fill(f"#{box}", "1")
            page.locator(".search-count", has_text=re.compile(r"\S")).wait_for()
            taken = [page.evaluate(SEARCH, [box, text]) for text in SEARCHES]
            figure(f"site.city.{name}_ms", max(taken), "ms")


# The answer stands on the page when the microtasks after the event, and the layout they ask for, are done.
SEARCH = """async ([box, text]) => {
  const input = document.getElementById(box);
  const started = performance.now();
  input.value = text;
  input.dispatchEvent(new Event("input"));
  await Promise.resolve(); await Promise.resolve(); await Promise.resolve();
  document.body.getBoundingClientRect();
  return performance.now() - started;
}"""


def main() -> None:
    """Makes a year in one process and its site, measured, in another."""
    with tempfile.TemporaryDirectory(prefix="double-random-bench-") as name:
        folder = Path(name)
        measured("tests.benchmarks.publication", "year", str(folder / "city"))
        record = folder / "city" / "records" / "public"
        result = measured("tests.benchmarks.publication", "site", str(record), str(folder / "site"))
        look(folder / "site")
    print(result.output, end="")
    figure("site.city.peak_mb", result.peak_mb, "MB")


if __name__ == "__main__":
    if sys.argv[1] == "year":
        make_year(Path(sys.argv[2]))
    else:
        write_site(Path(sys.argv[2]), Path(sys.argv[3]))
