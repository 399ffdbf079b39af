/* Opens the phone pages without a network: static files and one shell without data. It never keeps a page with people
   in it, and never touches what is sent; the outbox works without it. */
"use strict";
const KEPT = "field-{{ build }}";
const SHELL = "{% url 'field:shell' %}";
const HASHED = {{ hashed|yesno:"true,false" }};
const FILES = [{% for file in files %}
  "{{ file|escapejs }}",{% endfor %}
];
const PATIENCE = 3000; /* milliseconds until the shell is shown instead of a page that does not come */

/* All or nothing: where one file is missing this version is not installed, and the one before stays. */
self.addEventListener("install", function (event) {
  const wanted = FILES.map(function (address) { return new Request(address, { cache: HASHED ? "default" : "reload" }); });
  wanted.push(new Request(SHELL, { cache: "reload", credentials: "omit", redirect: "error" }));
  event.waitUntil(caches.open(KEPT).then(function (kept) { return kept.addAll(wanted); }).catch(function (fault) {
    return caches.delete(KEPT).then(function () { throw fault; });
  }));
});

self.addEventListener("activate", function (event) {
  event.waitUntil(
    caches.keys()
      .then(function (names) {
        return Promise.all(names.filter(function (name) { return name.startsWith("field-") && name !== KEPT; })
          .map(function (name) { return caches.delete(name); }));
      })
      .then(function () { return self.clients.claim(); })
  );
});

/* A new version waits until a page says that nothing is being typed. */
self.addEventListener("message", function (event) {
  if (event.data === "take over") { self.skipWaiting(); }
});

function shell() {
  return caches.open(KEPT).then(function (kept) { return kept.match(SHELL); });
}

function page(request) {
  const loaded = fetch(request).then(function (answer) {
    return answer.status < 500 ? answer : shell().then(function (kept) { return kept || answer; });
  });
  const late = new Promise(function (resolve) { setTimeout(resolve, PATIENCE); }).then(shell).then(function (kept) {
    return kept || loaded;
  });
  return Promise.race([loaded.catch(function (fault) {
    return shell().then(function (kept) { if (kept) { return kept; } throw fault; });
  }), late]);
}

function file(request) {
  return caches.open(KEPT).then(function (kept) {
    const stored = kept.match(request);
    if (HASHED) { return stored.then(function (answer) { return answer || fetch(request); }); }
    return fetch(request).catch(function (fault) {
      return stored.then(function (answer) { if (answer) { return answer; } throw fault; });
    });
  });
}

self.addEventListener("fetch", function (event) {
  const request = event.request;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) { return; }
  if (request.mode === "navigate") {
    if (address.pathname.startsWith("/field/")) { event.respondWith(page(request)); }
  } else if (FILES.includes(address.pathname)) {
    event.respondWith(file(request));
  }
});
