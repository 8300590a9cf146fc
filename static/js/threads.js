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
