// Writing, attaching, dropping and recording.

import { act, sendFile } from "./api.js";
import { byId, clock, toast } from "./dom.js";
import { ask, menu, sendDialog, tell } from "./dialogs.js";
import { gist, me, nameOf, openChat, other, state, t } from "./state.js";

let replying = null;
let editing = null;
let recorder = null;

export function attempt(work) {
  return Promise.resolve().then(work).catch((error) => {
    toast(t("refused", { why: t(error.message) }));
  });
}

export function replyTo(message) {
  [replying, editing] = [message, null];
  above(`${t("replyTo", { name: nameOf(message.from) })}: ${gist(message)}`);
}

export function edit(message) {
  [replying, editing] = [null, message];
  byId("text").value = message.text;
  above(t("editing"));
}

function above(text) {
  byId("above").hidden = !text;
  byId("above-text").textContent = text;
  if (text) byId("text").focus();
}

export function reset() {
  if (editing) byId("text").value = "";
  replying = editing = null;
  above("");
  grow();
}

function grow() {
  const text = byId("text");
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 140)}px`;
  byId("composer").classList.toggle("has-text", Boolean(text.value.trim()));
}

async function submit() {
  if (recorder) return recorder.stop(true);
  const text = byId("text").value.trim();
  const chat = openChat();
  if (!text || !chat) return null;
  const where = { person: state.person, chat: chat.key };
  if (editing) await act("edit", { ...where, id: editing.id, text });
  else await act("say", { ...where, text, reply: replying?.id });
  byId("text").value = "";
  return reset();
}

function seconds(file) {
  return new Promise((resolve) => {
    if (!/^(audio|video)\//.test(file.type)) return resolve(0);
    const probe = document.createElement("audio");
    const done = (value) => { URL.revokeObjectURL(probe.src); resolve(Number.isFinite(value) ? value : 0); };
    probe.onloadedmetadata = () => done(probe.duration);
    probe.onerror = () => done(0);
    setTimeout(() => done(0), 1500);
    probe.src = URL.createObjectURL(file);
    return null;
  });
}

export function offer(file) {
  const chat = openChat();
  if (!file || !chat) return;
  if (file.size === 0) { tell(file.name, t("emptyFile")); return; }
  const where = { person: state.person, chat: chat.key, reply: replying?.id };
  sendDialog(file, (kind, caption) => attempt(async () => {
    await sendFile({ ...where, kind, caption, seconds: await seconds(file) }, file, file.name);
    reset();
  }));
}

async function record() {
  if (recorder) return recorder.stop(false);
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    return toast(t("noMicrophone"));
  }
  const type = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"].find((one) => MediaRecorder.isTypeSupported(one));
  const media = new MediaRecorder(stream, type ? { mimeType: type } : {});
  const parts = [];
  const began = performance.now();
  const chat = openChat();
  const where = { person: state.person, chat: chat.key, reply: replying?.id };
  const tick = setInterval(show, 250);
  let wanted = false;
  function show() {
    byId("recording").textContent = `● ${t("recording")} ${clock((performance.now() - began) / 1000)}`;
  }
  media.ondataavailable = (event) => parts.push(event.data);
  media.onstop = () => {
    clearInterval(tick);
    for (const track of stream.getTracks()) track.stop();
    recorder = null;
    recordingShown(false);
    if (!wanted) return;
    const blob = new Blob(parts, { type: media.mimeType.split(";")[0] });
    const length = Math.max(1, (performance.now() - began) / 1000);
    attempt(() => sendFile({ ...where, kind: "voice", seconds: length }, blob, "memo")).then(reset);
  };
  recorder = { stop: (send) => { wanted = send; media.stop(); } };
  media.start();
  show();
  recordingShown(true);
  return null;
}

function recordingShown(on) {
  byId("recording").hidden = !on;
  byId("text").hidden = on;
  byId("composer").classList.toggle("records", on);
  byId("record").setAttribute("aria-label", t(on ? "cancel" : "record"));
}

function commandMenu() {
  const bot = other(openChat());
  const given = bot?.commands[state.language] ?? bot?.commands[""] ?? [];
  const say = (text) => attempt(() => act("say", { person: state.person, chat: openChat().key, text }));
  menu(t("commands"), given.map((one) => [`/${one.command} – ${one.description}`, () => say(`/${one.command}`)]));
}

export function keyboardOf(chat) {
  const holder = byId("keyboard");
  const rows = [];
  for (const message of chat.latest ?? []) {
    if (message.keyboard) rows.splice(0, rows.length, ...message.keyboard);
    if (message.noKeyboard) rows.length = 0;
  }
  holder.hidden = rows.length === 0;
  holder.replaceChildren(...rows.map((row) => {
    const line = document.createElement("div");
    line.className = "keys";
    for (const key of row) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "key";
      button.textContent = key.text;
      button.addEventListener("click", () => attempt(() => tap(key)));
      line.append(button);
    }
    return line;
  }));
}

async function tap(key) {
  const chat = openChat();
  const where = { person: state.person, chat: chat.key };
  if (!key.contact) return act("say", { ...where, text: key.text });
  const question = t("shareNumber", { phone: me().phone ?? "", name: other(chat)?.name ?? "" });
  return (await ask(key.text, question, t("share"))) ? act("contact", where) : null;
}

export function wire() {
  byId("composer").addEventListener("submit", (event) => { event.preventDefault(); attempt(submit); });
  byId("text").addEventListener("input", grow);
  byId("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); attempt(submit); }
    if (event.key === "Escape") reset();
  });
  byId("above-close").addEventListener("click", reset);
  byId("attach").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", (event) => { offer(event.target.files[0]); event.target.value = ""; });
  byId("record").addEventListener("click", () => attempt(record));
  byId("commands").addEventListener("click", commandMenu);
  const room = byId("room");
  const shown = (on) => { byId("drop").hidden = !on; };
  room.addEventListener("dragover", (event) => { event.preventDefault(); shown(true); });
  room.addEventListener("dragleave", (event) => { if (!room.contains(event.relatedTarget)) shown(false); });
  room.addEventListener("drop", (event) => { event.preventDefault(); shown(false); offer(event.dataTransfer.files[0]); });
}
