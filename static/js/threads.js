// A form for a comment goes as it came: what else was typed into the card stays.
document.addEventListener("click", (event) => {
  const form = event.target.closest?.("[data-drop]")?.closest("[data-change] form.say");
  if (!form) return;
  event.preventDefault();
  const opener = form.previousElementSibling;
  form.remove();
  (opener?.matches("a") ? opener : opener?.querySelector("a.diff__no"))?.focus();
});
