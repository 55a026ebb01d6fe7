// Before the first paint: follow the system where the user chose no theme.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  if (root.dataset.bsTheme) return;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  apply();
  dark.addEventListener("change", apply);
})();
