// The check-it-yourself page: takes a record as folder or ZIP, by choosing or dropping, and shows what verify.js finds.
"use strict";
(() => {
  const MOST_BYTES = 2 ** 31, MOST_PROOF_BYTES = 2 ** 23, MOST_FILES = 20000, MOST_DEPTH = 8;
  const form = document.getElementById("check");
  if (!form) return;
  const words = JSON.parse(form.dataset.words);
  const progress = document.getElementById("check-progress");
  const results = document.getElementById("check-results");

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => name in values ? values[name].toLocaleString("en-US") : whole);
  const element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const breath = () => new Promise((ready) => { setTimeout(ready); });

  class Unusable extends Error {}

  // --- ZIP (APPNOTE 6.3, sections 4.3.6 to 4.3.16): stored and deflated members, nothing else ------------------------

  const inflate = async (bytes, size) => {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const result = new Uint8Array(size);
    let at = 0;
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (at + value.length > size) throw new Unusable("unusable"); // more than the directory says: a bomb
      result.set(value, at);
      at += value.length;
    }
    if (at !== size) throw new Unusable("unusable");
    return result;
  };

  const unzip = async (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let end = bytes.length - 22;
    while (end >= 0 && end > bytes.length - 65600 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
    if (end < 0 || view.getUint32(end, true) !== 0x06054b50) throw new Unusable("unusable");
    const count = view.getUint16(end + 10, true);
    const files = new Map();
    let at = view.getUint32(end + 16, true), total = 0;
    if (count > MOST_FILES) throw new Unusable("too_big");
    for (let member = 0; member < count; member += 1) {
      if (view.getUint32(at, true) !== 0x02014b50) throw new Unusable("unusable");
      const method = view.getUint16(at + 10, true), packed = view.getUint32(at + 20, true), size = view.getUint32(at + 24, true);
      const nameLength = view.getUint16(at + 28, true), start = view.getUint32(at + 42, true);
      const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
      at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
      total += size;
      if (total > MOST_BYTES) throw new Unusable("too_big");
      if (name.endsWith("/")) continue;
      if (view.getUint32(start, true) !== 0x04034b50 || files.has(name)) throw new Unusable("unusable");
      const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
      const content = bytes.subarray(from, from + packed);
      if (method !== 0 && method !== 8) throw new Unusable("unusable");
      files.set(name, method === 0 ? content.slice() : await inflate(content, size));
    }
    return files;
  };

  // --- Taking files ------------------------------------------------------------------------------------------------------

  const bytesOf = async (file) => {
    if (file.size > MOST_BYTES) throw new Unusable("too_big");
    return new Uint8Array(await file.arrayBuffer());
  };

  // Files that a drop holds, folders walked through.
  const walk = async (entry, path, found, depth) => {
    if (depth > MOST_DEPTH || found.length > MOST_FILES) throw new Unusable("too_big");
    if (entry.isFile) {
      found.push([path + entry.name, await new Promise((ready, failed) => { entry.file(ready, failed); })]);
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const entries = await new Promise((ready, failed) => { reader.readEntries(ready, failed); });
      if (!entries.length) return;
      for (const child of entries) await walk(child, `${path}${entry.name}/`, found, depth + 1);
    }
  };

  const take = async (named) => {
    if (named.length > MOST_FILES || named.reduce((total, [, file]) => total + file.size, 0) > MOST_BYTES) throw new Unusable("too_big");
    progress.textContent = fill(words.page.reading, { count: named.length });
    await breath();
    let files = new Map();
    if (named.length === 1 && /\.zip$/i.test(named[0][0])) files = await unzip(await bytesOf(named[0][1]));
    else for (const [name, file] of named) files.set(name, await bytesOf(file));
    const manifest = [...files.keys()].filter((name) => name === "manifest.json" || name.endsWith("/manifest.json")).sort((a, b) => a.length - b.length)[0];
    if (manifest === undefined) throw new Unusable("unusable");
    const root = manifest.slice(0, -"manifest.json".length);
    return new Map([...files].filter(([name]) => name.startsWith(root)).map(([name, bytes]) => [name.slice(root.length), bytes]));
  };

  // --- Showing ------------------------------------------------------------------------------------------------------------

  const titleOf = (group) => words.page[group] ?? fill(words.page.draw, { draw: group });

  const claimItem = (claim) => {
    const item = element("li", "", { class: `claim claim-${claim.status}`, value: claim.number });
    item.append(element("strong", words.page[claim.status], { class: `tag tag-${claim.status}` }), " ", element("span", fill(words.claims[claim.key] ?? claim.key, claim.values)));
    const reason = words.reasons[claim.found] ?? claim.found;
    const details = claim.status === "failed"
      ? `${words.page.expected}: ${claim.expected} — ${words.page.found}: ${claim.found}`
      : reason;
    item.append(element("span", `${words.page.section} ${claim.section}${details ? ` · ${details}` : ""}`, { class: "claim-note" }));
    return item;
  };

  const show = (report) => {
    const count = (status) => report.claims.filter((claim) => claim.status === status).length;
    const verdict = element("div", "", { class: `verdict verdict-${report.verdict}` });
    verdict.append(element("h2", words.page[report.verdict], { id: "verdict", tabindex: "-1" }));
    verdict.append(element("p", fill(words.page.counts, { passed: count("passed"), failed: count("failed"), not_checked: count("not_checked") })));
    if (report.digest) verdict.append(element("p", words.page.anchor), element("p", report.digest, { class: "digest" }));
    results.replaceChildren(verdict);
    for (const group of new Set(report.claims.map((claim) => claim.group))) {
      const list = element("ol", "", { class: "claims" });
      list.append(...report.claims.filter((claim) => claim.group === group).map(claimItem));
      results.append(element("h3", titleOf(group)), list);
    }
    document.getElementById("verdict").focus();
  };

  const isProof = (named) => named.length === 1 && /\.json$/i.test(named[0][0]);

  const check = async (gather) => {
    results.replaceChildren();
    try {
      const named = await gather();
      if (isProof(named)) {
        if (named[0][1].size > MOST_PROOF_BYTES) throw new Unusable("too_big");
        show(window.doubleRandomVerify.verifyProof(await bytesOf(named[0][1])));
        progress.textContent = "";
        return;
      }
      const files = await take(named);
      const tell = async (draw, done, total) => { progress.textContent = fill(words.page.working, { draw, done, total }); await breath(); };
      show(await window.doubleRandomVerify.verify(files, tell));
      progress.textContent = "";
    } catch (error) {
      progress.textContent = words.page[error instanceof Unusable ? error.message : "unusable"];
    }
  };

  document.getElementById("check-folder").webkitdirectory = true; // no attribute of HTML yet, but every browser has it
  const chosen = (input) => async () => [...input.files].map((file) => [file.webkitRelativePath || file.name, file]);
  for (const input of form.querySelectorAll("input")) input.addEventListener("change", () => check(chosen(input)));
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("dropping"); });
  form.addEventListener("dragleave", () => form.classList.remove("dropping"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("dropping");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const plain = [...event.dataTransfer.files];
    check(async () => {
      if (!entries.length) return plain.map((file) => [file.name, file]);
      const found = [];
      for (const entry of entries) await walk(entry, "", found, 0);
      return found;
    });
  });
  form.hidden = false;
})();
