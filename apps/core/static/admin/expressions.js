// unfold's pages under a Content-Security-Policy without eval: Alpine's build for it reads single expressions
// only, and sees no global name. What unfold writes beyond that becomes a call of a function from here.

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false; // they would be a style element in the page

const SIDEBAR = "sidebarDesktopOpen";

function page(initialTab) {
  return {
    activeTab: getCurrentTab() || initialTab,
    sidebarMobileOpen: false,
    sidebarDesktopOpen: localStorage.getItem(SIDEBAR) !== "0",
    init() {
      this.$watch(SIDEBAR, (open) => localStorage.setItem(SIDEBAR, open ? "1" : "0"));
    },
    formAction() {
      const address = window.location.pathname + window.location.search;
      return this.activeTab && this.activeTab !== "general" ? `${address}#${this.activeTab}` : address;
    },
  };
}

function dropdown() {
  return Object.assign(searchDropdown(), {
    showResults() {
      this.openSearchResults = true;
      this.currentIndex = 0;
    },
    leave() {
      const input = this.$refs.searchInput;
      this.openSearchResults = false;
      input.value === "" ? input.blur() : (input.value = "");
    },
  });
}

function command() {
  return Object.assign(searchCommand(), {
    choose(event, keepHistory) {
      if (!event.metaKey && !event.ctrlKey) this.selectItem(keepHistory, false);
    },
  });
}

function rewrite(attribute, change) {
  for (const element of document.querySelectorAll(`[${CSS.escape(attribute)}]`)) {
    const before = element.getAttribute(attribute);
    const after = change(before);
    if (after !== before) element.setAttribute(attribute, after);
  }
}

document.addEventListener("alpine:init", () => {
  const initial = document.body.getAttribute("x-init")?.match(/'([^']*)'/)?.[1] ?? "";
  document.body.removeAttribute("x-init");
  document.body.setAttribute("x-data", "page");
  Alpine.data("page", () => page(initial));
  Alpine.data("theme", theme);
  Alpine.data("searchForm", searchForm);
  Alpine.data("searchDropdown", dropdown);
  Alpine.data("searchCommand", command);

  rewrite("x-on:click", (text) => text.replace(/;\s*localStorage\..*/s, ""));
  rewrite("x-on:focus", (text) => (text.includes("currentIndex = 0") ? "showResults()" : text));
  rewrite("x-on:keydown.escape.prevent", (text) => (text.includes("blur()") ? "leave()" : text));
  rewrite("x-on:keydown.enter.prevent", (text) =>
    text.replace(/^if .* selectItem\((true|false), false\)$/s, "choose($event, $1)"),
  );
  rewrite("x-bind:action", (text) => (text.includes("window.location") ? "formAction()" : text));
});

// On a narrow screen a cell begins with the name of its column, which is written as the columns' heads are.
document.addEventListener("DOMContentLoaded", () => {
  for (const cell of document.querySelectorAll("#result_list [data-label]")) {
    cell.dataset.label = cell.dataset.label.charAt(0).toUpperCase() + cell.dataset.label.slice(1);
  }
});
