// A form for a comment goes as it came: what else was typed into the card stays.
document.addEventListener("click", (event) => {
  const form = event.target.closest?.("[data-drop]")?.closest("[data-change] form.say");
  if (!form) return;
  event.preventDefault();
  const before = form.previousElementSibling;
  const side = form.elements.namedItem("side")?.value;
  form.remove();
  (side ? before.querySelector(`a.diff__no[href*="side=${side}"]`) : before)?.focus();
});

// A notice leads to its thread, settled or not.
const told = document.getElementById(location.hash.slice(1));
const fold = told?.matches(".thread--resolved") && told.querySelector("details");
if (fold) fold.open = true;
