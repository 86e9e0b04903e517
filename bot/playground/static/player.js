// A small player for memos: one button, one slider; only one of them sounds at a time.

import { ICONS, clock, el, icon, size } from "./dom.js";
import { t } from "./state.js";

let sounding = null;

export function player(media, source) {
  let audio = null;
  const seconds = () => (audio && Number.isFinite(audio.duration) ? audio.duration : media.seconds);
  const slider = el("input", { type: "range", min: "0", max: "1000", value: "0", "aria-label": t("position") });
  const time = el("span", { class: "faint" }, media.seconds ? clock(media.seconds) : size(media.size));
  const button = el("button", { type: "button", class: "disc", "aria-label": t("play") }, icon(ICONS.play));
  const show = () => {
    const runs = audio && !audio.paused;
    button.setAttribute("aria-label", t(runs ? "pause" : "play"));
    button.replaceChildren(icon(runs ? ICONS.pause : ICONS.play));
  };
  const move = () => {
    if (seconds()) slider.value = String((1000 * audio.currentTime) / seconds());
    time.textContent = clock(audio.paused && !audio.currentTime ? seconds() : audio.currentTime);
  };
  const prepare = () => {
    if (audio) return;
    audio = new Audio(source);
    for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, show);
    audio.addEventListener("timeupdate", move);
    audio.addEventListener("error", () => { time.textContent = "–"; show(); });
  };
  button.addEventListener("click", () => {
    prepare();
    if (!audio.paused) return audio.pause();
    if (sounding && sounding !== audio) sounding.pause();
    sounding = audio;
    return audio.play().catch(show);
  });
  slider.addEventListener("input", () => {
    prepare();
    if (seconds()) audio.currentTime = (seconds() * Number(slider.value)) / 1000;
  });
  const name = media.kind === "audio" ? el("strong", {}, media.title || media.name) : null;
  return el("div", { class: "player", role: "group", "aria-label": t(media.kind) }, button,
    el("span", { class: "track" }, name, slider, time));
}
