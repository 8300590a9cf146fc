// Boxes of a list: how many are chosen, and all of them at once. Without this file each box and the button still work.
const form = document.querySelector("[data-choosing]");
const boxes = () => [...(form?.elements ?? [])].filter((one) => one.type === "checkbox");

function tell() {
  const told = form.querySelector("[data-chosen]");
  const count = boxes().filter((one) => one.checked).length;
  told.textContent = count ? `${count} ${told.dataset.chosen}` : "";
}

if (form) {
  const all = form.querySelector("[data-choose-all]");
  all.addEventListener("click", () => {
    const isOn = boxes().some((one) => !one.checked);
    for (const one of boxes()) one.checked = isOn;
    tell();
  });
  document.addEventListener("change", ({ target }) => target.form === form && tell());
  tell();
}
