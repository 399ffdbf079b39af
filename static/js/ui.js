/* What plain HTML cannot do. Every page reads and submits without it. */
(function () {
  "use strict";

  function closest(event, selector) {
    return event.target instanceof Element ? event.target.closest(selector) : null;
  }

  /* Dialogs: <button data-opens="id">; without <dialog> the link inside the markup stays the way. */
  function openDialog(event) {
    var opener = closest(event, "[data-opens]");
    if (!opener) { return; }
    var dialog = document.getElementById(opener.dataset.opens);
    if (dialog && dialog.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
  }

  function closeDialog(event) {
    var closer = closest(event, "[data-closes]");
    var dialog = closer && closer.closest("dialog");
    if (dialog && dialog.close) {
      event.preventDefault();
      dialog.close();
    }
  }

  /* Menus made of <details class="menu"> close when one looks elsewhere. */
  function closeMenus(event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (event.type === "keydown" || !menu.contains(event.target)) {
        menu.open = false;
        if (event.type === "keydown") { menu.querySelector("summary").focus(); }
      }
    });
  }

  /* Lists: the bulk bar appears with the first tick and says how many. */
  function countPicked(form) {
    var bar = form.querySelector("[data-bulk]");
    if (!bar) { return; }
    var boxes = form.querySelectorAll("input[data-pick]");
    var picked = form.querySelectorAll("input[data-pick]:checked").length;
    bar.hidden = picked === 0;
    form.querySelectorAll("[data-bulk-count]").forEach(function (place) { place.textContent = "已选" + picked + "件"; });
    var all = form.querySelector("input[data-pick-all]");
    if (all) {
      all.checked = picked > 0 && picked === boxes.length;
      all.indeterminate = picked > 0 && picked < boxes.length;
    }
    boxes.forEach(function (box) {
      var row = box.closest("tr");
      if (row) { row.classList.toggle("selected", box.checked); }
    });
  }

  function pickAll(form, on) {
    form.querySelectorAll("input[data-pick]").forEach(function (box) { box.checked = on; });
    countPicked(form);
  }

  /* A choice shows the fields that belong to it: <input data-decides="name"> and [data-for="name"] in one form. */
  function decide(form) {
    var chosen = form.querySelector("input[data-decides]:checked");
    if (!chosen) { return; }
    form.querySelectorAll("[data-for]").forEach(function (part) {
      part.hidden = part.dataset.for.split(" ").indexOf(chosen.dataset.decides) < 0;
    });
    var button = form.querySelector("[data-says]");
    if (button && chosen.dataset.press) { button.textContent = chosen.dataset.press; }
  }

  function onChange(event) {
    var box = event.target;
    if (box.matches("input[data-decides]") && box.form) { decide(box.form); }
    if (box.matches("input[data-pick]") && box.form) { countPicked(box.form); }
    if (box.matches("input[data-pick-all]") && box.form) { pickAll(box.form, box.checked); }
    if (box.matches("input[data-shows]")) {
      box.dataset.shows.split(" ").forEach(function (id) {
        var field = document.getElementById(id);
        if (field) { field.type = box.checked ? "text" : "password"; }
      });
    }
    if (box.matches("[data-submits]") && box.form) { box.form.requestSubmit ? box.form.requestSubmit() : box.form.submit(); }
  }

  /* 长辈版: at once on the page, then told to the server; where that fails the form is sent as usual. */
  function switchSize(form) {
    var button = form.querySelector("[name=size]");
    var root = document.documentElement;
    var elder = button.value === "elder";
    var told = new FormData(form);
    told.set("size", button.value);
    fetch(form.action, { method: "POST", body: told, credentials: "same-origin", redirect: "manual" }).then(function () {
      if (elder) { root.dataset.size = "elder"; } else { delete root.dataset.size; }
      button.value = elder ? "standard" : "elder";
    }, function () { form.submit(); });
  }

  function onSubmit(event) {
    var form = event.target;
    if (form.matches("[data-size-switch]") && window.fetch) {
      event.preventDefault();
      switchSize(form);
      return;
    }
    /* A second tap while the first is under way sends nothing. */
    if (form.method === "post" && !form.hasAttribute("hx-post")) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      setTimeout(function () { delete form.dataset.sent; }, 8000); /* a download leaves the page standing */
    }
  }

  /* A revealed value counts down and hides itself: data-hides-in (seconds), data-masked, .value and .left inside. */
  function countDown() {
    document.querySelectorAll("[data-hides-in]").forEach(function (place) {
      var left = Number(place.dataset.hidesIn) - 1;
      if (left <= 0) {
        place.textContent = place.dataset.masked;
        place.removeAttribute("data-hides-in");
        return;
      }
      place.dataset.hidesIn = left;
      var words = place.querySelector(".left");
      if (words) { words.textContent = (left >= 60 ? Math.floor(left / 60) + "分" : "") + (left % 60) + "秒后隐藏"; }
    });
  }

  /* What htmx could not fetch is said where messages stand; the page stays as it was. */
  function sayFailed(words) {
    var place = document.querySelector("[data-failed]");
    if (!place) {
      place = document.createElement("div");
      place.className = "messages";
      place.dataset.failed = "";
      place.innerHTML = '<div class="notice over" role="alert"><span></span></div>';
      document.querySelector("main").prepend(place);
    }
    place.querySelector("span").textContent = words;
    place.scrollIntoView({ block: "nearest" });
  }

  function onFailed(event) {
    var answer = event.detail.xhr;
    if (answer.status === 401) { sayFailed(answer.responseText); return; }
    var words = { 0: "没有连上网络。", 403: "这一页放得太久，或者没有权限。", 429: "刚才太频繁了。" };
    sayFailed((words[answer.status] || "服务没有答复。") + "这一页和填的内容都没有变，请稍后再试，不行就刷新页面。");
  }

  function ready(root) {
    root.querySelectorAll("[data-script-only]").forEach(function (part) { part.hidden = false; });
    root.querySelectorAll("form").forEach(countPicked);
    root.querySelectorAll("form").forEach(decide);
    if (root.matches && root.matches("form")) { countPicked(root); }
  }

  document.addEventListener("click", function (event) {
    openDialog(event);
    closeDialog(event);
    closeMenus(event);
    if (closest(event, "[data-print]")) { window.print(); }
    var clear = closest(event, "[data-bulk-clear]");
    if (clear && clear.form) { event.preventDefault(); pickAll(clear.form, false); }
  });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { closeMenus(event); } });
  document.addEventListener("change", onChange);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("htmx:responseError", onFailed);
  document.addEventListener("htmx:sendError", onFailed);
  document.addEventListener("htmx:afterRequest", function (event) {
    var failed = event.detail.successful && document.querySelector("[data-failed]");
    if (failed) { failed.remove(); }
  });
  document.addEventListener("htmx:load", function (event) { ready(event.target); });
  /* Back from the next page: forms may be sent again, and boxes may have kept their ticks. */
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
    ready(document);
  });
  setInterval(countDown, 1000);

  /* On a phone the menu is a row that scrolls: start where the reader is. */
  var here = document.querySelector(".side [aria-current]");
  if (here) { here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.clientWidth / 2; }

  var wrong = document.querySelector(".is-invalid");
  if (wrong) { wrong.focus(); }
})();
