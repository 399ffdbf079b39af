/* What the scripts of the phone pages share: ids, locks between pages, news between them, space left. */
(function () {
  "use strict";

  const field = window.field = {};
  const TICK = "weidu-field-tick";

  field.about = document.querySelector("meta[name=field]") || document.createElement("meta");
  field.version = field.about.content;

  field.uuid = function () {
    if (window.crypto.randomUUID) { return window.crypto.randomUUID(); }
    const bytes = window.crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = Array.from(bytes, function (byte) { return (byte + 256).toString(16).slice(1); }).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  /* --- one page at a time: a lock of the browser, or where there is none a lease that runs out */

  const BUSY = field.BUSY = {};
  const LEASE = 15000;
  const page = field.uuid();

  field.locked = function (name, work) {
    if (navigator.locks) {
      return navigator.locks.request(name, { ifAvailable: true }, function (lock) { return lock ? work() : BUSY; });
    }
    return leased("lease:" + name, work);
  };

  async function leased(name, work) {
    const held = (localStorage.getItem(name) || "").split(" ");
    if (held[0] && held[0] !== page && Number(held[1]) > Date.now()) { return BUSY; }
    const renew = function () { localStorage.setItem(name, page + " " + (Date.now() + LEASE)); };
    renew();
    const timer = setInterval(renew, LEASE / 3);
    const leave = function () { localStorage.removeItem(name); };
    window.addEventListener("pagehide", leave);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      window.removeEventListener("pagehide", leave);
      leave();
    }
  }

  /* --- telling this page and the others that something changed */

  field.changed = function () {
    document.dispatchEvent(new Event("field:changed"));
    try { localStorage.setItem(TICK, String(Date.now()) + Math.random()); } catch (full) { /* the others see it on their next look */ }
  };
  window.addEventListener("storage", function (event) {
    if (event.key === TICK) { document.dispatchEvent(new Event("field:changed")); }
  });

  field.isFull = function (fault) {
    return Boolean(fault) && (fault.name === "QuotaExceededError" || (fault.inner && fault.inner.name === "QuotaExceededError"));
  };

  field.space = async function () {
    if (!navigator.storage || !navigator.storage.estimate) { return null; }
    const found = await navigator.storage.estimate();
    return Math.max(0, Math.floor((found.quota - found.usage) / 1048576));
  };
})();
