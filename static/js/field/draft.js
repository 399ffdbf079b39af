/* What is being typed is kept while it is typed, for each person and household, and comes back silently. */
(function () {
  "use strict";

  const field = window.field;
  const store = field.store;
  const PAUSE = 500;
  const LEFT_OUT = ["csrfmiddlewaretoken", "then"];
  const draft = field.draft = { key: null, ours: false, dirty: false, saving: false, saved: false };
  let form = null;
  let me = null;
  let timer = null;
  let initial = "";

  /* The form as the server's VisitForm reads it: {name: [texts]}, without files and empty answers. */
  draft.fields = function (of, submitter) {
    const fields = {};
    const put = function (name, text) { if (text !== "") { (fields[name] = fields[name] || []).push(text); } };
    new FormData(of).forEach(function (value, name) {
      if (typeof value === "string" && LEFT_OUT.indexOf(name) < 0) { put(name, value); }
    });
    if (submitter && submitter.name === "outcome") { fields.outcome = [submitter.value]; }
    return fields;
  };

  function snapshot() {
    const fields = draft.fields(form);
    delete fields.submission;
    return JSON.stringify(fields);
  }

  draft.start = async function (visit, person) {
    form = visit;
    me = person;
    draft.key = field.draftKey(me.id, Number(form.dataset.household));
    initial = snapshot();
    draft.ours = await take();
    if (!draft.ours) { field.tell(form, "soon", "这一户正在另一个页面里填写。在这里保存会另记一次走访，那一页的草稿不动。"); return; }
    const kept = await found();
    if (kept) { await restore(kept); }
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    window.addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") { draft.keep(); } });
    if (snapshot() !== initial) { draft.dirty = true; later(); } /* typed before this script was there */
  };

  function isRecord(on, submission) {
    return Promise.all([on.outbox.get(submission), on.sent.get(submission)]).then(function (rows) { return Boolean(rows[0] || rows[1]); });
  }

  /* The draft to go on with. One that has become a record is none: what is typed into it would be that record again. */
  function found() {
    return store.writing(["drafts", "outbox", "sent"], async function (on) {
      const kept = await on.drafts.get(draft.key);
      if (!kept || !(await isRecord(on, kept.submission))) { return kept; }
      await on.drafts.delete(draft.key);
      return null;
    });
  }

  /* One page at a time writes a draft, for as long as it is open. A page just left may need a moment to let go. */
  async function take() {
    for (let tries = 0; tries < 5; tries++) {
      if (await once()) { return true; }
      await new Promise(function (resolve) { setTimeout(resolve, 200); });
    }
    return false;
  }

  function once() {
    return new Promise(function (resolve) {
      field.locked("draft:" + draft.key, function () {
        resolve(true);
        return new Promise(function () {});
      }).then(function () { resolve(false); });
    });
  }

  function later() {
    draft.dirty = true;
    clearTimeout(timer);
    timer = setTimeout(draft.keep, PAUSE);
  }

  function isToKeep() { return draft.ours && draft.dirty && !draft.saved; }

  function row() {
    return { key: draft.key, user: me.id, household: Number(form.dataset.household), label: form.dataset.label,
      submission: form.elements.submission.value, fields: draft.fields(form), saved_at: Date.now() };
  }

  /* A page that is going away finishes nothing that takes time: a note at once, which the next page puts in its place. */
  function leave() {
    clearTimeout(timer);
    if (!isToKeep()) { return; }
    try { localStorage.setItem(field.NOTE + draft.key, JSON.stringify(row())); } catch (full) { /* what the pause kept is there */ }
  }

  draft.keep = async function () {
    clearTimeout(timer);
    if (!isToKeep() || draft.saving) { return; }
    const now = row();
    try {
      await store.writing(["drafts", "outbox", "sent"], async function (on) {
        if (!(await isRecord(on, now.submission))) { await on.drafts.put(now); }
      });
    } catch (fault) {
      if (!field.isFull(fault)) { throw fault; }
      field.tell(form, "over", field.FULL);
    }
  };

  /* While the record is being written no draft is; a page that goes away meanwhile still leaves its note. */
  draft.pause = function () {
    clearTimeout(timer);
    draft.saving = true;
  };

  draft.resume = function () {
    draft.saving = draft.saved = false;
    if (draft.dirty) { later(); }
  };

  async function restore(kept) {
    form.elements.submission.value = kept.submission;
    Array.from(form.elements).forEach(function (control) {
      if (!control.name || ["hidden", "file", "submit", "button"].indexOf(control.type) >= 0) { return; }
      if (LEFT_OUT.indexOf(control.name) >= 0) { return; }
      const values = kept.fields[control.name] || [];
      if (control.type === "checkbox" || control.type === "radio") { control.checked = values.indexOf(control.value) >= 0; }
      else { control.value = values[0] || ""; }
    });
    const more = form.querySelector("details");
    if (more && Array.from(more.querySelectorAll("input, select, textarea")).some(isAnswered)) { more.open = true; }
    await field.photos.restore(form, kept.submission);
    draft.dirty = true;
    bar(kept);
  }

  function isAnswered(control) {
    if (control.name === "way") { return control.checked && !control.defaultChecked; }
    return control.type === "checkbox" || control.type === "radio" ? control.checked : control.type !== "file" && control.value;
  }

  function bar(kept) {
    const at = new Date(kept.saved_at);
    const day = at.toDateString() === new Date().toDateString() ? "" : at.getMonth() + 1 + "月" + at.getDate() + "日 ";
    const notice = field.tell(form, "", "已恢复" + day + clock(at) + "的草稿。");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-link p-0 align-baseline";
    button.dataset.discard = "";
    button.textContent = "放弃";
    button.addEventListener("click", async function () {
      clearTimeout(timer);
      await store.discardDraft(draft.key);
      form.reset();
      form.elements.submission.value = field.uuid();
      field.photos.clear(form);
      draft.dirty = false;
      notice.parentElement.remove();
      field.changed();
    });
    notice.lastElementChild.append(button);
  }

  function clock(at) { return at.getHours() + ":" + String(at.getMinutes()).padStart(2, "0"); }

  field.clock = clock;
  field.FULL = "手机存储满了，这一页的内容还没有存进手机，都还在这一页上。请不要关掉本页：到相册或别的应用里删一些东西腾出空间，再点保存。";

  /* A notice at the top of the form; one of a kind at a time. */
  field.tell = function (of, kind, words) {
    const old = of.querySelector('[data-told="' + kind + '"]');
    if (old) { old.remove(); }
    const place = document.createElement("div");
    place.className = "px-3 py-2";
    place.dataset.told = kind;
    const notice = document.createElement("div");
    notice.className = ("notice " + kind).trim();
    notice.setAttribute("role", kind === "over" ? "alert" : "status");
    const text = document.createElement("span");
    text.textContent = words;
    notice.append(text);
    place.append(notice);
    of.prepend(place);
    return notice;
  };
})();
