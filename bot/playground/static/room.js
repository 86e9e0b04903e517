// The open chat: its head, its messages, and what can be done with them.

import { act, load } from "./api.js";
import { attempt, edit, keyboardOf, replyTo, reset } from "./composer.js";
import { chooseTarget, enlarge, menu, tell } from "./dialogs.js";
import { byId, face, toast } from "./dom.js";
import { fileUrl, messageNode } from "./message.js";
import { bots, me, openChat, other, people, state, t, titleOf } from "./state.js";

const FIRST = 60;
const MORE = 120;
const EMOJIS = ["👍", "❤️", "😢", "😮", "🙏"];
const PRESS_SECONDS = 15;
const MARGIN = 8; // pixels above a message that does not fit

let shown = ""; // key of the chat whose messages are in the page
let complete = false;
let loading = false;
const waiting = new Map(); // message id -> pressed button

const on = {
  menu: messageMenu,
  jump: (id) => row(id)?.scrollIntoView({ block: "center" }),
  enlarge: (media) => enlarge(fileUrl(media)),
  copy: (text) => navigator.clipboard.writeText(text).then(() => toast(t("copied"))),
  press: (message, r, c, node) => attempt(async () => {
    if (waiting.has(message.id)) return;
    node.classList.add("waits");
    node.setAttribute("aria-busy", "true");
    waiting.set(message.id, node);
    setTimeout(() => answered(message.id), PRESS_SECONDS * 1000);
    await act("press", { ...where(message), row: r, column: c }).catch((error) => { answered(message.id); throw error; });
  }),
};

const where = (message) => ({ person: state.person, chat: message.chat, id: message.id });
const row = (id) => byId("messages").querySelector(`:scope > [data-id="${id}"]`);

export function answered(id) {
  const node = waiting.get(id);
  waiting.delete(id);
  node?.classList.remove("waits");
  node?.removeAttribute("aria-busy");
}

export async function showRoom() {
  const chat = openChat() ?? pretend();
  byId("room").hidden = !chat;
  byId("choose").hidden = Boolean(chat);
  byId("columns").classList.toggle("in-chat", Boolean(chat));
  if (!chat) { shown = ""; return; }
  const key = `${state.person} ${chat.key}`;
  showHead(chat);
  if (key === shown) return;
  shown = key;
  reset();
  byId("messages").replaceChildren();
  complete = false;
  if (chat.key.startsWith("new-")) { footer(chat); return; }
  const found = await load(`history?chat=${chat.key}&limit=${FIRST}`);
  if (shown !== key) return;
  chat.latest = found.slice(-20);
  complete = found.length < FIRST;
  byId("messages").replaceChildren(...found.map((message) => messageNode(message, chat, on)));
  footer(chat);
  toEnd();
}

// A bot to whom the person never wrote: an empty room with a Start button.
function pretend() {
  const key = state.open.get(state.person) ?? "";
  const bot = bots().find((one) => key === `new-${one.id}`);
  return bot && { key, type: "private", members: [state.person, bot.id], pinned: [], admins: [] };
}

export function redraw() {
  shown = "";
  return showRoom();
}

function showHead(chat) {
  const partner = other(chat);
  byId("room-title").textContent = titleOf(chat);
  byId("room-face").replaceChildren(face(partner ?? chat));
  showStatus(chat);
  const pinned = chat.pinned.at(-1);
  byId("pinned").hidden = !pinned;
  byId("pinned").textContent = pinned ? `${t("pinned")}: ${pinned.text || t(pinned.kind ?? "")}` : "";
}

export function showStatus(chat) {
  const partner = other(chat);
  const typing = state.typing.get(chat.key);
  let text = partner ? (partner.bot ? t("bot") : t(partner.role)) : t("members", { count: chat.members.length });
  if (typing && typing.until > Date.now()) text = state.texts[state.language][typing.action] ?? t("typing");
  byId("room-status").textContent = text;
}

function footer(chat) {
  const partner = other(chat);
  const blocked = partner?.bot && me().blocks.includes(partner.id);
  const fresh = chat.key.startsWith("new-") || (partner?.bot && !byId("messages").children.length);
  byId("start").hidden = !(blocked || fresh);
  byId("start").textContent = t(blocked ? "unblock" : "start");
  byId("composer").hidden = Boolean(blocked || fresh);
  byId("commands").hidden = !(partner?.bot && Object.keys(partner.commands).length);
  keyboardOf(chat);
}

export function begin(payload = "", bot = null) {
  const target = bot ?? other(openChat() ?? pretend());
  return attempt(async () => {
    const key = await act("start", { person: state.person, bot: target.id, payload });
    state.open.set(state.person, key);
  });
}

// The newest message stays in view, however it grows, until the person scrolls up.
let following = true;
let before = { top: 0, height: 0 };

function toEnd() {
  following = true;
  keepInView();
}

