// Forms: search in references, refreshes that keep what is being typed, tabs, keys. Every form works without this file.
(() => {
  const form = () => document.querySelector("form[data-form]");
  const controls = (root) => [...root.querySelectorAll("input[name], select[name], textarea[name]")];
  const ours = (control) => !control.name.startsWith("_") && control.type !== "file";
  let initial = null;
  let sent = null;

  // -- what is in the form -----------------------------------------------------------------
  const valueOf = (control) => {
    if (control.type === "checkbox" || control.type === "radio") return control.checked;
    if (control.multiple) return [...control.selectedOptions].map((option) => option.value).join("\n");
    return control.value;
  };
  // A control is known again by its name and its place among those of the same name.
  const snapshot = (root) => {
    const found = new Map();
    const counts = new Map();
    for (const control of controls(root)) {
      const count = counts.get(control.name) ?? 0;
      counts.set(control.name, count + 1);
      found.set(`${control.name}#${count}`, { control, value: valueOf(control) });
    }
    return found;
  };
  const written = (root) =>
    JSON.stringify([...snapshot(root)].filter(([, each]) => ours(each.control)).map(([key, each]) => [key, each.value]));
  const dirty = () => {
    const root = form();
    return Boolean(root && initial !== null && !root.dataset.sending && (root.querySelector("#summary, #warnings") || written(root) !== initial));
  };
  const showDirty = () => {
    const state = form()?.querySelector("[data-state]");
    if (state) {
      const text = dirty() ? form().dataset.changed : "";
      if (state.textContent !== text) state.textContent = text;
    }
  };

  // -- references ----------------------------------------------------------------------------
  const address = (select, text) => {
    const root = select.form;
    const query = new URLSearchParams({ q: text });
    const prefix = select.name.includes(".") ? select.name.slice(0, select.name.lastIndexOf(".") + 1) : "";
    const id = prefix ? root.elements[`${prefix}id`]?.value : root.dataset.record;
    if (id) query.set("id", id);
    for (const name of (select.dataset.depends ?? "").split(" ").filter(Boolean)) {
      const control = root.elements[prefix + name];
      const value = control instanceof RadioNodeList ? [...control].at(-1)?.value : control?.value;
      if (value !== undefined) query.set(`f.${name}`, value);
    }
    return `${select.dataset.lookup}?${query}`;
  };
  const lookup = (select) => {
    if (select.tomselect || !window.TomSelect) return;
    // Its place is taken by a labelled combobox; the next refresh brings the plain select back.
    const combobox = new window.TomSelect(select, {
      valueField: "value", labelField: "text", searchField: ["text", "hint"], maxOptions: 100, loadThrottle: 200,
      preload: "focus", allowEmptyOption: false, placeholder: select.dataset.placeholder, dropdownParent: "body",
      plugins: select.multiple ? ["remove_button"] : ["clear_button"],
      score: () => () => 1, // the server has searched
      shouldLoad: () => true,
      load(text, done) {
        fetch(address(select, text), { headers: { Accept: "application/json" } })
          .then((answer) => (answer.ok ? answer.json() : []))
          .then((found) => { this.clearOptions(); done(found); })
          .catch(() => done([]));
      },
      render: {
        option: (data, escape) => `<div>${escape(data.text)}${data.hint ? ` <span class="fw-hint">${escape(data.hint)}</span>` : ""}</div>`,
        item: (data, escape) => `<div>${escape(data.text)}</div>`,
      },
    });
    select.setAttribute("aria-hidden", "true");
    combobox.on("destroy", () => select.removeAttribute("aria-hidden"));
  };

  // -- small widgets -----------------------------------------------------------------------------
  const color = (picker) => {
    const text = document.getElementById(picker.dataset.colorFor);
    if (!text || picker.dataset.ready) return;
    picker.dataset.ready = "1";
    picker.hidden = false;
    picker.addEventListener("input", () => { text.value = picker.value; text.dispatchEvent(new Event("input", { bubbles: true })); });
    text.addEventListener("input", () => { if (/^#[0-9a-f]{6}$/i.test(text.value)) picker.value = text.value; });
  };

  // -- tabs ------------------------------------------------------------------------------------------
  let open = "";
  const showTab = (root, key) => {
    const panels = [...root.querySelectorAll("[data-tab]")];
    const chosen = panels.find((panel) => panel.id === key) ?? panels[0];
    open = chosen?.id ?? "";
    for (const panel of panels) {
      const on = panel === chosen;
      panel.hidden = !on;
      const tab = document.getElementById(`${panel.id}-tab`);
      tab?.setAttribute("aria-selected", String(on));
      tab?.setAttribute("tabindex", on ? "0" : "-1");
    }
  };
  const tabs = (root) => {
    const list = root.querySelector("[data-tabs]");
    if (!list) return;
    list.setAttribute("role", "tablist");
    for (const tab of list.children) {
      const key = tab.id.replace(/-tab$/, "");
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", key);
      const panel = document.getElementById(key);
      panel?.setAttribute("role", "tabpanel");
      panel?.setAttribute("aria-labelledby", tab.id);
    }
    showTab(root, open);
  };

  // -- focus -------------------------------------------------------------------------------------------
  const goTo = (target) => {
    if (!target) return;
    const panel = target.closest("[data-tab]");
    if (panel?.hidden) showTab(form(), panel.id);
    target.closest("details")?.setAttribute("open", "");
    if (target.tomselect) return void target.tomselect.focus();
    const control = target.matches("input, select, textarea, button, a, [tabindex]") ? target
      : target.querySelector("input:not([type=hidden]), select, textarea, button, a");
    (control ?? target).focus();
    (control ?? target).scrollIntoView({ block: "center" });
  };
  const visible = (control) => control.type !== "hidden" && !control.closest("[hidden]") && !control.name.startsWith("_");

  const enhance = (root) => {
    document.documentElement.classList.add("fw-scripted");
    root.querySelectorAll("select[data-lookup]").forEach(lookup);
    root.querySelectorAll("input[data-color-for]").forEach(color);
    tabs(root);
  };

  document.addEventListener("DOMContentLoaded", () => {
    const root = form();
    if (!root) return;
    enhance(root);
    initial = written(root);
    const first = root.querySelector("#summary, #warnings");
    if (first) first.focus();
    else controls(root).find(visible)?.focus({ preventScroll: true });
    showDirty();
  });

  // -- refreshes: the server says what a change means ---------------------------------------------------
  const refresh = (root) => window.htmx?.trigger(root, "fw:refresh");
  document.addEventListener("change", (event) => {
    const root = event.target.closest?.("form[data-form]");
    if (root && event.target.matches("[data-refreshes]")) refresh(root);
    showDirty();
  });
  document.addEventListener("input", (event) => { if (event.target.closest?.("form[data-form]")) showDirty(); });

  document.addEventListener("click", (event) => {
    const root = form();
    if (!root) return;
    const button = event.target.closest("button[data-refresh]");
    if (button && window.htmx) {
      event.preventDefault();
      const action = Object.assign(document.createElement("input"), { type: "hidden", name: "_action", value: button.value });
      root.append(action);
      refresh(root);
      setTimeout(() => action.remove());
      return;
    }
    const link = event.target.closest("a[href^='#']");
    if (!link || !root.contains(link)) return;
    event.preventDefault();
    if (link.closest("[data-tabs]")) showTab(root, link.hash.slice(1));
    else goTo(document.getElementById(link.hash.slice(1)));
  });

  document.addEventListener("htmx:config:request", (event) => {
    if (event.target === form()) sent = snapshot(form());
  });
  let before = null;
  document.addEventListener("htmx:before:swap", () => {
    const root = form();
    if (!root || !sent) return;
    const typed = [...snapshot(root)].filter(([key, each]) => sent.has(key) && sent.get(key).value !== each.value && ours(each.control));
    const active = document.activeElement;
    const wrapper = active?.closest(".ts-wrapper");
    before = {
      typed: typed.map(([key, each]) => ({ key, value: each.value, text: each.control.tomselect?.options[each.value]?.text })),
      focus: wrapper ? wrapper.previousElementSibling?.id : active?.id,
      caret: [active?.selectionStart, active?.selectionEnd],
      query: wrapper ? active.value : null,
    };
    for (const select of root.querySelectorAll("select")) select.tomselect?.destroy();
  });
  document.addEventListener("htmx:after:swap", () => {
    const root = form();
    if (!root || !before) return;
    const now = snapshot(root);
    for (const { key, value, text } of before.typed) {
      const control = now.get(key)?.control;
      if (!control) continue;
      if (control.type === "checkbox" || control.type === "radio") control.checked = value;
      else {
        if (control.matches("select[data-lookup]") && value && ![...control.options].some((option) => option.value === value))
          control.add(new Option(text ?? value, value));
        control.value = value;
      }
    }
    enhance(root);
    keepFocus(root);
    sent = before = null;
    showDirty();
  });
  const keepFocus = (root) => {
    const fresh = root.dataset.fresh;
    if (fresh) {
      delete root.dataset.fresh;
      goTo(controls(root).find((control) => control.name.startsWith(`${fresh}.`) && control.type !== "hidden"));
      return;
    }
    const target = before.focus && document.getElementById(before.focus);
    if (!target) return;
    if (target.tomselect) {
      const select = target.tomselect;
      select.settings.openOnFocus = false;
      select.focus();
      setTimeout(() => { select.settings.openOnFocus = true; }, 50);
    } else if (document.activeElement !== target) {
      target.focus({ preventScroll: true });
      if (before.caret[0] !== null && before.caret[0] !== undefined)
        try { target.setSelectionRange(...before.caret); } catch { /* not a text */ }
    }
  };

  // -- keys, leaving, sending twice --------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    const root = form();
    if (!root) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      root.requestSubmit(root.querySelector("#save"));
    }
    if (event.target.closest?.("[data-tabs]") && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
      const all = [...event.target.closest("[data-tabs]").children];
      const next = all.at((all.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : -1)) % all.length);
      showTab(root, next.id.replace(/-tab$/, ""));
      next.focus();
    }
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-form]")) return;
    if (event.target.dataset.sending) event.preventDefault();
    else event.target.dataset.sending = "1";
  });
  addEventListener("pageshow", () => { if (form()) delete form().dataset.sending; });
  addEventListener("beforeunload", (event) => { if (dirty()) event.preventDefault(); });
})();
