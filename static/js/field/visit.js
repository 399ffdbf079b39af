/* The visit form: saving puts a record on this phone and goes on; sending is the outbox's business. */
(function () {
  "use strict";

  const field = window.field;
  const store = field.store;
  const visit = field.visit = {};
  const SPOKEN_TO = ["met", "phoned"];
  let form = null;
  let me = null;
  let pressed = null;
  let saving = false;

  visit.start = async function (found, person) {
    form = found;
    me = person;
    if (!form.elements.submission.value) { form.elements.submission.value = field.uuid(); }
    form.addEventListener("click", function (event) {
      const button = event.target.closest("button, input[type=submit]");
      if (button) { pressed = button; }
    });
    /* Before ui.js, whose guard against second taps is made for pages that reload. */
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      event.stopPropagation();
      save(event.submitter || pressed);
    });
    field.photos.start(form, me);
    await field.draft.start(form, me);
  };

  /* What VisitForm would refuse: said while the visitor is still at the door. */
  function fault(fields) {
    const outcome = (fields.outcome || [""])[0];
    const topics = fields.topics || [];
    const told = Object.keys(fields).some(function (name) { return name.indexOf("told-") === 0; });
    const heard = topics.some(function (code) { return code !== "fine"; });
    if (!outcome) { return ["outcome", "请选走访结果。"]; }
    if (topics.indexOf("fine") >= 0 && topics.length > 1) {
      return ["topics", "选了“一切正常”，就不用再选别的；有事就去掉“一切正常”。"];
    }
    if (SPOKEN_TO.indexOf(outcome) < 0 && (heard || told)) {
      return ["outcome", "没有见到人也没有联系上，就没有说到的事。请改走访结果，或者去掉说到的事。"];
    }
    if (fields.written_later && (!fields.day || !fields.part)) {
      return ["day", "补记请选是今天还是昨天，上午、下午还是晚上。"];
    }
    const date = form.elements.next_date;
    if (date && !date.validity.valid) { return ["next_date", "约好的日子不对，请重新选。"]; }
    return null;
  }

  function refuse(found) {
    const notice = field.tell(form, "over", found[1] + "还没有保存，填的都在。");
    notice.scrollIntoView({ block: "center" }); /* the words first: where to put it right is near them or in focus */
    const control = form.querySelector('[name="' + found[0] + '"]:not([type=hidden])');
    if (!control) { return; }
    const folded = control.closest("details");
    if (folded) { folded.open = true; }
    control.focus({ preventScroll: true });
  }

  function summary(fields) {
    const handled = function (what) {
      return (fields.topics || []).filter(function (code) { return (fields["handling-" + code] || [""])[0] === what; }).length;
    };
    const parts = [];
    if (handled("case")) { parts.push("立案" + handled("case") + "件"); }
    if (handled("refer")) { parts.push("交社区定" + handled("refer") + "件"); }
    if (handled("wish")) { parts.push("微心愿" + handled("wish") + "个"); }
    return parts.join("，");
  }

  function outcomeWords(value) {
    const control = form.querySelector('[name=outcome][value="' + value + '"]');
    if (!control) { return ""; }
    const label = control.closest(".chip") || control.parentElement;
    return label.textContent.trim();
  }

  async function save(submitter) {
    if (saving) { return; }
    const fields = field.draft.fields(form, submitter);
    const found = fault(fields);
    if (found) { refuse(found); return; }
    busy(true);
    field.draft.pause();
    let record;
    try {
      record = await keep(fields);
    } catch (problem) {
      busy(false);
      field.draft.resume();
      if (!field.isFull(problem)) { field.tell(form, "over", "没有存下，填的都在这一页上。请再点一次保存；还不行就先不要关掉本页。"); throw problem; }
      field.tell(form, "over", field.FULL);
      return;
    }
    sessionStorage.setItem("field:saved", JSON.stringify({ id: record.id, label: record.label, until: record.held_until }));
    field.changed();
    await goOn(submitter, fields);
  }

  async function keep(fields) {
    const id = fields.submission[0];
    const now = Date.now();
    const household = Number(form.dataset.household);
    const payload = {
      id: id, kind: "visit", schema_version: 1, device: await store.device(), client_at: new Date(now).toISOString(),
      user: me.id, household: household, label: form.dataset.label, fields: fields,
    };
    const record = {
      id: id, user: me.id, household: household, label: form.dataset.label, state: "waiting", saved_at: now,
      words: outcomeWords(fields.outcome[0]), more: summary(fields), payload: payload,
    };
    const kept = await store.save(record, field.draft.ours ? field.draft.key : null);
    field.draft.saved = true;
    await field.photos.settle(kept.id, kept.payload.fields);
    if (navigator.storage && navigator.storage.persist) { navigator.storage.persist(); }
    return kept;
  }

  function busy(on) {
    saving = on;
    form.setAttribute("aria-busy", String(on));
    form.querySelectorAll("button").forEach(function (button) { button.disabled = on; });
  }

  /* The server knows who is due, but not what is still on this phone. */
  async function nextDoor(fields) {
    const query = new URLSearchParams();
    (await store.waiting(me.id)).forEach(function (row) { query.append("written", row.household); });
    if (fields.written_later) {
      query.set("later", "1");
      ["day", "part"].forEach(function (name) { query.set(name, fields[name][0]); });
    }
    return "/field/households/" + form.dataset.household + "/next/?" + query;
  }

  async function goOn(submitter, fields) {
    const address = submitter && submitter.value === "stay" ? "/field/" : await nextDoor(fields);
    const reachable = navigator.onLine !== false || (navigator.serviceWorker && navigator.serviceWorker.controller);
    if (reachable) { location.assign(address); return; }
    /* Nothing would open: stay on what is loaded, and let it be taken back here. */
    form.hidden = true;
    const place = document.createElement("div");
    place.className = "empty";
    const words = document.createElement("b");
    words.textContent = form.dataset.label + "已存本机";
    const more = document.createElement("p");
    more.textContent = "没有网络，下一户要等有网才能打开。";
    const go = document.createElement("button");
    go.type = "button";
    go.className = "btn btn-primary";
    go.textContent = "去下一户";
    go.addEventListener("click", function () { location.assign(address); });
    place.append(words, more, go);
    form.after(place);
    field.toast();
  }

  window.addEventListener("pageshow", function (event) { if (event.persisted && saving) { location.reload(); } });
})();
