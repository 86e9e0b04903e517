// What the page knows.  One copy, changed by events from the server, read by the views.

import { load } from "./api.js";

export const state = {
  language: "nl",
  texts: {},
  accounts: new Map(),
  chats: new Map(),
  scenarios: [],
  person: 0, // whose app is shown
  open: new Map(), // person -> key of the open chat
  unread: new Map(), // "person key" -> number
  typing: new Map(), // chat key -> {who, action, until}
  event: 0,
};

export async function refresh() {
  const news = await load("state");
  state.texts = news.texts;
  state.language = news.language;
  state.scenarios = news.scenarios;
  state.event = news.event;
  setAccounts(news.accounts);
  state.chats = new Map(news.chats.map((chat) => [chat.key, chat]));
  if (!state.accounts.has(state.person)) state.person = people()[0].id;
}

export function setAccounts(accounts) {
  state.accounts = new Map(accounts.map((account) => [account.id, account]));
}

export function t(key, values = {}) {
  const text = (state.texts[state.language] || {})[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export const words = (given) => (typeof given === "string" ? given : given[state.language]);

export const people = () => [...state.accounts.values()].filter((a) => !a.bot && a.role !== "server");
export const bots = () => [...state.accounts.values()].filter((a) => a.bot);
export const me = () => state.accounts.get(state.person);
export const nameOf = (id) => state.accounts.get(id)?.name ?? "";

export function other(chat, person = state.person) {
  if (chat.type !== "private") return null;
  return state.accounts.get(chat.members.find((id) => id !== person));
}

export const titleOf = (chat, person) => (chat.type === "private" ? other(chat, person)?.name ?? "" : chat.title);
export const openChat = () => state.chats.get(state.open.get(state.person));

// The person's chats, newest first, and every bot that they have not spoken to yet.
export function myChats() {
  const mine = [...state.chats.values()].filter((chat) => chat.members.includes(state.person));
  for (const bot of bots()) {
    if (!mine.some((chat) => other(chat)?.id === bot.id)) {
      mine.push({ key: `new-${bot.id}`, type: "private", members: [state.person, bot.id], admins: [], pinned: [], last: null });
    }
  }
  return mine.sort((a, b) => (b.last?.id ?? 0) - (a.last?.id ?? 0));
}

export function gist(message) {
  if (!message) return "";
  if (message.service) return serviceText(message);
  const kind = message.media ? t(message.media.kind) : message.contact ? t("contact") : "";
  return [kind, uncovered(message)].filter(Boolean).join(": ");
}

// What may stand in a list or be read aloud: what lies under a spoiler stays there.
function uncovered(message) {
  let text = message.text;
  for (const { type, offset, length } of message.entities) {
    if (type === "spoiler") text = text.slice(0, offset) + "▒".repeat(length) + text.slice(offset + length);
  }
  return text;
}

export function serviceText(message) {
  const { kind, who } = message.service;
  const name = (who || []).map(nameOf).join(", ");
  if (kind === "new_chat_members") return t("joined", { name });
  if (kind === "left_chat_member") return t("left", { name });
  if (kind === "pinned_message") return t("pinnedNote", { name: nameOf(message.from) });
  return kind;
}
