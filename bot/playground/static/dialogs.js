// Questions in a box: made when asked, gone when answered.  <dialog> keeps focus and Escape right.

import { el, face, size } from "./dom.js";
import { myChats, other, people, state, t, titleOf } from "./state.js";

function box(title, ...content) {
  const dialog = el("dialog", { "aria-label": title }, el("h2", {}, title), ...content);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

const closing = () => el("button", { type: "button", class: "plain", onclick: (e) => e.target.closest("dialog").close() }, t("close"));

export function tell(title, text) {
  box(title, el("p", { class: "said" }, text), el("div", { class: "answers" }, closing()));
}

export function ask(title, text, yes) {
  return new Promise((resolve) => {
    const sure = el("button", { type: "button", class: "wide", onclick: () => { resolve(true); dialog.close(); } }, yes);
    const dialog = box(title, el("p", { class: "said" }, text), el("div", { class: "answers" }, closing(), sure));
    dialog.addEventListener("close", () => resolve(false));
    sure.focus();
  });
}

export function menu(title, items, quick = []) {
  const run = (act) => (event) => { event.target.closest("dialog").close(); act(); };
  const row = quick.length
    ? el("div", { class: "quick" }, ...quick.map(([label, act]) => el("button", { type: "button", class: "tool round", onclick: run(act) }, label)))
    : null;
  const list = items.map(([label, act]) => el("li", {}, el("button", { type: "button", class: "item", onclick: run(act) }, label)));
  box(title, row, el("ul", { class: "items" }, ...list), el("div", { class: "answers" }, closing()));
}

function choice(account, label, act) {
  return el("li", {}, el("button", { type: "button", class: "item", onclick: (event) => { event.target.closest("dialog").close(); act(); } }, face(account, true), label));
}

export function chooseTarget(onChosen) {
  const origin = el("fieldset", {},
    el("label", {}, el("input", { type: "radio", name: "origin", value: "", checked: true }), t("showOrigin")),
    el("label", {}, el("input", { type: "radio", name: "origin", value: "1" }), t("hideOrigin")));
  const hidden = () => Boolean(origin.querySelector("input:checked").value);
  const targets = [...myChats()];
  const list = targets.map((chat) => choice(other(chat) ?? { title: chat.title, id: chat.key.length }, titleOf(chat), () => onChosen({ chat }, hidden())));
  const known = new Set(targets.map((chat) => other(chat)?.id));
  for (const person of people()) {
    if (person.id !== state.person && !known.has(person.id)) {
      list.push(choice(person, person.name, () => onChosen({ person }, hidden())));
    }
  }
  box(t("forwardTo"), origin, el("ul", { class: "items" }, ...list), el("div", { class: "answers" }, closing()));
}

export function choosePerson(onChosen) {
  const list = people().filter((one) => one.id !== state.person).map((one) => choice(one, `${one.name} (${t(one.role)})`, () => onChosen(one)));
  box(t("newChatWith"), el("ul", { class: "items" }, ...list), el("div", { class: "answers" }, closing()));
}

export function enlarge(source) {
  const dialog = box(t("photo"), el("img", { src: source, alt: t("photo"), class: "large" }), el("div", { class: "answers" }, closing()));
  dialog.classList.add("picture");
}

const KINDS = {
  image: ["photo", "document"], audio: ["voice", "audio", "document"], video: ["video", "video_note", "document"],
};

function kindsOf(file) {
  const name = file.name.toLowerCase();
  if (/\.(opus|ogg|oga)$/.test(name)) return KINDS.audio;
  const main = file.type.split("/")[0];
  if (main === "audio" || /\.(mp3|m4a|wav|flac|amr)$/.test(name)) return ["audio", "voice", "document"];
  return KINDS[main] ?? ["document"];
}

export function sendDialog(file, onSend) {
  const kinds = kindsOf(file);
  const radios = kinds.map((kind, i) => el("label", {}, el("input", { type: "radio", name: "kind", value: kind, checked: i === 0 }), t(kind)));
  const caption = el("input", { type: "text", name: "caption", maxlength: "1024", "aria-label": t("caption"), placeholder: t("caption") });
  const form = el("form", { method: "dialog" },
    el("p", { class: "said" }, `${file.name} · ${size(file.size)}`),
    el("fieldset", {}, el("legend", {}, t("sendAs")), ...radios), caption,
    el("div", { class: "answers" }, closing(), el("button", { class: "wide", id: "send-file" }, t("send"))));
  form.addEventListener("submit", () => onSend(form.querySelector("input[name=kind]:checked").value, caption.value));
  box(t("attach"), form);
  form.querySelector("#send-file").focus();
}
