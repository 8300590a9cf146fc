// The theme and the palette show at once; the form behind it stores the choice on the account.
const root = document.documentElement;

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!event.target.matches("[data-themes]") || !button?.value) return;
  event.preventDefault();
  root.dataset[button.name] = button.value;
  for (const other of event.target.querySelectorAll(`[name="${CSS.escape(button.name)}"]`)) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  fetch(event.target.action, { method: "POST", body: new FormData(event.target, button), redirect: "manual" });
});

// One open menu at a time, closed by Escape or a press elsewhere.
const close = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
};
document.addEventListener("click", (event) => close(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
