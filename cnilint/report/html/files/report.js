"use strict";

// The page says everything without this script; it adds a way to look at one step at a time.

const all = (within, selector) => Array.from(within.querySelectorAll(selector));

function timeline(root) {
  const orders = all(root, ".order");
  const pictures = all(root, ".picture");
  const caption = root.querySelector("figcaption");
  const [previous, next, overview] = all(root, ".controls button");
  let order = 0;
  let step = -1; // none: every order at once

  const steps = () => all(orders[order], ".step");

  function draw(picture, item, before) {
    const numbers = (value) => (value ? value.split(" ") : []);
    const { takes, owner, actor } = item.dataset;
    const there = numbers(item.dataset.files);
    const earlier = before ? numbers(before.dataset.files) : [];
    const through = "through" in item.dataset;
    for (const row of all(picture, ".row")) {
      const at = row.dataset.row;
      row.classList.toggle("is-absent", !there.includes(at));
      row.classList.toggle("is-new", there.includes(at) && !earlier.includes(at));
      row.classList.toggle("is-taken", at === takes);
      row.classList.toggle("is-owner", at === owner);
    }
    for (const one of all(picture, ".actor")) {
      one.classList.toggle("is-acting", one.dataset.actor === actor);
    }
    for (const arrow of all(picture, ".arrow")) {
      const [what, first, second] = arrow.dataset.arrow.split("-");
      const on = {
        writes: there.includes(second),
        takes: first === takes,
        through: through && first === takes,
        masters: through && first === owner,
      };
      arrow.classList.toggle("is-on", on[what]);
      arrow.classList.toggle("is-acting", what === "writes" && first === actor);
    }
    picture.querySelector(".runtime").classList.toggle("is-idle", takes === undefined);
    const multus = picture.querySelector(".multus");
    if (multus) multus.classList.toggle("is-idle", !through);
  }

  function show(move) {
    const items = steps();
    for (const [at, one] of orders.entries()) {
      const open = at === order;
      one.classList.toggle("is-folded", !open);
      one.querySelector("h5 button").setAttribute("aria-expanded", String(open));
    }
    for (const item of all(root, ".step")) {
      const now = item === items[step];
      item.classList.toggle("is-now", now);
      if (now) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    }
    const item = items[step];
    for (const picture of pictures) {
      picture.classList.toggle("stepping", Boolean(item));
      if (item) draw(picture, item, items[step - 1]);
      const words = item ? item.querySelector(".state").textContent : picture.dataset.all;
      picture.setAttribute("aria-label", words);
    }
    if (item) {
      const where = orders[order].querySelector("h5").textContent;
      const [event, state] = all(item, "p").map((part) => part.textContent);
      const from = orders[order].querySelector("ol").start;
      const number = document.createElement("strong");
      number.textContent = `${where}, step ${step + from} of ${items.length - 1 + from}: ${event}. `;
      caption.replaceChildren(number, state);
    } else {
      caption.textContent = caption.dataset.all;
    }
    previous.setAttribute("aria-disabled", String(!item));
    next.setAttribute("aria-disabled", String(step === items.length - 1));
    overview.setAttribute("aria-disabled", String(!item));
    if (move) root.querySelector("details").open = true;
  }

  function stepBy(change) {
    step = Math.min(Math.max(step + change, -1), steps().length - 1);
    show(true);
  }

  function choose(number, at) {
    order = (number + orders.length) % orders.length;
    step = Math.min(at, steps().length - 1);
    show(true);
  }

  if (!orders.length) return;
  root.classList.add("live");
  for (const [number, one] of orders.entries()) {
    const heading = one.querySelector("h5");
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => choose(number, 0));
    heading.append(button);
    for (const [at, item] of all(one, ".step").entries()) {
      item.addEventListener("click", () => choose(number, at));
    }
  }
  previous.addEventListener("click", () => stepBy(-1));
  next.addEventListener("click", () => stepBy(1));
  overview.addEventListener("click", () => stepBy(-Infinity));
  const keys = {
    ArrowLeft: () => stepBy(-1),
    ArrowRight: () => stepBy(1),
    ArrowUp: () => choose(order - 1, Math.max(step, 0)),
    ArrowDown: () => choose(order + 1, Math.max(step, 0)),
    Escape: () => stepBy(-Infinity),
  };
  root.addEventListener("keydown", (event) => {
    const plain = !(event.altKey || event.ctrlKey || event.metaKey || event.shiftKey);
    if (!plain || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  root.querySelector(".controls").hidden = false;
  show(false);
}

function copying(change) {
  const button = change.querySelector(".copy");
  const said = change.querySelector(".copied");
  const code = change.querySelector("code");

  function select() {
    const selection = window.getSelection();
    selection.removeAllRanges();
    const range = document.createRange();
    range.selectNodeContents(code);
    selection.addRange(range);
    const copied = document.execCommand("copy");
    said.textContent = copied ? "Copied." : "The diff is selected: copy it with the keyboard.";
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    const done = () => { said.textContent = "Copied."; };
    if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done, select);
    else select();
  });
}

function searching(root) {
  const words = root.querySelector("input");
  const said = root.querySelector("[role=status]");
  const findings = all(document, ".finding");
  const texts = findings.map((one) => one.textContent.toLowerCase());

  function show() {
    const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [at, one] of findings.entries()) {
      one.hidden = !asked.every((word) => texts[at].includes(word));
      shown += one.hidden ? 0 : 1;
    }
    for (const group of all(document, ".group")) {
      group.hidden = !group.querySelector(".finding:not([hidden])");
    }
    said.textContent = `${shown} of ${said.dataset.all} findings`;
  }

  words.addEventListener("input", show);
  root.hidden = false;
  if (words.value) show(); // a browser keeps it when a page is loaded again
}

function opening() {
  // not every browser opens what it is sent to
  const target = document.getElementById(location.hash.slice(1));
  const folded = target && target.closest("details:not([open])");
  if (!folded) return;
  folded.open = true;
  target.scrollIntoView();
}

function printing() {
  let opened = [];
  window.addEventListener("beforeprint", () => {
    // classes of nodes in which all is well stay folded: their verdict is enough
    opened = all(document, "details:not([open], .nodes > details)");
    for (const one of opened) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
    opened = [];
  });
}

all(document, ".timeline").forEach(timeline);
all(document, ".change").forEach(copying);
all(document, ".search").forEach(searching);
window.addEventListener("hashchange", opening);
opening();
printing();
