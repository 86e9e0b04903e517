// Start: load the world, draw it, and follow what happens in it.

import { act, follow } from "./api.js";
import { wire } from "./composer.js";
import { choosePerson, tell } from "./dialogs.js";
import { byId, el, face, toast } from "./dom.js";
import { onText } from "./entities.js";
import { spoken } from "./message.js";
import { showPanel } from "./panel.js";
import { addMessage, answered, begin, changeMessage, redraw, refreshFooter, removeMessage, showRoom, showStatus, wireRoom } from "./room.js";
import { attempt } from "./composer.js";
import { bots, gist, me, myChats, nameOf, openChat, other, people, refresh, setAccounts, state, t, titleOf } from "./state.js";

const THEMES = ["", "dark", "light"];
const TYPING_SECONDS = 5;

function drawTexts() {
  document.documentElement.lang = state.language;
  document.title = t("title");
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = t(node.dataset.placeholder);
  byId("language").lang = state.language === "nl" ? "en" : "nl";
}

const unreadKey = (person, chat) => `${person} ${chat}`;

function drawPeople() {
  byId("people").replaceChildren(...people().map((person) => {
    const count = [...state.unread].filter(([key]) => key.startsWith(`${person.id} `)).reduce((sum, [, n]) => sum + n, 0);
    return el("button", {
      type: "button", class: "person", title: unknown(person), "aria-pressed": String(person.id === state.person), "data-role": person.role,
      onclick: () => be(person.id),
    }, face(person, true), el("span", {}, el("strong", {}, person.name.split(" ")[0]), el("small", {}, t(person.role))),
    count ? el("span", { class: "badge" }, String(count), el("span", { class: "hidden" }, ` ${t("unread", { count: "" })}`)) : null);
  }));
}

// The pretender bears the daughter's name; only the number tells them apart.
const unknown = (account) => (account?.role === "scammer" ? t("unknownNumber", { phone: account.phone }) : null);

function drawChats() {
  byId("list").setAttribute("aria-label", t("chats", { name: me().name }));
  byId("chats").replaceChildren(...myChats().map((chat) => {
    const partner = other(chat);
    const count = state.unread.get(unreadKey(state.person, chat.key)) ?? 0;
    return el("li", {}, el("button", {
      type: "button", class: "entry", "aria-current": state.open.get(state.person) === chat.key ? "true" : null,
      "data-chat": chat.key, onclick: () => open(chat.key),
    }, face(partner ?? chat),
    el("span", { class: "names", title: unknown(partner) }, el("strong", {}, titleOf(chat)),
      unknown(partner) ? el("span", { class: "hidden" }, unknown(partner)) : null, el("span", { class: "cut" }, gist(chat.last))),
    count ? el("span", { class: "badge" }, String(count), el("span", { class: "hidden" }, ` ${t("unread", { count: "" })}`)) : null));
  }));
}

function draw() {
  const key = state.open.get(state.person);
  if (key) state.unread.delete(unreadKey(state.person, key));
  drawPeople();
  drawChats();
  return showRoom();
}

function be(person) {
  state.person = person;
  return draw();
}

function open(key) {
  state.open.set(state.person, key);
  return draw();
}

function happen(event) {
  const chat = state.chats.get(event.chat);
  switch (event.type) {
    case "reload":
      location.reload();
      break;
    case "chat":
      state.chats.set(event.chat.key, { ...state.chats.get(event.chat.key), ...event.chat });
      draw();
      break;
    case "message":
      arrive(event.message);
      break;
    case "edit":
      if (chat?.last?.id === event.message.id) chat.last = event.message;
      changeMessage(event.message);
      drawChats();
      announce(event.message);
      break;
    case "delete":
      if (chat?.last?.id === event.id) chat.last = null;
      removeMessage(event.chat, event.id);
      byId("announcer").replaceChildren();
      drawChats();
      break;
    case "typing":
      typing(event);
      break;
    case "answer":
      answered(event.id);
      if (event.person !== state.person || !event.text) break;
      if (event.alert) tell(nameOf(other(chat)?.id) || t("chat"), event.text);
      else toast(event.text);
      break;
    case "accounts":
      setAccounts(event.accounts);
      refreshFooter();
      break;
    default:
  }
}

