// One message as DOM.

import { ICONS, clock, el, face, icon, size } from "./dom.js";
import { link, styled } from "./entities.js";
import { player } from "./player.js";
import { gist, nameOf, serviceText, state, t } from "./state.js";

const SHOWABLE = /^image\/(png|jpeg|webp|gif)$/;
const time = new Intl.DateTimeFormat("nl", { hour: "2-digit", minute: "2-digit" });

export const fileUrl = (media) => `files/${media.file}`;

export function messageNode(message, chat, on) {
  if (message.service) {
    return el("li", { class: "service", "data-id": message.id }, el("span", {}, serviceText(message)));
  }
  const mine = message.from === state.person;
  const author = state.accounts.get(message.from);
  const bubble = el("article", { class: "bubble", "aria-label": t("saidBy", { name: nameOf(message.from), text: "" }).trim() });
  if (chat.type !== "private" && !mine && author) bubble.append(el("p", { class: "author" }, author.name));
  if (message.origin) bubble.append(origin(message.origin));
  if (message.reply) bubble.append(quote(message.reply, on));
  const text = message.text ? el("div", { class: "text" }, styled(message.text, message.entities)) : null;
  if (text && message.captionAbove) bubble.append(text);
  if (message.media) bubble.append(media(message.media, on));
  if (message.contact) bubble.append(contact(message.contact));
  if (text && !message.captionAbove) bubble.append(text);
  bubble.append(foot(message));
  const row = el("div", { class: "row" }, bubble, moreButton(message, on));
  const node = el("li", { class: mine ? "mine" : "theirs", "data-id": message.id }, row);
  if (message.buttons) node.append(buttons(message, on));
  if (chat.type !== "private" && !mine && author) row.prepend(face(author, true));
  return node;
}

function moreButton(message, on) {
  return el("button", {
    type: "button", class: "more", "aria-label": t("more"), onclick: () => on.menu(message),
  }, icon(ICONS.dots));
}

function origin(from) {
  const known = from.id && state.accounts.has(from.id);
  return el("p", { class: "origin" }, t("forwarded", { name: from.name }),
    known ? null : el("span", { class: "faint" }, ` · ${t("hiddenAccount")}`));
}

function quote(target, on) {
  const what = target.text || (target.kind ? t(target.kind) : "");
  return el("button", { type: "button", class: "quote", onclick: () => on.jump(target.id) },
    el("span", { class: "author" }, nameOf(target.from)), el("span", { class: "cut" }, what));
}

function contact(given) {
  const name = `${given.first_name} ${given.last_name ?? ""}`.trim();
  return el("div", { class: "file" }, face({ name, id: given.user_id }),
    el("span", {}, el("strong", {}, name), el("br"), el("span", { class: "faint" }, given.phone_number)));
}

function media(given, on) {
  if (given.kind === "photo") return photo(given, on);
  if (given.kind === "voice" || given.kind === "audio") return player(given, fileUrl(given));
  if ((given.kind === "video" || given.kind === "video_note") && given.mime.startsWith("video/")) {
    return el("video", { class: given.kind === "video_note" ? "round-video" : "film", controls: true, preload: "metadata", src: fileUrl(given), "aria-label": t(given.kind) });
  }
  return el("a", { class: "file", href: fileUrl(given), download: given.name },
    el("span", { class: "disc" }, icon(ICONS.file)),
    el("span", {}, el("strong", {}, given.name), el("br"), el("span", { class: "faint" }, size(given.size))));
}

function photo(given, on) {
  const image = el("img", {
    src: fileUrl(given), alt: t("photo"), width: given.width, height: given.height, loading: "lazy", decoding: "async",
  });
  const frame = el("button", { type: "button", class: "photo", "aria-label": t("photo") }, image);
  if (given.spoiler) {
    frame.classList.add("covered");
    frame.setAttribute("aria-label", t("spoilerPhoto"));
  }
  frame.addEventListener("click", () => {
    if (frame.classList.contains("covered")) {
      frame.classList.remove("covered");
      frame.setAttribute("aria-label", t("photo"));
    } else if (SHOWABLE.test(given.mime)) on.enlarge(given);
  });
  return frame;
}

function foot(message) {
  const marks = el("p", { class: "foot" });
  const emojis = Object.values(message.reactions ?? {}).flat();
  if (emojis.length) marks.append(el("span", { class: "reactions" }, emojis.join(" ")));
  if (message.edited) marks.append(el("span", {}, t("edited")));
  const date = new Date(message.date * 1000);
  marks.append(el("time", { datetime: date.toISOString() }, time.format(date)));
  return marks;
}

function buttons(message, on) {
  const rows = message.buttons.map((row, r) => el("div", { class: "keys" }, ...row.map((button, c) => {
    if (button.url) {
      const anchor = link(button.url);
      anchor.className = "key";
      anchor.textContent = `${button.text} ↗`;
      return anchor;
    }
    const node = el("button", { type: "button", class: "key" }, button.text);
    node.addEventListener("click", () => (button.copy ? on.copy(button.copy) : on.press(message, r, c, node)));
    return node;
  })));
  return el("div", { class: "keyboard-inline" }, ...rows);
}

export function spoken(message) {
  const length = message.media?.seconds ? ` ${clock(message.media.seconds)}` : "";
  return t("saidBy", { name: nameOf(message.from), text: gist(message) + length });
}
