/* The pages without a network: the list, one visit, 上传, from what this phone keeps. */
(function () {
  "use strict";

  const field = window.field;
  const store = field.store;
  const MOST = 60; /* rows drawn at once; searching narrows */
  const shell = field.shell = {};
  let place = null;
  let rows = [];

  function part(name) { return place.querySelector('[data-part="' + name + '"]'); }

  function open(name, title) {
    place.querySelectorAll("[data-part]").forEach(function (one) { one.hidden = one.dataset.part !== name; });
    document.querySelector("[data-shell-title]").textContent = title;
    document.title = title + " - 魏都区网格治理服务";
    const foot = document.querySelector(".tab-bar");
    if (foot) { foot.hidden = name === "visit"; }
    document.querySelector("[data-shell-back]").hidden = name !== "visit";
    return part(name);
  }

  shell.start = async function (found, me) {
    place = found;
    place.addEventListener("click", function (event) { if (event.target.closest("[data-reload]")) { location.reload(); } });
    /* Offered, not done: who is in the middle of a list or a form loses their place otherwise. */
    window.addEventListener("online", function () { place.querySelector("[data-online]").hidden = false; });
    window.addEventListener("offline", function () { place.querySelector("[data-online]").hidden = true; });
    if (!me) { open("stranger", "走访"); return; }
    const path = location.pathname;
    const visit = path.match(/^\/field\/households\/(\d+)\/(visit|next)\/$/);
    if (path === "/field/upload/") { open("upload", "上传"); await field.upload.start(part("upload").querySelector("[data-upload]"), me); return; }
    const content = await field.pack.read(me);
    if (visit && content) {
      await household(content, me, Number(visit[1]), visit[2]);
    } else if (path === "/field/" || path === "/field/shell/") {
      if (content) { list(content, await written(me)); } else { open("no-pack", "今日"); }
    } else { open(content || path !== "/field/" ? "nothing" : "no-pack", "走访"); }
  };

  /* Households written down today on this phone. */
  async function written(me) {
    const seen = await store.overview(me.id);
    const midnight = new Date().setHours(0, 0, 0, 0);
    const today = seen.kept.concat(seen.stuck, seen.today).filter(function (row) { return row.saved_at >= midnight; });
    return new Set(today.map(function (row) { return row.household; }));
  }

  async function household(content, me, id, how) {
    if (how === "next") {
      const next = field.pack.next(content, id, await written(me));
      location.replace(next ? "/field/households/" + next.id + "/visit/" : "/field/");
      return;
    }
    const row = content.households.find(function (one) { return one.id === id; });
    if (!row) { open("nothing", "走访"); return; }
    const at = open("visit", row.label);
    fill(at, row, content);
    await field.visit.start(at.querySelector("form#visit"), me);
  }

  /* --- the list */

  function isDue(row) { return Boolean(row.due) && row.due <= today(); }
  function today() {
    const now = new Date();
    return [now.getFullYear(), String(now.getMonth() + 1).padStart(2, "0"), String(now.getDate()).padStart(2, "0")].join("-");
  }

  function list(content, done) {
    const at = open("list", "今日");
    rows = content.households;
    at.querySelector("[data-pack-age]").textContent = "住户名单是" + stamp(content.fetched_at) + "的，记录有网后自动上传。";
    const due = rows.filter(function (row) { return isDue(row) && !done.has(row.id); });
    at.querySelector("[data-n=due]").textContent = "该访" + due.length;
    at.querySelector("[data-n=all]").textContent = "全部" + rows.length;
    const search = at.querySelector("input[type=search]");
    const draw = function () {
      const wanted = at.querySelector("[name=shell-list]:checked").value;
      doors(at, field.pack.find(search.value.trim() || wanted === "all" ? rows : due, search.value), done);
    };
    search.addEventListener("input", draw);
    at.addEventListener("change", draw);
    draw();
  }

  function stamp(at) {
    const date = new Date(at);
    return date.getMonth() + 1 + "月" + date.getDate() + "日 " + field.clock(date);
  }

  function last(row) {
    if (!row.last) { return "还没走访过"; }
    const date = row.last.date.split("-");
    return Number(date[1]) + "月" + Number(date[2]) + "日" + row.last.words;
  }

  function doors(at, found, done) {
    const template = place.querySelector("template[data-door]");
    const drawn = found.slice(0, MOST).map(function (row) {
      const item = template.content.cloneNode(true).firstElementChild;
      const link = item.querySelector("a");
      const put = function (key, words) { item.querySelector('[data-is="' + key + '"]').textContent = words; };
      link.href = "/field/households/" + row.id + "/visit/";
      const late = Boolean(row.last) && row.due < today(); /* whom nobody met yet is new, not late */
      if (isDue(row)) { link.classList.add(late ? "over" : "soon"); }
      put("label", row.label);
      put("called", row.called || "");
      put("more", [row.care ? "需关照" : "", last(row), row.open ? "在办" + row.open + "件" : ""].filter(Boolean).join("　"));
      const tag = item.querySelector("[data-is=due]");
      tag.textContent = done.has(row.id) ? "已记" : !row.last ? "没见过" : late ? "超期" : row.due === today() ? "今天" : "";
      tag.hidden = !tag.textContent;
      tag.classList.add(done.has(row.id) ? "ok" : late ? "over" : "soon");
      return item;
    });
    const into = at.querySelector("[data-doors]");
    into.replaceChildren.apply(into, drawn);
    at.querySelector("[data-none]").hidden = found.length > 0;
    const more = at.querySelector("[data-more]");
    more.hidden = found.length <= MOST;
    more.textContent = "还有" + (found.length - MOST) + "户，输入门牌号或称呼查找。";
  }

  /* --- one visit: the places the server's template marks for it */

  function fill(at, row, content) {
    const form = at.querySelector("form#visit");
    form.dataset.household = row.id;
    form.dataset.label = row.label;
    form.elements.submission.value = field.uuid();
    const put = function (key, words) {
      document.querySelectorAll('[data-fill="' + key + '"]').forEach(function (one) { one.textContent = words; });
    };
    put("label", row.label);
    put("compound", row.compound || "");
    put("initial", (row.called || "").slice(0, 1));
    put("called", row.called || "没有登记称呼");
    put("tags", row.care ? "需关照" : "");
    put("last", last(row));
    people(at, row.people || []);
    items(at, row.items || []);
  }

  function chip(type, name, value, words) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    const text = document.createElement("span");
    label.className = "chip";
    input.type = type;
    input.name = name;
    input.value = value;
    text.textContent = words;
    label.append(input, text);
    return label;
  }

  function people(at, found) {
    at.querySelector("#people").hidden = !found.length;
    const into = at.querySelector('[data-fill="people"]');
    into.replaceChildren.apply(into, found.map(function (one) { return chip("checkbox", "people", one.id, one.called); }));
  }

  function items(at, found) {
    at.querySelector("#items").hidden = !found.length;
    const into = at.querySelector('[data-fill="items"]');
    into.replaceChildren.apply(into, found.map(function (one) {
      const set = document.createElement("fieldset");
      const legend = document.createElement("legend");
      const chips = document.createElement("div");
      legend.className = "told";
      legend.textContent = one.words;
      chips.className = "chips";
      chips.append(chip("radio", one.name, "progress", "已告知进度"), chip("radio", one.name, "solved", "居民认可已解决"), chip("radio", one.name, "", "没有说到"));
      set.append(legend, chips);
      return set;
    }));
  }
})();
