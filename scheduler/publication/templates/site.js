// Search, filter and sort. Every page can be read without this file; it only makes long lists quicker to read.
// Names come from registers and are hostile: they are only ever set as textContent.
"use strict";
(() => {
  const ROWS = 50;

  // Loads a data script once; a page opened from a folder may load scripts, but not fetch files.
  const loads = new Map();
  const load = (form) => {
    const source = form.dataset.script;
    if (!loads.has(source)) {
      loads.set(source, new Promise((ready, failed) => {
        const script = document.createElement("script");
        script.src = source;
        script.addEventListener("load", ready);
        script.addEventListener("error", failed);
        document.head.append(script);
      }));
    }
    return loads.get(source);
  };

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => name in values ? values[name].toLocaleString("en-US") : whole);

  const element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  // Places of the lines that hold a text; one search through one string, not one for each line.
  const linesWith = (text, wanted, starts) => {
    const found = [];
    for (let at = text.indexOf(wanted); at >= 0;) {
      const line = lineOf(starts, at);
      found.push(line);
      const next = starts[line + 1];
      if (next === undefined) break;
      at = text.indexOf(wanted, next);
    }
    return found;
  };

  const lineStarts = (text) => {
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    return starts;
  };

  const lineOf = (starts, at) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= at) low = middle; else high = middle - 1;
    }
    return low;
  };

  const union = (lists) => [...new Set(lists.flat())].sort((a, b) => a - b);

  const searchable = (text) => ({ lower: text.toLowerCase(), starts: lineStarts(text), lines: text.split("\n") });

  // --- Find a firm -------------------------------------------------------------------------------------------------

  const firmSearch = (form) => {
    const query = form.querySelector("input");
    const count = form.querySelector(".search-count");
    const list = form.querySelector(".search-found");
    let codes = null;
    let names = null;

    const entry = (index, perPage) => {
      const code = codes.lines[index];
      const item = document.createElement("li");
      const anchor = element("a", names.lines[index], { href: `${form.dataset.page}${Math.floor(index / perPage) + 1}.html#${code}`, lang: "zh" });
      item.append(anchor, " ", element("span", code, { class: "code" }));
      return item;
    };

    const show = () => {
      const data = window.doubleRandom.firms;
      codes ??= searchable(data.codes);
      names ??= searchable(data.names);
      const wanted = query.value.trim().toLowerCase();
      const found = wanted ? union([linesWith(codes.lower, wanted, codes.starts), linesWith(names.lower, wanted, names.starts)]) : [];
      const shown = found.slice(0, ROWS);
      list.replaceChildren(...shown.map((index) => entry(index, data.perPage)));
      if (!wanted) count.textContent = "";
      else count.textContent = found.length ? fill(form.dataset.count, { shown: shown.length, found: found.length }) : form.dataset.none;
    };

    form.hidden = false;
    query.addEventListener("focus", () => load(form));
    query.addEventListener("input", () => load(form).then(show));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      list.querySelector("a")?.click();
    });
  };

  // --- The list of a draw ------------------------------------------------------------------------------------------

  const listSearch = (form) => {
    const query = form.querySelector("input");
    const count = form.querySelector(".search-count");
    const pager = form.querySelector("nav");
    const table = document.getElementById("list");
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const titles = heads.map((head) => head.textContent);
    const printed = [...body.childNodes];
    let columns = null;
    let found = [];
    let first = 0;
    let sorted = { column: 0, down: false };

    const prepare = () => {
      if (columns) return;
      const data = window.doubleRandom.list;
      const tasks = data.tasks.map((names) => names.join(form.dataset.separator));
      columns = [
        null,
        searchable(data.names),
        searchable(data.codes),
        searchable(data.registrar.map((index) => data.registrars[index]).join("\n")),
        searchable(data.task.map((index) => tasks[index].replaceAll("\n", " ")).join("\n")),
      ];
    };

    const row = (index) => {
      const made = document.createElement("tr");
      const cell = (name, column, attributes) => {
        const value = column ? columns[column].lines[index] : String(index + 1);
        const part = element(name, "", { "data-label": titles[column], ...attributes });
        part.append(column === 1 || column === 3 ? element("bdi", value, { lang: "zh" }) : value);
        made.append(part);
      };
      cell("td", 0, { class: "number" });
      cell("th", 1, { scope: "row" });
      cell("td", 2, { class: "code" });
      cell("td", 3, {});
      cell("td", 4, {});
      return made;
    };

    const printedPagers = [...document.querySelectorAll("nav.pager")].filter((nav) => nav !== pager);

    const render = () => {
      const shown = found.slice(first, first + ROWS);
      body.replaceChildren(...shown.map(row));
      for (const nav of printedPagers) nav.hidden = true;
      pager.hidden = found.length <= ROWS;
      const [back, on] = pager.querySelectorAll("button");
      back.disabled = first === 0;
      on.disabled = first + ROWS >= found.length;
      count.textContent = found.length
        ? fill(form.dataset.count, { first: first + 1, last: first + shown.length, found: found.length })
        : form.dataset.none;
    };

    const order = () => {
      const { column, down } = sorted;
      if (column) {
        const lines = columns[column].lines;
        const ranks = new Map([...new Set(found.map((index) => lines[index]))].sort().map((text, rank) => [text, rank]));
        found.sort((a, b) => ranks.get(lines[a]) - ranks.get(lines[b]) || a - b);
      } else {
        found.sort((a, b) => a - b);
      }
      if (down) found.reverse();
    };

    const restore = () => {
      body.replaceChildren(...printed);
      for (const nav of printedPagers) nav.hidden = false;
      pager.hidden = true;
      count.textContent = "";
    };

    const show = () => {
      prepare();
      const wanted = query.value.trim().toLowerCase();
      first = 0;
      if (!wanted && !sorted.column && !sorted.down) { restore(); return; }
      found = wanted
        ? union([1, 2, 3, 4].map((column) => linesWith(columns[column].lower, wanted, columns[column].starts)))
        : columns[1].lines.map((_, index) => index);
      order();
      render();
    };

    const sortBy = (column) => {
      sorted = { column, down: sorted.column === column && !sorted.down };
      heads.forEach((head, index) => {
        if (index === column) head.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      load(form).then(show);
    };

    heads.forEach((head, column) => {
      const button = element("button", titles[column], { type: "button", class: "sort", title: fill(form.dataset.sort, {}).replace("{column}", titles[column]) });
      button.addEventListener("click", () => sortBy(column));
      head.replaceChildren(button);
    });
    heads[0].setAttribute("aria-sort", "ascending");
    pager.addEventListener("click", (event) => {
      const step = Number(event.target.closest("button")?.value ?? 0);
      if (!step) return;
      first += step * ROWS;
      render();
    });
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    query.addEventListener("focus", () => load(form));
    query.addEventListener("input", () => load(form).then(show));
  };

  const start = (id, set) => {
    const form = document.getElementById(id);
    if (form) set(form);
  };
  start("firm-search", firmSearch);
  start("list-search", listSearch);
})();
