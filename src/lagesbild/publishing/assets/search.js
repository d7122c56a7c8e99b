// Searches all pages of the report, in a dialog that every page has, and sorts and filters the list of measures. The
// index is a script beside the pages (sok.js), loaded at the first search: nothing is fetched, so it works from disk.
// Without scripts the links that open the dialog lead to the list, where all of it stands.
"use strict";
const MOST_SHOWN = 30;
const AROUND = 70; // characters of an excerpt before and after what was found
const INSIDE = 4; // letters of a word that is looked for inside words too, as Swedish joins them

// Texts are compared letter by letter, so that places in the plain text are places in the text itself. A word written
// with å, ä or ö finds only these; one written without finds both, for keyboards that lack them.
function plain(text) {
  return text.toLowerCase().replace(/[éèê]/g, "e").replace(/[áà]/g, "a").replace(/[üú]/g, "u");
}
function loose(text) { return plain(text).replace(/[åä]/g, "a").replace(/ö/g, "o"); }

function wordsOf(query) {
  return (plain(query).match(/[\p{L}\p{N}]+/gu) || []).map(function (word) {
    const exact = /[åäö]/.test(word);
    return {
      start: new RegExp("(?<![\\p{L}\\p{N}])" + word, "gu"),
      inner: word.length >= INSIDE ? new RegExp(word, "gu") : null,
      of: exact ? plain : loose,
    };
  });
}

// Where the words stand in a text: [from, to], in order.
function marksOf(text, words) {
  const marks = [];
  words.forEach(function (word) {
    const held = word.of(text);
    const starts = Array.from(held.matchAll(word.start));
    const found = starts.length || !word.inner ? starts : Array.from(held.matchAll(word.inner));
    found.forEach(function (match) { marks.push([match.index, match.index + match[0].length]); });
  });
  return marks.sort(function (one, other) { return one[0] - other[0]; });
}

// 2 for a word that begins there, 1 for one inside another, 0 for none.
function weight(text, word) {
  const held = word.of(text);
  if (held.search(word.start) >= 0) { return 2; }
  return word.inner && held.search(word.inner) >= 0 ? 1 : 0;
}

function marked(element, text, words) {
  let at = 0;
  marksOf(text, words).forEach(function (mark) {
    if (mark[0] < at) { return; }
    element.append(text.slice(at, mark[0]));
    const found = document.createElement("mark");
    found.textContent = text.slice(mark[0], mark[1]);
    element.append(found);
    at = mark[1];
  });
  element.append(text.slice(at));
  return element;
}

function excerpt(text, words) {
  const first = (marksOf(text, words)[0] || [0])[0];
  const from = first > AROUND ? text.indexOf(" ", first - AROUND) + 1 : 0;
  const end = text.length > first + 2 * AROUND ? text.lastIndexOf(" ", first + 2 * AROUND) : text.length;
  return (from > 0 ? "… " : "") + text.slice(from, Math.max(end, first + 1)) + (end < text.length ? " …" : "");
}

function found(index, words) {
  const hits = [];
  index.entries.forEach(function (entry, order) {
    let score = 0;
    const all = words.every(function (word) {
      const worth = 4 * weight(entry[2], word) + weight(entry[3], word);
      score += worth;
      return worth > 0;
    });
    if (all) { hits.push({ entry: entry, score: score, order: order }); }
  });
  return hits.sort(function (one, other) { return other.score - one.score || one.order - other.order; });
}

// ---- The dialog ----

const dialog = document.getElementById("sok");
const field = dialog && dialog.querySelector("input");
const said = dialog && dialog.querySelector("[role=status]");
const list = dialog && dialog.querySelector("ol");

function item(hit, words) {
  const page = SOK.pages[hit.entry[0]];
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = page[0] + (hit.entry[1] ? "#" + hit.entry[1] : "");
  marked(link, hit.entry[2] || page[1], words);
  const where = document.createElement("span");
  where.className = "below";
  where.textContent = page[1];
  line.append(link, " ", where);
  if (hit.entry[3]) {
    const text = document.createElement("p");
    line.append(marked(text, excerpt(hit.entry[3], words), words));
  }
  return line;
}

