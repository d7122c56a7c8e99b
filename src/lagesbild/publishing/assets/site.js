// Prints a page, with or without what is folded of people's words; shows the filters of a register, and hides the
// records that they leave out. The pages work without this.
"use strict";
let unfolded = [];
document.querySelectorAll(".printing").forEach(function (printing) {
  const folds = Array.from(document.querySelectorAll("details.written"));
  printing.addEventListener("click", function (event) {
    if (!event.target.hasAttribute("data-print")) { return; }
    unfolded = event.target.dataset.print === "written" ? folds.filter(function (fold) { return !fold.open; }) : [];
    unfolded.forEach(function (fold) { fold.open = true; });
    window.print();
  });
});
window.addEventListener("afterprint", function () {
  unfolded.forEach(function (fold) { fold.open = false; });
  unfolded = [];
});
function fits(record, filter) {
  const held = record.getAttribute("data-" + filter.getAttribute("data-filter")) || "";
  const lacks = filter.getAttribute("data-filter") === "lacks";
  return filter.value === "" || (lacks ? held.split(" ").includes(filter.value) : held === filter.value);
}

function choose(register) {
  const filters = Array.from(register.querySelectorAll("[data-filter]"));
  const records = Array.from(register.querySelectorAll(".record"));
  const shown = records.filter(function (record) {
    record.hidden = !filters.every(function (filter) { return fits(record, filter); });
    return !record.hidden;
  });
  register.querySelector("[data-shown]").textContent = "Visar " + shown.length + " av " + records.length;
}

document.querySelectorAll("[data-register]").forEach(function (register) {
  register.querySelector(".filters").hidden = false;
  register.addEventListener("change", function () { choose(register); });
});
// A link to a fold, or into one, opens it, also a record that a filter has hidden.
function reveal() {
  const target = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  for (let fold = target && target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.hidden = false;
    fold.open = true;
  }
}
window.addEventListener("hashchange", reveal);
reveal();