// The end; but of another's message that is higher than the window its beginning, for the headline
// of a verdict stands there.
function keepInView() {
  const log = byId("log");
  const newest = byId("messages").lastElementChild;
  let top = log.scrollHeight - log.clientHeight;
  if (newest?.classList.contains("theirs")) {
    const start = newest.getBoundingClientRect().top - log.getBoundingClientRect().top;
    top = Math.min(top, log.scrollTop + start - MARGIN);
  }
  log.scrollTop = top;
  // The event about this comes with the next frame, and the person may have scrolled by then.
  before = { top: log.scrollTop, height: log.scrollHeight };
}

function followTheEnd() {
  const log = byId("log");
  log.addEventListener("scroll", () => {
    const now = { top: log.scrollTop, height: log.scrollHeight };
    if (now.height - now.top - log.clientHeight < 120) following = true;
    else if (now.top < before.top && now.height >= before.height) following = false;
    before = now;
  }, { passive: true });
  const sizes = new ResizeObserver(() => { if (following) keepInView(); });
  sizes.observe(byId("messages"));
  sizes.observe(log);
}

export function addMessage(message) {
  const chat = openChat();
  if (chat?.key !== message.chat || shown !== `${state.person} ${chat.key}`) return;
  const follow = following || message.from === state.person;
  if (!row(message.id)) byId("messages").append(messageNode(message, chat, on));
  chat.latest = [...(chat.latest ?? []), message].slice(-20);
  footer(chat);
  if (follow) toEnd();
}

export function changeMessage(message) {
  const chat = openChat();
  const old = chat?.key === message.chat && row(message.id);
  if (!old) return;
  const focused = old.contains(document.activeElement);
  const fresh = messageNode(message, chat, on);
  old.replaceWith(fresh);
  if (focused) fresh.querySelector("button, a")?.focus();
  if (following) toEnd();
}

export function removeMessage(key, id) {
  if (openChat()?.key === key) row(id)?.remove();
}

async function older() {
  const chat = openChat();
  const first = byId("messages").firstElementChild;
  if (!chat || complete || loading || !first) return;
  loading = true;
  const log = byId("log");
  try {
    const found = await load(`history?chat=${chat.key}&before=${first.dataset.id}&limit=${MORE}`);
    if (openChat()?.key !== chat.key) return;
    complete = found.length < MORE;
    const fromEnd = log.scrollHeight - log.scrollTop;
    first.before(...found.map((message) => messageNode(message, chat, on)));
    log.scrollTop = log.scrollHeight - fromEnd;
  } finally {
    loading = false;
  }
}

function messageMenu(message) {
  const items = [
    [t("reply"), () => replyTo(message)],
    [t("forward"), () => forward(message)],
  ];
  if (message.text) items.push([t("copy"), () => on.copy(message.text)]);
  if (message.from === state.person && !message.origin && message.text) items.push([t("edit"), () => edit(message)]);
  if (message.from === state.person || openChat().type === "private") {
    items.push([t("delete"), () => attempt(() => act("delete", where(message)))]);
  }
  const quick = EMOJIS.map((emoji) => [emoji, () => attempt(() => act("react", { ...where(message), emoji }))]);
  menu(t("menu"), items, quick);
}

function forward(message) {
  if (message.protected) { tell(t("forward"), t("protectedRefusal")); return; }
  chooseTarget((target, hidden) => attempt(async () => {
    const partner = target.person ?? (target.chat.key.startsWith("new-") ? other(target.chat) : null);
    const to = partner ? await act("open", { person: state.person, with: partner.id }) : target.chat.key;
    await act("forward", { ...where(message), to, hidden });
    state.open.set(state.person, to);
    document.dispatchEvent(new Event("show"));
  }));
}

function roomMenu() {
  const chat = openChat();
  if (!chat) return;
  const partner = other(chat);
  const items = [];
  if (partner?.bot) {
    const blocked = me().blocks.includes(partner.id);
    items.push([t(blocked ? "unblock" : "block"), () => attempt(() => act("block", { person: state.person, bot: partner.id, block: !blocked }))]);
  }
  if (chat.type !== "private") {
    for (const account of [...bots(), ...people()]) {
      const inside = chat.members.includes(account.id);
      const who = { person: state.person, chat: chat.key, who: account.id };
      items.push([t(inside ? "remove" : "add", { name: account.name }), () => attempt(() => act(inside ? "remove" : "add", who))]);
    }
  }
  menu(titleOf(chat), items);
}

export function refreshFooter() {
  const chat = openChat();
  if (chat) footer(chat);
}

export function wireRoom() {
  followTheEnd();
  byId("room-menu").addEventListener("click", roomMenu);
  byId("start").addEventListener("click", () => {
    const partner = other(openChat() ?? pretend());
    if (me().blocks.includes(partner.id)) attempt(() => act("block", { person: state.person, bot: partner.id, block: false }));
    else begin();
  });
  new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) older(); }, { root: byId("log"), rootMargin: "600px 0px 0px 0px" }).observe(byId("older"));
}
