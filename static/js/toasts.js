// Toasts leave after a while, but not from under the pointer or the focus.
const STAY = 8000;
const MOST = 3; // more would cover what is read; what they offer stands on the cards as well
const region = document.getElementById("toasts");

const show = (text) => {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.toast = "";
  toast.textContent = text;
  region.append(toast);
};

const leave = (toast) => {
  const wait = () =>
    setTimeout(() => (toast.matches(":hover, :focus-within") ? wait() : toast.remove()), STAY);
  wait();
};

const makeRoom = () => {
  const shown = [...region.querySelectorAll("[data-toast]:not([hidden])")];
  for (const toast of shown.slice(0, -MOST)) if (!toast.matches(":hover, :focus-within")) toast.remove();
};

if (region) {
  new MutationObserver((records) => {
    for (const node of records.flatMap((record) => [...record.addedNodes])) {
      if (node instanceof HTMLElement) leave(node);
    }
    makeRoom();
  }).observe(region, { childList: true });

  document.addEventListener("lucid:failed", ({ detail }) => {
    const { failed, offline, gone } = region.dataset;
    show(detail.status === 0 ? offline : detail.status === 404 ? gone : failed);
  });
  // What was taken back on its card, or is applied, is not offered here any more.
  document.addEventListener("lucid:swapped", ({ detail: { change } }) => {
    if (!change || document.getElementById(change)?.querySelector('[action$="/withdraw-vote/"]')) return;
    region.querySelector(`[data-toast]:has(form[hx-target="#${CSS.escape(change)}"])`)?.remove();
  });
  // Hidden, not gone: an answer finds its places from the form that asked for it.
  document.addEventListener("submit", (event) => {
    const toast = event.target.closest("[data-toast]");
    if (toast) toast.hidden = true;
  });
}
