// Text and entities become DOM.  Offsets are UTF-16 units, which is what JavaScript counts.

import { el } from "./dom.js";
import { t } from "./state.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

const handlers = { command: () => {}, mention: () => {}, link: () => false };
export const onText = (given) => Object.assign(handlers, given);

export function styled(text, entities) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const fragment = document.createDocumentFragment();
  fill(fragment, text, 0, text.length, sorted);
  return fragment;
}

function fill(parent, text, start, end, entities) {
  let position = start;
  for (let i = 0; i < entities.length; i += 1) {
    const entity = entities[i];
    const from = Math.max(entity.offset, position);
    const to = Math.min(entity.offset + entity.length, end);
    if (from >= to || entity.offset < position) continue;
    if (from > position) parent.append(text.slice(position, from));
    const inner = entities.slice(i + 1).filter((e) => e.offset < to);
    const node = wrap(entity, text.slice(from, to));
    fill(node, text, from, to, inner);
    parent.append(node);
    position = to;
  }
  if (position < end) parent.append(text.slice(position, end));
}

function wrap(entity, content) {
  switch (entity.type) {
    case "spoiler":
      return spoiler();
    case "url":
      return link(/^https?:/i.test(content) ? content : `https://${content}`);
    case "text_link":
      return link(entity.url);
    case "email":
      return el("span", { class: "found" });
    case "bot_command":
      return el("a", { href: "#", onclick: (event) => { event.preventDefault(); handlers.command(content); } });
    case "mention":
      return el("a", { href: "#", onclick: (event) => { event.preventDefault(); handlers.mention(content.slice(1)); } });
    default:
      return el(TAGS[entity.type] ?? "span");
  }
}

function spoiler() {
  const show = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    node.classList.remove("covered");
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
  };
  const node = el("span", {
    class: "spoiler covered", role: "button", tabindex: "0", "aria-label": t("spoiler"), onclick: show, onkeydown: show,
  });
  return node;
}

// Links to a bot open it inside; all others leave in a tab of their own that learns nothing of us.
export function link(address) {
  let url;
  try { url = new URL(address); } catch { return el("span"); }
  if (!["http:", "https:", "tg:"].includes(url.protocol)) return el("span");
  return el("a", {
    href: url.href, target: "_blank", rel: "noopener noreferrer", title: url.href,
    onclick: (event) => { if (handlers.link(url)) event.preventDefault(); },
  });
}
