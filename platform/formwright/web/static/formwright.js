// Small conveniences. Every page works without this file.
(() => {
  const token = () => document.querySelector('meta[name="form-token"]')?.content ?? "";
  const announce = (text) => {
    const box = document.getElementById("announcer");
    if (box) box.textContent = text;
  };

  document.addEventListener("htmx:config:request", (event) => {
    event.detail.ctx.request.headers["X-Form-Token"] = token();
  });
  document.addEventListener("htmx:error", () => announce("The server did not answer."));

  // Menus made of <details> close when the user goes elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });

  // Keys: one letter each, never while somebody types. What a key does stands at the element: data-key.
  const typing = (element) => element.closest("input, textarea, select, [contenteditable], .ts-wrapper") !== null;
  const rows = () => [...document.querySelectorAll("[data-rows] .list-open")].filter((row) => row.offsetParent);
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const now = all.indexOf(document.activeElement);
    all[now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + by, 0), all.length - 1)].focus();
  };
  const mark = () => {
    for (const row of document.querySelectorAll("tr.at")) row.classList.remove("at");
    const here = document.activeElement?.closest?.("[data-rows] tr");
    if (here) here.classList.add("at");
  };
  const help = () => {
    const box = document.getElementById("keys");
    if (box && !box.open) box.showModal();
  };
  const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
  document.addEventListener("focusin", mark);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const arrow = event.key.startsWith("Arrow");
    // Arrows scroll, unless a row of the list has the focus already.
    if (event.key in steps && (!arrow || document.activeElement?.matches("[data-rows] .list-open"))) {
      event.preventDefault();
      step(steps[event.key]);
    } else if (event.key === "?") {
      event.preventDefault();
      help();
    } else {
      const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!element) return;
      event.preventDefault();
      if (element.matches("input")) element.select();
      element.matches("input") ? element.focus() : element.click();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) help();
    else if (event.target.id === "keys") event.target.close();
  });

  // A click anywhere on a row opens its record, as its link does.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-rows] tbody tr");
    if (!row || event.target.closest("a, button, input, label") || String(getSelection())) return;
    const link = row.querySelector(".list-open");
    if (!link) return;
    event.metaKey || event.ctrlKey ? window.open(link.href, "_blank", "noopener") : link.click();
  });

  // Good news goes away by itself; problems stay.
  const fade = () => {
    for (const note of document.querySelectorAll("[data-flash].alert-success"))
      setTimeout(() => note.remove(), 6000);
  };
  document.addEventListener("DOMContentLoaded", fade);
  document.addEventListener("htmx:after:swap", fade);
})();
