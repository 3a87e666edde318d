// Long lists of boxes to tick: a field that leaves only the labels which contain what is typed.
// Ticked ones always stay in sight.

const FEW = 25;

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

for (const list of document.querySelectorAll("[data-pick-list]")) {
  const labels = [...list.querySelectorAll("label")];
  if (labels.length > FEW) list.before(filterOf(list, labels));
}

function filterOf(list, labels) {
  const legend = list.closest("fieldset")?.querySelector("legend");
  const input = document.createElement("input");
  input.type = "search";
  input.className = "pick-list__filter";
  input.placeholder = list.dataset.filter;
  input.autocomplete = "off";
  input.setAttribute("aria-controls", list.id);
  const name = legend ? legend.firstChild.textContent.trim() : list.id;
  input.setAttribute("aria-label", `${list.dataset.filter}: ${name}`);
  input.addEventListener("input", () => {
    const wanted = folded(input.value.trim());
    for (const label of labels) {
      const ticked = label.querySelector("input").checked;
      label.hidden = !ticked && !folded(label.textContent).includes(wanted);
    }
  });
  // Enter looks for a term; it must not send the whole form.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  return input;
}
