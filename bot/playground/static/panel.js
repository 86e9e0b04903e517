// The side panel: stories that play step by step, and stop wherever one likes.

import { act } from "./api.js";
import { attempt } from "./composer.js";
import { byId, el } from "./dom.js";
import { state, t, words } from "./state.js";

const PAUSE_SECONDS = 1.6;
const at = new Map(); // scenario name -> next step
let running = null;

const BESIDE_THE_CHAT = "(min-width: 48rem)"; // as in page.css: from there on the panel covers nothing

export function showPanel(onStep, onClose) {
  const panel = byId("panel");
  panel.replaceChildren(
    el("button", { type: "button", class: "plain close", "data-do": "close", onclick: onClose }, t("close")),
    el("h2", {}, t("scenarios")),
    el("p", { class: "faint" }, t("storyHint")),
    ...state.scenarios.map((scenario) => story(scenario, onStep, onClose)),
  );
}

function story(scenario, onStep, onClose) {
  const next = at.get(scenario.name) ?? 0;
  const count = scenario.steps.length;
  const done = next >= count;
  const runs = running === scenario.name;
  const steps = scenario.steps.map((step, i) => el("li", { class: i < next ? "past" : i === next ? "next" : "", "aria-current": i === next && next > 0 ? "step" : null }, words(step.tell)));
  const again = () => showPanel(onStep, onClose);
  const one = async () => {
    if ((at.get(scenario.name) ?? 0) >= count) at.set(scenario.name, 0);
    const step = at.get(scenario.name) ?? 0;
    const where = await act("step", { scenario: scenario.name, step, language: state.language });
    at.set(scenario.name, step + 1);
    await onStep(where);
    again();
  };
  const play = async () => {
    running = scenario.name;
    again();
    // On a telephone the sheet would cover the story that it tells.
    if (!matchMedia(BESIDE_THE_CHAT).matches) onClose();
    try {
      do {
        await one();
        await new Promise((resolve) => setTimeout(resolve, PAUSE_SECONDS * 1000));
      } while (running === scenario.name && at.get(scenario.name) < count);
    } finally {
      if (running === scenario.name) running = null;
      again();
    }
  };
  const stop = () => { running = null; again(); };
  const status = done ? t("storyDone") : next ? t("stepOf", { step: next, count }) : "";
  return el("section", { class: "story", "data-story": scenario.name },
    el("h3", {}, words(scenario.title)),
    el("p", {}, words(scenario.about)),
    el("ol", {}, ...steps),
    el("p", { class: "faint", role: "status" }, status),
    el("div", { class: "answers" },
      el("button", { type: "button", class: "plain", "data-do": "step", disabled: runs, onclick: () => attempt(one) }, t("nextStep")),
      runs
        ? el("button", { type: "button", class: "wide", "data-do": "stop", onclick: stop }, t("stopStory"))
        : el("button", { type: "button", class: "wide", "data-do": "play", onclick: () => attempt(play) }, t("playStory"))));
}
