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

  // Good news goes away by itself; problems stay.
  const fade = () => {
    for (const note of document.querySelectorAll("[data-flash].alert-success"))
      setTimeout(() => note.remove(), 6000);
  };
  document.addEventListener("DOMContentLoaded", fade);
  document.addEventListener("htmx:after:swap", fade);
})();
