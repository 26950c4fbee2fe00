// Plays the replay of a plan: steps through its events by itself. Without it every step is a page with its links.
"use strict";
(() => {
  const replay = document.getElementById("replay");
  const last = Number(replay.dataset.last);
  const controls = document.getElementById("play");
  const button = controls.querySelector("button");
  const speed = controls.querySelector("select");
  const status = document.getElementById("said");
  const windows = new Map();
  let step = Number(replay.dataset.step);
  let wanted = step;
  let timer = null;
  let playing = false;

  // Whole windows of events are fetched, each once; the one after is asked for before it is needed.
  const size = Number(new URLSearchParams(replay.dataset.window.split("?")[1]).get("limit"));
  const first = (version) => Math.floor((version - 1) / size) * size;
  function fetched(version) {
    const after = first(version);
    if (!windows.has(after)) {
      const asked = fetch(replay.dataset.window + after).then((answer) => {
        if (!answer.ok) throw new Error(answer.statusText);
        return answer.json();
      });
      asked.catch(() => windows.delete(after));
      windows.set(after, asked);
    }
    return windows.get(after).then((page) => page.steps.find((one) => one.version === version));
  }

  // Text is shown as the server shows it: no controls, no marks of direction. Nothing ever becomes markup.
  const unsafe = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/g;
  const safe = (text) => text.replace(unsafe, "").replace(/\s+/g, " ");
  const place = (name) => replay.querySelector(`[data-said="${name}"]`);
  const day = (iso) => new Date(iso + "T00:00:00Z").toLocaleDateString("en-GB", {
    day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
  });
  function instant(iso) {
    const at = new Date(iso);
    const zone = { timeZone: "Europe/London" };
    const on = at.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", ...zone });
    return `${on}, ${at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...zone })} UK time`;
  }
  function withdrawal(said) {
    const reason = said.reason ? safe(said.reason).trim() : "";
    const ended = reason.endsWith(".") && !reason.endsWith("..") ? reason.slice(0, -1) : reason;
    const by = `Withdrawn as recorded in error by ${safe(said.recorded_by)} on ${instant(said.recorded_at)}`;
    return ended ? `${by}, because: ${ended}` : by;
  }
  const signed = (change) => (change > 0 ? `(+${change})` : change < 0 ? `(−${-change})` : "");

  function fill(row, count, change) {
    row.children[1].textContent = count;
    row.children[2].textContent = signed(change);
  }

  function drawBar(parts) {
    const svg = place("bar").querySelector("svg");
    const tall = svg.viewBox.baseVal.height;
    const total = parts.reduce((sum, part) => sum + part.count, 0);
    const gap = 4;
    let left = 0;
    svg.replaceChildren(...parts.map((part) => {
      const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const wide = (svg.viewBox.baseVal.width - gap * (parts.length - 1)) * part.count / total;
      const said = { x: left, width: wide, height: tall, fill: part.fill };
      if (part.outline) Object.assign(said, { stroke: part.outline, "stroke-width": 2, "vector-effect": "non-scaling-stroke" });
      for (const [name, value] of Object.entries(said)) box.setAttribute(name, value);
      left += wide + gap;
      return box;
    }));
  }

  function show(event) {
    step = wanted = event.version;
    const sentence = document.createElement(event.withdrawn_by ? "s" : "span");
    sentence.textContent = safe(event.sentence);
    place("sentence").replaceChildren(sentence);
    place("withdrawn").hidden = !event.withdrawal;
    if (event.withdrawal) {
      const by = place("withdrawn_by");
      place("withdrawal").textContent = withdrawal(event.withdrawal);
      by.textContent = `event ${event.withdrawn_by}`;
      by.href = by.getAttribute("href").replace(/events\/[0-9]+/, `events/${event.withdrawn_by}`);
    }
    place("version").textContent = step;
    place("effective_on").textContent = day(event.effective_on);
    place("as_at").textContent = day(event.as_at);
    place("recorded_at").textContent = instant(event.recorded_at);
    place("recorded_by").textContent = safe(event.recorded_by);
    const parts = [];
    for (const row of replay.querySelectorAll("tr[data-code]")) {
      const { code, fill: colour, outline } = row.dataset;
      const count = event.ratings[code] ?? 0;
      fill(row, count, event.change.ratings[code] ?? 0);
      row.hidden = !(code in event.ratings || code in event.change.ratings);
      parts.unshift({ count, fill: colour, outline });
    }
    const unrated = replay.querySelector("tr[data-unrated]");
    fill(unrated, event.unrated, event.change.unrated);
    parts.push({ count: event.unrated, fill: unrated.dataset.fill, outline: unrated.dataset.outline });
    fill(replay.querySelector("tr[data-total]"), event.total, event.change.total);
    drawBar(parts.filter((part) => part.count));
    link();
  }

  const ways = (from) => ({ first: 1, back: from - 1, next: from + 1, last });
  const leads = (version) => version >= 1 && version <= last && version !== step;

  // The links and the address follow, so that this step can be kept, sent on, and loaded again.
  function link() {
    const to = (version) => {
      const address = new URL(location.href);
      address.searchParams.set("step", version);
      address.hash = "";
      return address.pathname + address.search;
    };
    for (const [name, version] of Object.entries(ways(step))) {
      const anchor = document.getElementById(name);
      if (leads(version)) {
        anchor.href = to(version);
        anchor.removeAttribute("aria-disabled");
        anchor.removeAttribute("tabindex");
        anchor.removeAttribute("role");
      } else {
        // Without its address it would lose the focus to the top of the page.
        if (anchor === document.activeElement) {
          anchor.tabIndex = 0;
          anchor.setAttribute("role", "link");
        }
        anchor.removeAttribute("href");
        anchor.setAttribute("aria-disabled", "true");
      }
    }
    const entry = document.getElementById("entry");
    entry.href = entry.getAttribute("href").replace(/events\/[0-9]+/, `events/${step}`);
    history.replaceState(null, "", to(step));
  }

  function stop() {
    playing = false;
    clearTimeout(timer);
    button.textContent = step < last ? "Play" : "Play again";
  }

  function pause(why) {
    stop();
    // What goes by is not read out; where it stops is.
    status.textContent = `${why} at event ${step} of ${last}: ${place("sentence").textContent}`;
  }

  // Steps are drawn in place, so that the focus stays where it is; only the last of many asked for at once is.
  async function go(version) {
    stop();
    wanted = version;
    try {
      const event = await fetched(version);
      if (wanted !== version || playing) return;
      show(event);
      stop();
      status.textContent = `Event ${step} of ${last}: ${place("sentence").textContent}`;
    } catch {
      wanted = step;
      status.textContent = "That event could not be fetched.";
    }
  }

  async function play() {
    if (step >= last) step = 0;
    playing = true;
    button.textContent = "Pause";
    status.textContent = "";
    await advance();
  }

  async function advance() {
    try {
      const event = await fetched(step + 1);
      if (!playing) return;
      show(event);
      if (step >= last) return pause("Ended");
      if (step + size / 2 <= last) fetched(Math.ceil(step + size / 2)).catch(() => {});
      timer = setTimeout(advance, Number(speed.value));
    } catch {
      pause("The next event could not be fetched. Stopped");
    }
  }

  button.addEventListener("click", () => (playing ? pause("Paused") : play()));
  for (const name of Object.keys(ways(step))) {
    document.getElementById(name).addEventListener("click", (event) => {
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      const version = ways(wanted)[name];
      if (version >= 1 && version <= last && version !== wanted) go(version);
    });
  }
  const arrows = { ArrowLeft: -1, ArrowRight: 1 };
  replay.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (!(event.key in arrows) || event.target.matches("input, select, textarea")) return;
    event.preventDefault();
    const version = wanted + arrows[event.key];
    if (version >= 1 && version <= last) go(version);
  });
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) speed.selectedIndex = 0;
  document.addEventListener("visibilitychange", () => document.hidden && playing && pause("Paused"));
  controls.hidden = false;
})();
