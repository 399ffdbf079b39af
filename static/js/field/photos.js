/* Pictures: made small on the phone, kept as bytes beside the draft, sent after the record and each by itself. */
(function () {
  "use strict";

  const field = window.field;
  const store = field.store;
  const LONG_SIDE = 1600;
  const QUALITY = 0.7;
  const MOST = 6;
  const LEAST_FREE = 50; /* MB: below, words go first */
  const THUMB = 144;
  const photos = field.photos = {};

  photos.start = function (form, me) {
    /* What was chosen stands below as pictures; the browser's own words about files would say otherwise. */
    form.querySelectorAll("[data-photos] input[type=file]").forEach(function (input) { input.classList.add("visually-hidden"); });
    form.addEventListener("change", function (event) {
      if (event.target.type === "file") { taken(form, me, event.target); }
    });
  };

  async function taken(form, me, input) {
    const label = input.closest("[data-photos]");
    const files = Array.from(input.files);
    input.value = ""; /* the page never sends the originals */
    if (!label || !files.length) { return; }
    const free = await field.space();
    if (free !== null && free < LEAST_FREE) {
      field.tell(form, "soon", "手机只剩" + free + "MB空间，照片先不存，文字照常能存。删掉一些东西后可以再拍。");
      return;
    }
    for (const file of files) {
      if (shots(label).children.length >= MOST) { field.tell(form, "soon", "一件事最多" + MOST + "张照片，多的没有留。"); return; }
      await keep(form, me, label, file);
    }
  }

  async function keep(form, me, label, file) {
    let picture;
    try {
      picture = await small(file);
    } catch (fault) {
      field.tell(form, "over", "有一张照片读不出来，没有留。请重新拍。");
      return;
    }
    const row = { id: field.uuid(), submission: form.elements.submission.value, user: me.id, name: label.dataset.photos,
      bytes: picture.bytes, taken_at: Date.now() };
    try {
      await store.put("photos", row);
    } catch (fault) {
      if (!field.isFull(fault)) { throw fault; }
      field.tell(form, "over", "手机存储满了，这张照片没有存下，别的内容都在。请删掉一些东西后再拍，也可以不带照片先保存。");
      return;
    }
    show(form, label, row, picture.canvas);
    form.dispatchEvent(new Event("change")); /* the draft names the photo too */
  }

  /* Through a picture element, which turns the photo the way it was taken; of its other data nothing is kept. */
  async function small(file) {
    const image = await load(await dataAddress(file));
    const factor = Math.min(1, LONG_SIDE / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = draw(image, Math.round(image.naturalWidth * factor), Math.round(image.naturalHeight * factor));
    const blob = await new Promise(function (resolve) { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
    return { bytes: await bytesOf(blob), canvas: canvas };
  }

  function draw(source, width, height) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, width);
    canvas.height = Math.max(1, height);
    canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  function reading(blob, how) {
    return new Promise(function (resolve, reject) {
      const reader = new FileReader();
      reader.onload = function () { resolve(reader.result); };
      reader.onerror = function () { reject(reader.error); };
      reader[how](blob);
    });
  }

  function dataAddress(file) { return reading(file, "readAsDataURL"); }
  function bytesOf(blob) { return reading(blob, "readAsArrayBuffer"); }

  function load(address) {
    return new Promise(function (resolve, reject) {
      const image = new Image();
      image.onload = function () { resolve(image); };
      image.onerror = reject;
      image.src = address;
    });
  }

  function shots(label) {
    const line = label.closest(".line") || label.parentElement;
    let place = line.querySelector("[data-shots]");
    if (!place) {
      place = document.createElement("div");
      place.className = "shots mt-2 flex-wrap";
      place.dataset.shots = "";
      place.setAttribute("role", "group");
      place.setAttribute("aria-label", "照片，点掉就不要");
      line.append(place);
    }
    return place;
  }

  function show(form, label, row, picture) {
    const place = shots(label);
    const words = "第" + (place.children.length + 1) + "张照片";
    const shot = document.createElement("label");
    shot.className = "shot";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.name = row.name;
    box.value = row.id;
    box.checked = true;
    box.setAttribute("aria-label", words);
    const side = Math.min(picture.width, picture.height) || 1;
    const thumb = draw(picture, 1, 1);
    thumb.width = thumb.height = THUMB;
    thumb.getContext("2d").drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, THUMB, THUMB);
    thumb.className = "ph";
    thumb.setAttribute("aria-hidden", "true");
    shot.append(box, thumb);
    place.append(shot);
  }

  /* After a draft came back: its photos, ticked as they were. */
  photos.restore = async function (form, submission) {
    for (const row of await store.photosOf(submission)) {
      const label = form.querySelector('[data-photos="' + row.name + '"]');
      if (!label) { continue; }
      const bytes = new Blob([row.bytes], { type: "image/jpeg" });
      show(form, label, row, await load(await dataAddress(bytes)));
    }
  };

  photos.clear = function (form) { form.querySelectorAll("[data-shots]").forEach(function (place) { place.remove(); }); };

  /* Those that were ticked off go with the draft. */
  photos.settle = async function (submission, fields) {
    const wanted = new Set();
    Object.keys(fields).forEach(function (name) {
      if (name === "photos" || name.indexOf("photos-") === 0) { fields[name].forEach(function (id) { wanted.add(id); }); }
    });
    for (const row of await store.photosOf(submission)) {
      if (!wanted.has(row.id)) { await store.remove("photos", row.id); }
    }
  };
})();
