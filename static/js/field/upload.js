/* 上传: what is on this phone, in three words; what one can do about it; whether the phone is fit. */
(function () {
  "use strict";

  const field = window.field;
  const store = field.store;
  const AHEAD = 600; /* seconds a clock may be wrong before one is told */
  const upload = field.upload = {};
  let place = null;
  let me = null;

  function one(selector) { return place.querySelector(selector); }

  upload.start = async function (found, person) {
    place = found;
    me = person;
    place.hidden = false;
    one("[data-upload-now]").addEventListener("click", function () {
      if (navigator.storage && navigator.storage.persist) { navigator.storage.persist(); }
      field.outbox.said = null;
      field.outbox.tried = false;
      place.setAttribute("aria-busy", "true");
      field.outbox.flush("button");
    });
    one("[data-export]").addEventListener("click", rescue);
    one("[data-import]").addEventListener("change", readIn);
    place.addEventListener("click", act);
    document.addEventListener("field:changed", draw);
    window.addEventListener("online", draw);
    window.addEventListener("offline", draw);
    field.outbox.tried = false;
    place.setAttribute("aria-busy", "true");
    await draw();
    field.outbox.flush("upload");
  };

  async function draw() {
    const seen = await store.overview(me.id);
    ["stuck", "kept", "today"].forEach(function (name) { one('[data-count="' + name + '"]').textContent = seen[name].length; });
    ["stuck", "kept", "drafts", "today"].forEach(function (name) { list(name, seen[name]); });
    one('[data-list="rescue"]').hidden = !seen.kept.length && !seen.stuck.length;
    say(seen);
    await check();
  }

  function list(name, rows) {
    const section = one('[data-list="' + name + '"]');
    section.hidden = !rows.length;
    section.querySelector("h2 small").textContent = rows.length + "条";
    section.querySelector("ul").replaceChildren.apply(section.querySelector("ul"), rows.map(function (row) { return line(name, row); }));
  }

  function line(name, row) {
    const item = document.querySelector('template[data-line="' + name + '"]').content.cloneNode(true).firstElementChild;
    const put = function (key, words) { const at = item.querySelector('[data-is="' + key + '"]'); if (at) { at.textContent = words; } };
    item.dataset.id = row.id || row.key;
    put("label", row.label);
    put("words", row.words);
    put("more", name === "drafts" ? when(row.saved_at) + "写到一半" : more(row));
    put("fault", row.fault || (row.answer && row.answer.words));
    if (name === "drafts") { item.querySelector("a").href = "/field/households/" + row.household + "/visit/"; }
    if (name === "stuck") {
      const held = row.conflict || row.acked_at; /* the server has it: to be read, not to be sent again */
      item.querySelector("[data-do=seen]").hidden = !held;
      item.querySelector("[data-do=again]").hidden = item.querySelector("[data-do=edit]").hidden = Boolean(held);
    }
    return item;
  }

  function more(row) {
    const parts = row.more ? [row.more] : [];
    if (row.photos.all) { parts.push("照片" + row.photos.sent + "/" + row.photos.all); }
    parts.push(when(row.acked_at || row.saved_at) + (row.acked_at ? "上传" : ""));
    return parts.join("　");
  }

  function when(stamp) {
    const at = new Date(stamp);
    const day = at.toDateString() === new Date().toDateString() ? "" : at.getMonth() + 1 + "月" + at.getDate() + "日 ";
    return day + field.clock(at);
  }

  /* Success is said by acknowledgements only. */
  function say(seen) {
    const outbox = field.outbox;
    const isOff = navigator.onLine === false || outbox.state === "away";
    const notice = one("[data-upload-notice]");
    notice.hidden = !isOff || outbox.state === "login";
    notice.querySelector("span").textContent = navigator.onLine === false
      ? "没有网络，可以照常走访。记录都在这部手机里，有网后自动上传。"
      : "现在连不上服务器，记录都在这部手机里，稍后自动再传。";
    one("[data-upload-login]").hidden = outbox.state !== "login";
    if (outbox.state === "stranger" && outbox.hello) {
      notice.hidden = false;
      notice.querySelector("span").textContent = "这部手机现在由" + outbox.hello.user.called + "登录。" + me.called + "的记录要等本人登录后才能上传。";
    }
    place.setAttribute("aria-busy", String(outbox.state === "sending" || !outbox.tried));
    one("[data-upload-now]").disabled = outbox.state === "sending";
    let words = "";
    if (outbox.state === "sending") { words = "正在上传…"; }
    else if (outbox.said && outbox.said.of) {
      words = "已上传 " + outbox.said.acked + " / " + outbox.said.of + (outbox.said.acked < outbox.said.of ? "，其余还存在本机。" : "");
    } else if (outbox.said && outbox.said.ok && !seen.kept.length) { words = "没有要上传的记录。"; }
    one("[data-upload-said]").textContent = words;
  }

  async function act(event) {
    const button = event.target.closest("[data-do]");
    if (!button) { return; }
    const id = button.closest("li").dataset.id;
    if (button.dataset.do === "seen") { await store.seen(id); }
    if (button.dataset.do === "again") { await store.retry(id); field.outbox.flush("button"); }
    if (button.dataset.do === "edit") {
      const draft = await store.reopen(id);
      if (draft === "taken") {
        field.tell(place, "soon", "这一户另有一份没写完的草稿，两份都在。请先把草稿写完保存，或者打开草稿点“放弃”，再来改这一条。");
        return;
      }
      if (draft) { location.assign("/field/households/" + draft.household + "/visit/"); return; }
    }
    field.changed();
  }

  /* --- is this phone fit */

  async function check() {
    const facts = [["离线页面", worker()], ["存储", await kept()], ["剩余空间", await free()], ["时钟", await clock()], ["版本", field.version]];
    const at = one("[data-checks]");
    at.replaceChildren.apply(at, facts.reduce(function (nodes, fact) {
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = fact[0];
      value.textContent = fact[1];
      return nodes.concat(term, value);
    }, []));
  }

  function worker() {
    if (!navigator.serviceWorker) { return "这个浏览器不支持，没网时只能接着用已打开的页面"; }
    if (!field.about.dataset.worker) { return "已停用，没网时只能接着用已打开的页面"; }
    return navigator.serviceWorker.controller ? "已装好，没网也能打开" : "还没装好，联网再打开一次本页";
  }

  async function kept() {
    if (!navigator.storage || !navigator.storage.persisted) { return "浏览器没有说明，请当天上传"; }
    return (await navigator.storage.persisted()) ? "不会被自动清理" : "空间不足时可能被清理，请当天上传；添加到主屏幕更稳妥";
  }

  async function free() {
    const left = await field.space();
    if (left === null) { return "浏览器没有说明"; }
    return left >= 1024 ? "足够" : left + "MB" + (left < 50 ? "，不够存照片了" : "");
  }

  async function clock() {
    const offset = field.outbox.offset === null ? await store.meta("offset") : field.outbox.offset;
    const warn = one("[data-upload-clock]");
    warn.hidden = true;
    if (offset === undefined || offset === null) { return "还没有和服务器对过"; }
    if (Math.abs(offset) <= AHEAD) { return "准"; }
    const words = "比服务器" + (offset > 0 ? "慢" : "快") + spell(Math.abs(offset));
    warn.hidden = false;
    warn.querySelector("span").textContent = "手机时钟" + words + "。走访时间会按服务器时间记，请在手机设置里打开自动校时。";
    return words;
  }

  function spell(seconds) {
    const minutes = Math.round(seconds / 60);
    return minutes < 60 ? minutes + "分钟" : Math.floor(minutes / 60) + "小时" + (minutes % 60 ? (minutes % 60) + "分钟" : "");
  }

  /* --- a file with everything that was not acknowledged, to be read in elsewhere */

  function base64(bytes) {
    let text = "";
    new Uint8Array(bytes).forEach(function (byte) { text += String.fromCharCode(byte); });
    return btoa(text);
  }

  upload.bundle = async function (person) {
    const seen = await store.overview(person.id);
    const rows = seen.kept.concat(seen.stuck);
    const bundle = { format: "weidu-field", version: 1, made_at: new Date().toISOString(), user: person, records: [], photos: [] };
    for (const row of rows) {
      /* As it would be sent, so that reading the file in and sending later are the same record. */
      const payload = Object.assign({ seq: row.seq, clock_offset: field.outbox.offset || 0 }, row.payload);
      bundle.records.push({ payload: payload, words: row.words, more: row.more, saved_at: row.saved_at });
      for (const photo of await store.photosOf(row.id)) {
        bundle.photos.push({ id: photo.id, submission: row.id, name: photo.name, sha256: await field.sha256(photo.bytes), base64: base64(photo.bytes) });
      }
    }
    return bundle;
  };

  async function rescue() {
    const bundle = await upload.bundle(me);
    const file = new Blob([JSON.stringify(bundle)], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "走访未上传-" + bundle.made_at.slice(0, 10) + ".json";
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
  }

  function bytesOf(text) { return Uint8Array.from(atob(text), function (one) { return one.charCodeAt(0); }).buffer; }

  /* The same ids as on the other phone: whatever was sent from there meanwhile is not written down twice. */
  async function readIn(event) {
    const said = one("[data-import-said]");
    const file = event.target.files[0];
    event.target.value = "";
    let bundle = null;
    try { bundle = JSON.parse(await file.text()); } catch (fault) { /* said below */ }
    if (!bundle || bundle.format !== "weidu-field") { said.textContent = "这不是导出的走访记录，没有读入。"; return; }
    if (bundle.user.id !== me.id) { said.textContent = "这是" + bundle.user.called + "的记录，请由本人登录后读入。"; return; }
    await store.takeIn(bundle, me.id, bytesOf);
    said.textContent = "读入" + bundle.records.length + "条，正在上传。";
    field.changed();
    field.outbox.flush("button");
  }
})();
