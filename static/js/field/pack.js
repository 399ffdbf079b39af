/* The person's households on this phone, for days without a network. Sealed with a key no script can read out; this keeps
   copied files and curious eyes out, not somebody who holds the unlocked phone. It runs out, follows the person's scope,
   and is gone after signing out. The administrator may switch it off. */
(function () {
  "use strict";

  const field = window.field;
  const store = field.store;
  const HOURLY = 3600000;
  const pack = field.pack = {};

  function canSeal() { return Boolean(window.crypto && window.crypto.subtle); }

  async function isHers(meta, me) {
    const who = await meta.get("who");
    return Boolean(who) && who.id === me.id;
  }

  /* The key and its mark, since keys cannot be compared; null for somebody who has signed out. */
  async function key(me) {
    const made = await window.crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return store.writing(["meta"], async function (on) {
      if (!(await isHers(on.meta, me))) { return null; }
      const known = await on.meta.get("key");
      if (known) { return { key: known, mark: await on.meta.get("key:mark") }; }
      const mark = field.uuid();
      await on.meta.put(made, "key");
      await on.meta.put(mark, "key:mark");
      return { key: made, mark: mark };
    });
  }

  /* After each hello: fetched anew when the scope changed, when it is an hour old, or when it is about to run out. */
  pack.refresh = async function (hello, me) {
    if (!hello.pack) { await pack.forget(); return; }
    if (!canSeal()) { return; }
    const kept = await store.get("pack", me.id);
    const fresh = kept && kept.scope_version === hello.scope_version && Date.now() - kept.fetched_at < HOURLY;
    if (fresh && Date.now() < kept.expires_at) { return; }
    const answer = await field.outbox.ask("/sync/pack/", { headers: { Accept: "application/json" } });
    if (answer.status === 404 && answer.body && answer.body.error === "off") { await pack.forget(); return; }
    if (answer.status !== 200 || !answer.body || !answer.body.households) { return; }
    await seal(answer.body, me);
  };

  async function seal(content, me) {
    const iv = window.crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(content));
    const used = await key(me);
    if (!used) { return; }
    const row = {
      scope_version: content.scope_version,
      expires_at: Date.parse(content.expires_at),
      fetched_at: Date.now(),
      iv: iv,
      bytes: await window.crypto.subtle.encrypt({ name: "AES-GCM", iv: iv }, used.key, plain),
    };
    try {
      await store.writing(["meta", "pack"], async function (on) {
        /* Signed out while it was under way, perhaps in again: not to come back. */
        if (!(await isHers(on.meta, me)) || !(await on.meta.get("key")) || (await on.meta.get("key:mark")) !== used.mark) { return; }
        await on.pack.put(row, me.id);
      });
    } catch (fault) {
      if (!field.isFull(fault)) { throw fault; } /* records go first; without a pack the pages still work online */
      await pack.forget();
    }
  }

  /* The content, or null: none, run out, or not to be opened any more. */
  pack.read = async function (me) {
    const kept = me && canSeal() && (await store.get("pack", me.id));
    if (!kept) { return null; }
    if (kept.expires_at < Date.now()) { await pack.forget(); return null; }
    try {
      const plain = await window.crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, await store.meta("key"), kept.bytes);
      return Object.assign(JSON.parse(new TextDecoder().decode(plain)), { fetched_at: kept.fetched_at });
    } catch (fault) {
      await pack.forget();
      return null;
    }
  };

  pack.forget = function () { return store.clear("pack"); };

  /* The household after this one, in the pack's own order, that was not written down today. */
  pack.next = function (content, id, done) {
    const rows = content.households;
    const at = rows.findIndex(function (row) { return row.id === id; });
    const after = rows.slice(at + 1).concat(rows.slice(0, Math.max(at, 0)));
    return after.find(function (row) { return !done.has(row.id); }) || null;
  };

  /* Digits are a door ("32501", "3-2-501"), letters the initials of name or compound, anything else words. */
  pack.find = function (rows, typed) {
    const words = typed.trim().toLowerCase();
    if (!words) { return rows; }
    const digits = words.replace(/[-－—\s号栋楼单元室]/g, "");
    if (/^\d+$/.test(digits)) {
      return rows.filter(function (row) { return row.label.replace(/\D/g, "").indexOf(digits) >= 0; });
    }
    if (/^[a-z]+$/.test(words)) {
      return rows.filter(function (row) { return (row.initials || "").toLowerCase().indexOf(words) >= 0; });
    }
    return rows.filter(function (row) { return [row.label, row.called, row.compound].join(" ").toLowerCase().indexOf(words) >= 0; });
  };
})();
