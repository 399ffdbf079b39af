/* Starts what a phone page needs: the pill, the line after saving, the service worker, and the page's own part. */
(function () {
  "use strict";

  const field = window.field;
  const store = field.store;

  /* The shell is the same for everybody: the size of type comes from the last page of the server. */
  function size(isShell) {
    const root = document.documentElement;
    if (!isShell) { localStorage.setItem("field:size", root.dataset.size || ""); return; }
    const chosen = localStorage.getItem("field:size");
    if (chosen) { root.dataset.size = chosen; }
  }

  async function pill() {
    const at = document.querySelector("[data-sync]");
    const me = await field.who();
    if (!at || !me) { return; }
    const seen = await store.overview(me.id);
    const look = seen.stuck.length ? ["stop", "需处理" + seen.stuck.length] : seen.kept.length ? ["wait", "已存本机" + seen.kept.length] : ["done", "已上传"];
    at.className = "sync " + look[0];
    at.textContent = look[1];
    at.hidden = false;
  }

  /* --- after saving: said on the next page, and for ten seconds it can be taken back there */

  field.toast = async function () {
    const saved = JSON.parse(sessionStorage.getItem("field:saved") || "null");
    const held = sessionStorage.getItem("field:held");
    sessionStorage.removeItem("field:saved");
    sessionStorage.removeItem("field:held");
    if (held && (!saved || held !== saved.id)) { await store.release(held); }
    const place = document.querySelector("[data-toast]");
    if (!saved || !place) { return; }
    sessionStorage.setItem("field:held", saved.id);
    const line = document.createElement("div");
    const words = document.createElement("span");
    const undo = document.createElement("button");
    line.className = "toast-line";
    words.textContent = saved.label + "已存本机";
    undo.type = "button";
    line.append(words, undo);
    place.replaceChildren(line);
    const end = async function () {
      clearInterval(ticking);
      line.remove();
      sessionStorage.removeItem("field:held");
      await store.release(saved.id);
      field.outbox.flush("saved");
    };
    const tick = function () {
      const left = Math.ceil((saved.until - Date.now()) / 1000);
      if (left <= 0 || left > 60) { end(); return; }
      undo.textContent = "撤销（" + left + "秒）";
    };
    const ticking = setInterval(tick, 1000);
    tick();
    undo.addEventListener("click", async function () {
      clearInterval(ticking);
      const record = await store.get("outbox", saved.id);
      const undone = record && (await store.undo(saved.id));
      if (undone === true) {
        sessionStorage.removeItem("field:held");
        location.assign("/field/households/" + record.household + "/visit/");
        return;
      }
      words.textContent = saved.label + (undone === "taken"
        ? "另有一份没写完的草稿，没有撤销，两份都在；明天结束前可以更正。"
        : "已经在上传，不能撤销；明天结束前可以更正。");
      undo.remove();
    });
    window.addEventListener("pagehide", function () { store.release(saved.id); });
  };

  /* --- the service worker: an improvement, nothing of the outbox needs it */

  function mayRenew() { return !field.draft.dirty || field.draft.saved; }

  async function worker() {
    const address = field.about.dataset.worker;
    if (!navigator.serviceWorker || !address) { return; }
    let known;
    try {
      known = await navigator.serviceWorker.register(address, { scope: "/field/" });
    } catch (fault) {
      return; /* no network, or a version that could not be fetched whole: the one before stays */
    }
    if (!known) { return; } /* a browser that only pretends */
    const offer = function () {
      const place = document.querySelector("[data-new-version]");
      if (known.waiting && navigator.serviceWorker.controller && place && mayRenew()) { place.hidden = false; }
    };
    known.addEventListener("updatefound", function () {
      const coming = known.installing;
      if (coming) { coming.addEventListener("statechange", offer); }
    });
    offer();
    document.addEventListener("field:changed", function () {
      const hello = field.outbox.hello;
      if (hello && Number(hello.min_version) > parseInt(field.version, 10) && known.waiting && mayRenew()) { renew(known); }
    });
  }

  function renew(known) {
    if (!mayRenew() || !known.waiting) { return; }
    navigator.serviceWorker.addEventListener("controllerchange", function () { location.reload(); });
    known.waiting.postMessage("take over");
  }

  document.addEventListener("click", async function (event) {
    if (!event.target.closest("[data-new-version] button")) { return; }
    if (!mayRenew()) { document.querySelector("[data-new-version]").hidden = true; return; }
    const known = await navigator.serviceWorker.getRegistration();
    if (known) { renew(known); }
  });
  document.addEventListener("input", function (event) {
    const place = document.querySelector("[data-new-version]");
    if (place && event.target.form && event.target.form.id === "visit") { place.hidden = true; }
  });

  async function start() {
    const shell = document.querySelector("[data-shell]");
    size(Boolean(shell));
    document.addEventListener("field:changed", pill);
    if (!window.indexedDB || !window.idb) { return; } /* saving is the server's then */
    let me;
    try {
      me = await field.who();
    } catch (fault) {
      console.warn("store", fault); /* private browsing of some phones: the forms go to the server as without scripts */
      return;
    }
    const form = !shell && document.querySelector("form#visit[data-household]");
    const upload = !shell && document.querySelector("[data-upload]");
    if (me) { await store.takeNotes(me.id); }
    const passing = shell && /\/next\/$/.test(location.pathname); /* on to another page at once */
    if (me && !passing) { await field.toast(); }
    if (me && form && form.dataset.household && !form.elements.seen) { await field.visit.start(form, me); }
    if (shell) { await field.shell.start(shell, me); }
    if (passing) { return; }
    worker();
    if (me) {
      await pill();
      if (upload) { await field.upload.start(upload, me); }
      field.outbox.start();
    }
    document.documentElement.dataset.field = "ready";
  }

  start();
})();
