// Narrows the list of municipalities to those whose name, code or region holds the words that are written, and to those
// with a report where that is asked for; the map follows. Enter opens the first. Words are compared as the search of a report does: search.js stands before it. Without scripts the whole
// list stands there.
"use strict";
const place = document.getElementById("sok-kommun");
const count = document.getElementById("sok-antal");
const only = document.getElementById("sok-med"); // where some have a report and some have none
const regions = Array.from(document.querySelectorAll(".county")).map(function (section) {
  const title = section.querySelector("h2").textContent;
  const lines = Array.from(section.querySelectorAll("li")).map(function (line) {
    const code = line.getAttribute("data-code");
    return {
      line: line,
      text: [line.textContent, code, title, "län"].join(" "),
      made: line.querySelector("a") !== null,
      drawn: document.querySelector(".map path[data-code='" + code + "']"),
    };
  });
  return { section: section, lines: lines, link: contentsLink(section) };
});
let pause = 0;

// The line of the page's contents that leads to a region: it goes with it.
function contentsLink(section) {
  const heading = section.querySelector("h2");
  const link = document.querySelector("nav a[href='#" + (heading.id || section.id) + "']");
  return link && link.closest("li");
}

function narrowPlaces() {
  const words = wordsOf(place.value);
  let all = 0;
  let shown = 0;
  regions.forEach(function (region) {
    let here = 0;
    region.lines.forEach(function (each) {
      const found = words.every(function (word) { return weight(each.text, word) > 0; });
      each.line.hidden = !found || (only !== null && only.checked && !each.made);
      if (each.drawn) { each.drawn.classList.toggle("away", each.line.hidden); }
      here += each.line.hidden ? 0 : 1;
    });
    region.section.hidden = here === 0;
    if (region.link) { region.link.hidden = here === 0; }
    all += region.lines.length;
    shown += here;
  });
  count.textContent = shown ? "Visar " + shown + " av " + all + " kommuner." : "Ingen kommun passar. Prova namnet, koden eller regionen.";
}

place.closest(".look").hidden = false;
place.addEventListener("input", function () {
  clearTimeout(pause);
  pause = setTimeout(narrowPlaces, 150);
});
window.addEventListener("pageshow", narrowPlaces); // what was written before, after a way back
if (only) { only.addEventListener("change", narrowPlaces); }
place.addEventListener("keydown", function (event) {
  if (event.key !== "Enter") { return; }
  narrowPlaces();
  const first = document.querySelector(".county li:not([hidden]) a");
  if (first && place.value.trim()) { location.href = first.href; }
});
