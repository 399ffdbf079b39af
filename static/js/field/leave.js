/* Signing out: the households go from this phone; records that were not sent stay, for the person who wrote them only.
   Stands by itself, because one also signs out on pages that load none of the other scripts. */
(function () {
  "use strict";

  const NAME = "weidu-field";

  function asked(request) {
    return new Promise(function (resolve, reject) {
      request.onsuccess = function () { resolve(request.result); };
      request.onerror = function () { reject(request.error); };
    });
  }

  function finished(tx) {
    return new Promise(function (resolve, reject) {
      tx.oncomplete = resolve;
      tx.onerror = tx.onabort = function () { reject(tx.error); };
    });
  }

  async function unsent(db) {
    const on = db.transaction(["meta", "outbox"]);
    const [who, rows] = await Promise.all([asked(on.objectStore("meta").get("who")), asked(on.objectStore("outbox").getAll())]);
    return rows.filter(function (row) { return who && row.user === who.id; }).length;
  }

  async function forget(db) {
    const on = db.transaction(["meta", "pack"], "readwrite");
    on.objectStore("pack").clear();
    on.objectStore("meta").delete("who");
    on.objectStore("meta").delete("key");
    on.objectStore("meta").delete("key:mark");
    await finished(on);
  }

  function sure(count) {
    const words = "这部手机里还有" + count + "条走访没有上传。退出后记录还在，只有您自己再登录才看得到、才能上传。";
    const dialog = document.createElement("dialog");
    if (!dialog.showModal) { return Promise.resolve(window.confirm(words)); }
    dialog.className = "dialog border-0";
    dialog.setAttribute("aria-label", "还有走访没有上传");
    const text = document.createElement("p");
    text.className = "mb-0";
    text.textContent = words;
    const foot = document.createElement("div");
    foot.className = "foot";
    dialog.append(text, foot);
    document.body.append(dialog);
    return new Promise(function (resolve) {
      const answer = function (words, value, look) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn " + look;
        button.textContent = words;
        button.addEventListener("click", function () { dialog.close(); resolve(value); });
        foot.append(button);
      };
      answer("仍要退出", true, "btn-plain");
      answer("先不退出", false, "btn-primary");
      dialog.addEventListener("close", function () { dialog.remove(); resolve(false); });
      dialog.showModal();
    });
  }

  async function leave(form) {
    const db = await asked(window.indexedDB.open(NAME));
    db.onversionchange = function () { db.close(); };
    const count = await unsent(db);
    if (count && !(await sure(count))) { db.close(); return; }
    await forget(db);
    db.close();
    form.submit();
  }

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!/\/account\/sign-out\/$/.test(form.action) || !window.indexedDB || !localStorage.getItem(NAME)) { return; }
    event.preventDefault();
    event.stopPropagation();
    leave(form).catch(function () { form.submit(); }); /* nobody is kept signed in by a broken store */
  }, true);
})();
