/* Sends what this phone keeps. A record leaves it only when the server repeats the record's own id: not because a request
   came back, nor because it came back with 200. */
(function () {
  "use strict";

  const field = window.field;
  const store = field.store;
  const PATIENCE = 20000; /* milliseconds for one answer */
  const LONGEST = 300; /* seconds between two tries */
  const GREETED = 300000; /* with nothing to send the server is asked this often at most */
  const COMPARED = 6 * 3600000; /* and its receipts are compared this often */
  const WEEK = 7 * 86400000;
  const REFUSALS = [400, 409, 413, 422];

  const outbox = field.outbox = {
    state: "", /* "" | sending | login | stranger | away */
    said: null, /* of the last run: how many were acknowledged of how many */
    hello: null,
    offset: null, /* seconds the server's clock is ahead of this one */
    tried: false, /* whether a run has ended since one was asked for */
    failures: 0,
    nextAt: 0,
  };
  let running = null;
  let again = "";

  function show(state) {
    outbox.state = state;
    field.changed();
  }

  async function ask(address, options) {
    const stop = new AbortController();
    const timer = setTimeout(function () { stop.abort(); }, PATIENCE);
    try {
      const answer = await fetch(address, Object.assign(
        { cache: "no-store", credentials: "same-origin", redirect: "manual", signal: stop.signal }, options));
      const isJson = /^application\/json\b/.test(answer.headers.get("content-type") || "");
      return { status: answer.status, body: isJson ? await answer.json() : null };
    } catch (fault) {
      return { status: 0, body: null }; /* no network, too slow, or no JSON after all: nothing was confirmed */
    } finally {
      clearTimeout(timer);
    }
  }

  outbox.ask = ask;

  /* Who the server takes us for, a fresh token, its time. Null where it could not be asked or nobody is signed in. */
  async function greet(me) {
    const waiting = await store.waiting(me.id);
    const about = {
      device: await store.device(),
      pending: waiting.length,
      oldest_pending_at: waiting.length ? new Date(Math.min.apply(null, waiting.map(function (row) { return row.saved_at; }))).toISOString() : null,
      app_version: field.version,
      persisted: await isPersisted(),
      free_mb: await field.space(),
      client_at: new Date().toISOString(),
      last_seq: await store.lastSeq(me.id),
    };
    const asked = Date.now();
    const answer = await ask("/sync/hello", json(about));
    const hello = answer.body;
    if (answer.status === 401) { outbox.state = "login"; return null; }
    if (answer.status !== 200 || !hello || !hello.user || !hello.csrf) { outbox.state = "away"; return null; }
    outbox.offset = Math.round((Date.parse(hello.server_time) - (asked + Date.now()) / 2) / 1000);
    outbox.hello = hello;
    await store.note("offset", outbox.offset);
    await store.note("greeted", Date.now());
    if (hello.user.id !== me.id) { outbox.state = "stranger"; return null; }
    return hello;
  }

  async function isPersisted() {
    return Boolean(navigator.storage && navigator.storage.persisted && (await navigator.storage.persisted()));
  }

  function json(body, token) {
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    if (token) { headers["X-CSRFToken"] = token; }
    return { method: "POST", headers: headers, body: JSON.stringify(body) };
  }

  function isStale(answer) { return answer.status === 403 && Boolean(answer.body) && answer.body.error === "csrf"; }

  /* One request that carries the token; where the token turned out to be old, once more with a new one. */
  async function send(run, request) {
    let answer = await request(run.hello.csrf);
    if (isStale(answer) && !run.refreshed) {
      run.refreshed = true;
      run.hello = (await greet(run.me)) || run.hello;
      if (outbox.state === "login" || outbox.state === "stranger") { return answer; }
      answer = await request(run.hello.csrf);
    }
    if (answer.status === 401) { outbox.state = "login"; }
    return answer;
  }

  /* "done" also where the server refuses the record for good; "broken" where it failed over it; "lost" where nobody knows. */
  async function submit(run, id) {
    const record = await store.freeze(id, outbox.offset);
    if (!record) { return "done"; } /* taken back meanwhile */
    const answer = await send(run, function (token) { return ask("/sync/submit", json(record.payload, token)); });
    const body = answer.body;
    if (answer.status === 200 && body && body.ack === id) {
      await store.acknowledged(id, body);
      run.acked++;
      return "done";
    }
    if (REFUSALS.indexOf(answer.status) >= 0 && (body || answer.status === 413)) {
      const conflict = answer.status === 409 && body.conflict === id;
      await store.refused(id, (body && body.words) || WORDS[answer.status], conflict);
      return "done";
    }
    return answer.status >= 500 ? "broken" : "lost";
  }

  const WORDS = {
    400: "这条记录服务器读不懂，还存在本机。请改后再存，或者导出交给社区管理员。",
    409: "同一条记录传过两次，内容不一样，两份都收下了，由社区核对。",
    413: "这条记录太大，服务器没有收下，还存在本机。请少写一些再存。",
    422: "这条记录服务器读不懂，还存在本机。请改后再存，或者导出交给社区管理员。",
  };

  async function sendPhoto(run, photo) {
    const row = await store.get("photos", photo.id);
    if (!row || row.sent_at) { return "done"; }
    const sum = await field.sha256(row.bytes);
    const answer = await send(run, function (token) {
      return ask("/sync/photo/" + photo.id + "/", {
        method: "PUT",
        headers: { "Content-Type": "image/jpeg", "X-Sha256": sum, "X-Submission": photo.submission, "X-CSRFToken": token },
        body: row.bytes,
      });
    });
    const body = answer.body;
    if (answer.status === 200 && body && body.ack === photo.id) {
      await store.photoSent(photo.id);
      return "done";
    }
    if (answer.status === 409 && body) {
      await store.photoSent(photo.id, body.words || "服务器上已有另一张");
      return "done";
    }
    return REFUSALS.indexOf(answer.status) >= 0 || answer.status >= 500 ? "broken" : "lost";
  }

  field.sha256 = async function (bytes) {
    const sum = await window.crypto.subtle.digest("SHA-256", bytes);
    return Array.from(new Uint8Array(sum), function (byte) { return (byte + 256).toString(16).slice(1); }).join("");
  };

  /* After a backup was restored the server may miss what it acknowledged. */
  async function compare(run, force) {
    const before = (await store.meta("compared:" + run.me.id)) || 0;
    if (!force && Date.now() - before < COMPARED) { return; }
    const since = new Date(Date.now() - WEEK + outbox.offset * 1000).toISOString();
    const answer = await ask("/sync/receipts/?since=" + encodeURIComponent(since), { headers: { Accept: "application/json" } });
    if (answer.status !== 200 || !answer.body || !answer.body.ids || !answer.body.photos) { return; }
    await store.missing(run.me.id, new Set(answer.body.ids), new Set(answer.body.photos));
    await store.note("compared:" + run.me.id, Date.now());
  }

  async function sendAll(run) {
    const due = (await store.waiting(run.me.id)).filter(function (row) { return row.held_until <= Date.now(); });
    run.of = due.length;
    let broken = 0;
    for (const record of due) {
      const found = await submit(run, record.id);
      if (found === "broken") { broken++; }
      /* One record the server stumbles over does not hold up the others; a server that is down holds up all. */
      if (found === "lost" || (found === "broken" && broken > 1)) { return false; }
      field.changed();
    }
    for (const photo of await store.photosToSend(run.me.id)) {
      const found = await sendPhoto(run, photo);
      if (found === "broken") { broken++; } /* tried again with the next run; the others go on */
      if (found === "lost" || broken > 2) { return false; }
      field.changed();
    }
    return broken === 0;
  }

  async function run(why) {
    const me = await field.who();
    if (!me) { return; }
    const forced = why === "button" || why === "upload";
    const all = await store.waiting(me.id);
    if (why === "button") { /* who asks for it does not want it back */
      for (const row of all) { if (row.held_until) { await store.release(row.id); } }
    }
    const waiting = all.filter(function (row) { return why === "button" || row.held_until <= Date.now(); });
    const held = all.filter(function (row) { return row.held_until > Date.now(); }).map(function (row) { return row.held_until; });
    if (held.length && why !== "button") {
      setTimeout(function () { outbox.flush("saved"); }, Math.min.apply(null, held) - Date.now() + 50);
    }
    const photos = await store.photosToSend(me.id);
    const greeted = (await store.meta("greeted")) || 0;
    if (!forced && !waiting.length && !photos.length && Date.now() - greeted < GREETED) { return; }
    show("sending");
    const now = { me: me, acked: 0, of: waiting.length, refreshed: false, hello: await greet(me) };
    let ok = Boolean(now.hello);
    if (ok) {
      await compare(now, forced);
      ok = await sendAll(now);
      await field.pack.refresh(now.hello, me);
      await store.tidy();
    }
    if (now.of || forced) { outbox.said = { acked: now.acked, of: now.of, ok: ok }; }
    if (ok) { outbox.failures = 0; outbox.nextAt = 0; show(""); return; }
    outbox.failures++;
    const wait = Math.min(LONGEST, Math.pow(2, outbox.failures)) * 1000;
    outbox.nextAt = Date.now() + wait;
    setTimeout(function () { outbox.flush("retry"); }, wait);
    show(outbox.state === "sending" ? "away" : outbox.state);
  }

  /* Tries to send. Triggers of chance wait for the back-off; what a person or the network itself says does not. */
  outbox.flush = function (why) {
    const patient = why === "timer" || why === "retry" || why === "visible";
    if (patient && (document.visibilityState !== "visible" || Date.now() < outbox.nextAt - 50)) { return Promise.resolve(); }
    if (running) {
      /* Something new to send, or somebody who asks: once more after this run. A mere look joins it. */
      if (why === "button" || why === "saved" || why === "online") { again = why; }
      return running;
    }
    running = field.locked("outbox", function () { return run(why); })
      .then(function (got) { if (got === field.BUSY) { field.changed(); } })
      .catch(function (fault) { show("away"); console.warn("outbox", fault); })
      .then(function () {
        running = null;
        if (!again) { outbox.tried = true; field.changed(); }
        const once = again;
        again = "";
        if (once) { return outbox.flush(once); }
      });
    return running;
  };

  outbox.start = function () {
    outbox.flush("load");
    window.addEventListener("online", function () { outbox.flush("online"); });
    window.addEventListener("pageshow", function (event) { if (event.persisted) { outbox.flush("pageshow"); } });
    document.addEventListener("visibilitychange", function () {
      if (document.visibilityState === "visible") { outbox.flush("visible"); }
    });
    setInterval(function () { outbox.flush("timer"); }, 60000);
  };
})();
