/* What this phone keeps: records, photos, drafts, receipts. One database; every row belongs to a person.

   outbox  records not acknowledged by the server: {id, user, seq, state: waiting | refused, held_until, payload, …}
   photos  pictures as bytes, by their own id, of a draft or a record
   drafts  forms being written, one for each person and household
   sent    records the server acknowledged, kept 7 days to be compared with its receipts
   pack    the person's households, sealed; meta: the device, sequences, the key of the pack, who signed in last */
(function () {
  "use strict";

  const field = window.field;
  const NAME = "weidu-field";
  const DAY = 86400000;
  const KEPT_FOR = 7 * DAY;
  const HELD_FOR = 10000; /* how long a record can be taken back */
  const STRICT = { durability: "strict" }; /* on the disk before one is told so */

  /* --- the database; a phone that was asleep may have lost it, so one call is tried twice */

  let opened = null;

  function open() {
    if (opened) { return opened; }
    opened = window.idb.openDB(NAME, 1, {
      upgrade: function (db) {
        db.createObjectStore("outbox", { keyPath: "id" }).createIndex("user", "user");
        db.createObjectStore("photos", { keyPath: "id" }).createIndex("submission", "submission");
        db.createObjectStore("drafts", { keyPath: "key" }).createIndex("user", "user");
        db.createObjectStore("sent", { keyPath: "id" }).createIndex("user", "user");
        db.createObjectStore("pack");
        db.createObjectStore("meta");
      },
      blocking: function () { forget(); },
      terminated: function () { opened = null; },
    }).then(function (db) {
      localStorage.setItem(NAME, "1"); /* other pages see by this that there is something to ask about */
      return db;
    });
    opened.catch(function () { opened = null; });
    return opened;
  }

  function forget() {
    if (opened) { opened.then(function (db) { db.close(); }, function () {}); }
    opened = null;
  }

  async function using(work) {
    try {
      return await work(await open());
    } catch (fault) {
      if (fault.name !== "InvalidStateError" && fault.name !== "UnknownError") { throw fault; }
      forget();
      return work(await open());
    }
  }

  /* Runs `work(stores, tx)` in one transaction that is on the disk when the promise resolves. */
  function writing(names, work) {
    return using(async function (db) {
      const tx = db.transaction(names, "readwrite", STRICT);
      const stores = {};
      names.forEach(function (name) { stores[name] = tx.objectStore(name); });
      let result;
      try {
        result = await work(stores);
      } catch (fault) {
        try { tx.abort(); } catch (already) { /* the database aborted it itself */ }
        await tx.done.catch(function () {});
        throw fault;
      }
      await tx.done;
      return result;
    });
  }

  function of(name, user) {
    return using(function (db) { return db.getAllFromIndex(name, "user", user); });
  }

  const store = field.store = {
    HELD_FOR: HELD_FOR,
    writing: writing,
    get: function (name, key) { return using(function (db) { return db.get(name, key); }); },
    put: function (name, row, key) { return using(function (db) { return db.put(name, row, key); }); },
    remove: function (name, key) { return using(function (db) { return db.delete(name, key); }); },
    keys: function (name) { return using(function (db) { return db.getAllKeys(name); }); },
    clear: function (name) { return using(function (db) { return db.clear(name); }); },
    meta: function (key) { return store.get("meta", key); },
    note: function (key, value) { return store.put("meta", value, key); },
  };

  /* --- who: on a page of the server its user, in the shell whoever was signed in last */

  let who = null;
  field.who = function () {
    if (!who) { who = known(); }
    return who;
  };

  async function known() {
    const user = Number(field.about.dataset.user) || 0;
    if (!user) { return (await store.meta("who")) || null; }
    const person = { id: user, called: field.about.dataset.called };
    const before = await store.meta("who");
    if (!before || before.id !== user) {
      await writing(["meta", "pack"], function (on) {
        on.pack.clear(); /* of whoever had the phone before */
        return on.meta.put(person, "who");
      });
    }
    return person;
  }

  store.device = async function () {
    return writing(["meta"], async function (on) {
      const known = await on.meta.get("device");
      const device = known || field.uuid();
      if (!known) { await on.meta.put(device, "device"); }
      return device;
    });
  };

  /* --- records */

  async function next(meta, user) {
    const used = (await meta.get("seq:" + user)) || { last: 0, free: [] };
    const seq = used.free.length ? used.free.shift() : ++used.last;
    await meta.put(used, "seq:" + user);
    return seq;
  }

  /* Only numbers this phone gave out: a record read in from another one has that phone's. */
  async function free(meta, record) {
    const used = await meta.get("seq:" + record.user);
    if (!used || record.payload.device !== (await meta.get("device"))) { return; }
    used.free.push(record.seq);
    await meta.put(used, "seq:" + record.user);
  }

  store.lastSeq = async function (user) { return ((await store.meta("seq:" + user)) || { last: 0 }).last; };

  /* The record into the outbox and its draft away, or neither. The same record twice is one; other words under a known id
     are a record of their own. */
  store.save = function (record, draft) {
    return writing(["outbox", "sent", "drafts", "photos", "meta"], async function (on) {
      const known = (await on.outbox.get(record.id)) || (await on.sent.get(record.id));
      const isSame = known && content(known) === content(record);
      const kept = isSame ? known : known ? await apart(on.photos, record, known) : record;
      if (!isSame) {
        kept.seq = await next(on.meta, record.user);
        kept.held_until = Date.now() + HELD_FOR;
        await on.outbox.add(kept);
      }
      if (draft) { await on.drafts.delete(draft); }
      return kept;
    });
  };

  function content(record) {
    const fields = record.payload.fields;
    const names = Object.keys(fields).filter(function (name) { return name !== "submission"; }).sort();
    return JSON.stringify(names.map(function (name) { return [name, fields[name]]; }));
  }

  /* The record under a new id. Photos that `known` names stay with it and are copied, the others come along. */
  async function apart(photos, record, known) {
    const id = field.uuid();
    const theirs = JSON.stringify(known.payload.fields);
    let fields = JSON.stringify(Object.assign({}, record.payload.fields, { submission: [id] }));
    for (const photo of await photos.index("submission").getAll(record.id)) {
      const isTheirs = theirs.indexOf(photo.id) >= 0;
      if (isTheirs && fields.indexOf(photo.id) < 0) { continue; }
      const own = Object.assign({}, photo, { submission: id, id: isTheirs ? field.uuid() : photo.id });
      if (isTheirs) { delete own.sent_at; delete own.fault; fields = fields.split(photo.id).join(own.id); }
      await photos.put(own);
    }
    const payload = Object.assign({}, record.payload, { id: id, fields: JSON.parse(fields) });
    return Object.assign({}, record, { id: id, payload: payload });
  }

  /* What is sent from now on never changes: the same id always means the same content. */
  store.freeze = function (id, offset) {
    return writing(["outbox", "meta"], async function (on) {
      const record = await on.outbox.get(id);
      if (!record || record.state !== "waiting") { return null; }
      if (!record.tried_at) {
        record.tried_at = Date.now();
        record.payload.seq = record.seq;
        record.payload.clock_offset = offset;
        await on.outbox.put(record);
      }
      return record;
    });
  };

  /* What is being written about the household meanwhile is not written over. */
  async function isTaken(drafts, record) {
    const other = await drafts.get(field.draftKey(record.user, record.household));
    return Boolean(other) && other.submission !== record.id;
  }

  /* Taken back within ten seconds: the record is a draft again. False where it is under way already, "taken" where
     there is another draft. */
  store.undo = function (id) {
    return writing(["outbox", "drafts", "meta"], async function (on) {
      const record = await on.outbox.get(id);
      if (!record || record.tried_at) { return false; }
      if (await isTaken(on.drafts, record)) { return "taken"; }
      await on.outbox.delete(id);
      await on.drafts.put(draftOf(record, record.id));
      await free(on.meta, record);
      return true;
    });
  };

  function draftOf(record, submission) {
    const fields = Object.assign({}, record.payload.fields, { submission: [submission] });
    return { key: field.draftKey(record.user, record.household), user: record.user, household: record.household,
      label: record.label, submission: submission, fields: fields, saved_at: Date.now() };
  }

  field.draftKey = function (user, household) { return user + ":" + household; };

  /* A refused record to be changed: a new one with the same words, for the server may hold something under the old id. */
  store.reopen = function (id) {
    return writing(["outbox", "drafts", "photos", "meta"], async function (on) {
      const record = await on.outbox.get(id);
      if (!record || record.state !== "refused") { return null; }
      if (await isTaken(on.drafts, record)) { return "taken"; }
      const draft = draftOf(record, field.uuid());
      await on.drafts.put(draft);
      const photos = await on.photos.index("submission").getAll(id);
      for (const photo of photos) {
        photo.submission = draft.submission;
        await on.photos.put(photo);
      }
      await on.outbox.delete(id);
      await free(on.meta, record);
      return draft;
    });
  };

  store.acknowledged = function (id, answer) {
    return writing(["outbox", "sent"], async function (on) {
      const record = await on.outbox.get(id);
      if (!record) { return; }
      record.acked_at = Date.now();
      record.answer = { state: answer.state || "", words: answer.words || "" };
      await on.sent.put(record);
      await on.outbox.delete(id);
    });
  };

  store.refused = function (id, words, conflict) {
    return change(["outbox"], "outbox", id, function (record) {
      record.state = "refused";
      record.conflict = Boolean(conflict);
      record.fault = words;
    });
  };

  store.retry = function (id) {
    return change(["outbox"], "outbox", id, function (record) { record.state = "waiting"; record.fault = ""; });
  };

  /* Read and understood: what the server holds needs nobody at this phone any more. */
  store.seen = function (id) {
    return writing(["outbox", "sent"], async function (on) {
      const refused = await on.outbox.get(id);
      const record = refused || (await on.sent.get(id));
      if (!record || (refused && !refused.conflict)) { return; }
      record.seen_at = Date.now();
      record.acked_at = record.acked_at || Date.now();
      await on.sent.put(record);
      await on.outbox.delete(id);
    });
  };

  store.release = function (id) {
    return change(["outbox"], "outbox", id, function (record) { record.held_until = 0; });
  };

  function change(names, name, id, how) {
    return writing(names, async function (on) {
      const row = await on[name].get(id);
      if (row) { how(row); await on[name].put(row); }
      return row;
    });
  }

  store.waiting = async function (user) {
    const rows = await of("outbox", user);
    return rows.filter(function (row) { return row.state === "waiting"; }).sort(function (a, b) { return a.seq - b.seq; });
  };

  store.photoSent = function (id, fault) {
    return change(["photos"], "photos", id, function (row) { row.sent_at = Date.now(); row.fault = fault || ""; });
  };

  /* Ids of photos of acknowledged records that are not acknowledged themselves. */
  store.photosToSend = async function (user) {
    const found = [];
    for (const record of await of("sent", user)) {
      for (const photo of await store.photosOf(record.id)) {
        if (!photo.sent_at) { found.push({ id: photo.id, submission: record.id }); }
      }
    }
    return found;
  };

  store.photosOf = function (submission) {
    return using(function (db) { return db.getAllFromIndex("photos", "submission", submission); });
  };

  /* Everything the 上传 page and the pill show about a person. */
  store.overview = async function (user) {
    const seen = { kept: [], stuck: [], today: [], drafts: await of("drafts", user), oldest: null };
    for (const record of await of("outbox", user)) {
      record.photos = await photosCount(record);
      (record.state === "refused" ? seen.stuck : seen.kept).push(record);
      if (!seen.oldest || record.saved_at < seen.oldest) { seen.oldest = record.saved_at; }
    }
    const midnight = new Date().setHours(0, 0, 0, 0);
    for (const record of await of("sent", user)) {
      record.photos = await photosCount(record);
      if (record.photos.sent < record.photos.all) { seen.kept.push(record); }
      else if (record.answer && record.answer.state === "review" && !record.seen_at) { seen.stuck.push(record); }
      else if (record.acked_at >= midnight) { seen.today.push(record); }
    }
    seen.kept.sort(function (a, b) { return a.saved_at - b.saved_at; });
    seen.today.sort(function (a, b) { return b.acked_at - a.acked_at; });
    return seen;
  };

  async function photosCount(record) {
    const rows = await store.photosOf(record.id);
    return { all: rows.length, sent: rows.filter(function (row) { return row.sent_at; }).length };
  }

  /* The server lost something it had acknowledged: back into the outbox, as it was. */
  store.missing = function (user, ids, photos) {
    return writing(["outbox", "sent", "photos"], async function (on) {
      let back = 0;
      const rows = await on.sent.index("user").getAll(user);
      for (const record of rows) {
        if (record.conflict) { continue; }
        if (ids.has(record.id)) {
          for (const photo of await on.photos.index("submission").getAll(record.id)) {
            if (photo.sent_at && !photo.fault && !photos.has(photo.id)) { delete photo.sent_at; await on.photos.put(photo); back++; }
          }
          continue;
        }
        for (const photo of await on.photos.index("submission").getAll(record.id)) {
          delete photo.sent_at;
          await on.photos.put(photo);
        }
        delete record.acked_at;
        record.state = "waiting";
        await on.outbox.put(record);
        await on.sent.delete(record.id);
        back++;
      }
      return back;
    });
  };

  /* What is older than a week and acknowledged; photos that belong to nothing any more. */
  store.tidy = function () {
    return writing(["outbox", "sent", "photos", "drafts"], async function (on) {
      const used = new Set(await on.outbox.getAllKeys());
      for (const draft of await on.drafts.getAll()) { used.add(draft.submission); }
      for (const record of await on.sent.getAll()) {
        const photos = await on.photos.index("submission").getAll(record.id);
        const done = photos.every(function (photo) { return photo.sent_at; });
        if (done && record.acked_at < Date.now() - KEPT_FOR) { await on.sent.delete(record.id); } else { used.add(record.id); }
      }
      for (const photo of await on.photos.getAll()) {
        if (!used.has(photo.submission) && photo.taken_at < Date.now() - DAY) { await on.photos.delete(photo.id); }
      }
    });
  };

  /* Records of another phone, frozen as they were there: its device and its sequence stay theirs. */
  store.takeIn = function (bundle, user, bytesOf) {
    return writing(["outbox", "sent", "photos"], async function (on) {
      for (const one of bundle.records) {
        const payload = one.payload;
        if ((await on.outbox.get(payload.id)) || (await on.sent.get(payload.id))) { continue; }
        await on.outbox.add({ id: payload.id, user: user, seq: payload.seq, household: payload.household, label: payload.label,
          words: one.words, more: one.more, state: "waiting", saved_at: one.saved_at, held_until: 0, tried_at: Date.now(), payload: payload });
      }
      for (const photo of bundle.photos) {
        if (await on.photos.get(photo.id)) { continue; }
        await on.photos.add({ id: photo.id, submission: photo.submission, user: user, name: photo.name, bytes: bytesOf(photo.base64), taken_at: Date.now() });
      }
    });
  };

  store.discardDraft = function (key) {
    return writing(["drafts", "photos", "outbox", "sent"], async function (on) {
      const draft = await on.drafts.get(key);
      if (!draft) { return; }
      await on.drafts.delete(key);
      if ((await on.outbox.get(draft.submission)) || (await on.sent.get(draft.submission))) { return; }
      for (const id of await on.photos.index("submission").getAllKeys(draft.submission)) { await on.photos.delete(id); }
    });
  };

  /* Notes that pages left while they went away: into the drafts, unless saved since or older than what is there. */
  field.NOTE = "field:draft:";
  store.takeNotes = async function (user) {
    const mine = Object.keys(localStorage).filter(function (key) { return key.indexOf(field.NOTE + user + ":") === 0; });
    for (const key of mine) {
      const note = JSON.parse(localStorage.getItem(key));
      await writing(["drafts", "outbox", "sent"], async function (on) {
        if ((await on.outbox.get(note.submission)) || (await on.sent.get(note.submission))) { return; }
        const kept = await on.drafts.get(note.key);
        if (!kept || kept.saved_at < note.saved_at) { await on.drafts.put(note); }
      });
      localStorage.removeItem(key);
    }
  };

  store.drafts = function (user) { return of("drafts", user); };
})();