function look() {
  const words = wordsOf(field.value);
  const hits = words.length && typeof SOK !== "undefined" ? found(SOK, words) : [];
  list.replaceChildren.apply(list, hits.slice(0, MOST_SHOWN).map(function (hit) { return item(hit, words); }));
  const count = hits.length === 1 ? "1 träff" : hits.length + " träffar";
  const more = hits.length > MOST_SHOWN ? ", de " + MOST_SHOWN + " första visas" : "";
  said.textContent = !words.length ? "" : hits.length ? count + more + "." : "Inga träffar.";
}

function openSearch(query, otherwise) {
  if (typeof SOK === "undefined" && !document.querySelector("script[src='sok.js']")) {
    const index = document.createElement("script");
    index.src = "sok.js";
    index.addEventListener("load", look);
    index.addEventListener("error", function () { location.href = otherwise; });
    document.head.append(index);
  }
  dialog.showModal();
  if (query) { field.value = query; }
  field.focus();
  field.select();
  look();
}

if (dialog && dialog.showModal) {
  let waiting = 0;
  field.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(look, 150);
  });
  field.addEventListener("keydown", function (event) { // some browsers only empty the field
    if (event.key === "Escape") { event.preventDefault(); dialog.close(); }
  });
  dialog.querySelector("button").addEventListener("click", function () { dialog.close(); });
  list.addEventListener("click", function (event) { if (event.target.closest("a")) { dialog.close(); } });
  document.querySelectorAll("a[data-search]").forEach(function (link) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-haspopup", "dialog");
    link.addEventListener("click", function (event) {
      event.preventDefault();
      const beside = document.querySelector("[data-filter-list]");
      openSearch(beside && link.closest(".look") ? beside.value : "", link.href);
    });
    link.addEventListener("keydown", function (event) { // a button answers to space too
      if (event.key === " ") { event.preventDefault(); link.click(); }
    });
  });
}

// ---- The list of measures: a filter, and headings that sort ----

function sortable(table, tell) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const numbers = new Intl.Collator("sv", { numeric: true });
  Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
    const kind = head.getAttribute("data-sort");
    if (!kind) { return; }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", function () {
      const down = head.getAttribute("aria-sort") === "ascending";
      Array.from(head.parentNode.cells).forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = function (row) { return row.cells[column].getAttribute("data-key") || ""; };
      const compare = kind === "number"
        ? function (one, other) { return parseFloat(one) - parseFloat(other); }
        : numbers.compare;
      rows.slice().sort(function (one, other) { // what has no value comes last, both ways
        if (!key(one) || !key(other)) { return (key(one) ? 0 : 1) - (key(other) ? 0 : 1); }
        return (down ? -1 : 1) * compare(key(one), key(other));
      }).forEach(function (row) { body.append(row); });
      tell("Sorterat efter " + button.textContent.toLowerCase() + (down ? ", fallande. " : ", stigande. "));
    });
  });
}

document.querySelectorAll("[data-filter-list]").forEach(function (filter) {
  const table = document.getElementById(filter.getAttribute("data-filter-list"));
  const rows = Array.from(table.tBodies[0].rows);
  const count = filter.parentNode.querySelector("[data-count]");
  let waiting = 0;
  function tell(before) {
    const shown = rows.filter(function (row) { return !row.hidden; }).length;
    count.textContent = before + "Visar " + shown + " av " + rows.length + " mått.";
  }
  function narrow() {
    const words = wordsOf(filter.value);
    rows.forEach(function (row) {
      row.hidden = !words.every(function (word) { return weight(row.textContent, word) > 0; });
    });
    tell("");
  }
  function show() { // a link to a measure shows it, also where the filter has hidden it
    const row = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    if (row && row.hidden) { filter.value = ""; narrow(); row.scrollIntoView(); }
  }
  filter.parentNode.hidden = false;
  filter.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(narrow, 150);
  });
  window.addEventListener("hashchange", show);
  sortable(table, tell);
});