function arrive(message) {
  let chat = state.chats.get(message.chat);
  if (!chat) {
    const ids = message.chat.slice(1).split("-").map(Number);
    chat = { key: message.chat, type: "private", members: ids, admins: [], pinned: [] };
    state.chats.set(chat.key, chat);
    for (const [person, key] of state.open) {
      if (key === `new-${other(chat, person)?.id}` && ids.includes(person)) state.open.set(person, chat.key);
    }
  }
  chat.last = message;
  state.typing.delete(chat.key);
  for (const person of people()) {
    const seen = person.id === state.person && state.open.get(person.id) === chat.key;
    if (chat.members.includes(person.id) && message.from !== person.id && !seen) {
      const key = unreadKey(person.id, chat.key);
      state.unread.set(key, (state.unread.get(key) ?? 0) + 1);
    }
  }
  draw();
  addMessage(message);
  announce(message);
}

function announce(message) {
  if (message.from === state.person || openChat()?.key !== message.chat || message.service) return;
  byId("announcer").replaceChildren(el("p", {}, spoken(message)));
}

function typing(event) {
  state.typing.set(event.chat, { ...event, until: Date.now() + TYPING_SECONDS * 1000 });
  const show = () => { if (openChat()?.key === event.chat) showStatus(openChat()); };
  show();
  setTimeout(show, TYPING_SECONDS * 1000 + 50);
}

// A link to a bot of ours opens it here, as the real app would.
function botLink(url) {
  const name = url.protocol === "tg:" ? url.searchParams.get("domain") : /^(t|telegram)\.me$/.test(url.hostname) ? url.pathname.slice(1) : null;
  const bot = bots().find((one) => one.username.toLowerCase() === name?.toLowerCase());
  if (!bot) return false;
  const payload = url.searchParams.get("start");
  if (payload) begin(payload, bot).then(draw);
  else open(myChats().find((chat) => other(chat)?.id === bot.id).key);
  return true;
}

function mention(name) {
  const account = [...state.accounts.values()].find((one) => one.username?.toLowerCase() === name.toLowerCase());
  const chat = myChats().find((one) => other(one)?.id === account?.id);
  if (chat) open(chat.key);
}

function theme(next) {
  const value = next ?? localStorage.getItem("theme") ?? "";
  if (value) document.documentElement.dataset.theme = value;
  else delete document.documentElement.dataset.theme;
  localStorage.setItem("theme", value);
}

async function language() {
  state.language = state.language === "nl" ? "en" : "nl";
  drawTexts();
  await act("language", { language: state.language });
  showPanel(played, closePanel);
  draw();
  redraw();
}

async function played(where) {
  state.person = where.person;
  // Who acts in a story has read what came before.
  for (const key of [...state.unread.keys()]) if (key.startsWith(`${where.person} `)) state.unread.delete(key);
  await open(where.chat);
}

function panel(show) {
  byId("panel").hidden = !show;
  byId("stories").setAttribute("aria-expanded", String(show));
  document.body.classList.toggle("with-panel", show);
}

function closePanel() {
  panel(false);
  byId("stories").focus();
}

function wireAll() {
  wire();
  wireRoom();
  onText({
    link: botLink,
    mention,
    command: (text) => attempt(() => act("say", { person: state.person, chat: openChat().key, text })),
  });
  byId("back").addEventListener("click", () => { state.open.delete(state.person); draw(); });
  byId("language").addEventListener("click", () => attempt(language));
  byId("theme").addEventListener("click", () => {
    const now = localStorage.getItem("theme") ?? "";
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const order = dark ? ["", "light", "dark"] : THEMES;
    theme(order[(order.indexOf(now) + 1) % 3]);
  });
  byId("stories").addEventListener("click", () => panel(byId("panel").hidden));
  document.addEventListener("keydown", (event) => {
    const taken = event.target.id === "text" || document.querySelector("dialog[open]");
    if (event.key === "Escape" && !taken && !byId("panel").hidden) closePanel();
  });
  byId("new-chat").addEventListener("click", () => choosePerson((person) => attempt(async () => {
    open(await act("open", { person: state.person, with: person.id }));
  })));
  document.addEventListener("show", draw);
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => event.preventDefault());
}

theme();
await refresh();
drawTexts();
wireAll();
showPanel(played, closePanel);
panel(matchMedia("(min-width: 70rem)").matches);
if (matchMedia("(min-width: 48rem)").matches) state.open.set(state.person, myChats()[0]?.key);
await draw();
follow(state.event, happen, () => {
  byId("banner").textContent = t("lost");
  byId("banner").classList.add("lost");
});
document.documentElement.dataset.ready = "yes";
