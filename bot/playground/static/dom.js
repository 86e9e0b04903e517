// Building blocks.  Foreign text only ever becomes text nodes; nothing here parses HTML.

export const byId = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

export const ICONS = {
  play: "M7 4.5v15l13-7.5z",
  pause: "M6.5 4.5h4v15h-4zM13.5 4.5h4v15h-4z",
  file: "M6 2.5h8l5 5V21.5H6zM13.5 3.5V8.5H18.5",
  dots: "M5 10.3a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4m7 0a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4m7 0a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4",
};

export function face(account, small = false) {
  const name = account.name || account.title || "?";
  const letters = account.bot
    ? ""
    : name.split(/\s+/).filter((part) => /\p{Lu}|\+/u.test(part[0])).map((part) => part[0]);
  const hue = Math.abs(account.id || 3) % 6;
  const node = el("span", { class: `face hue-${hue}${small ? " small" : ""}`, "aria-hidden": "true" });
  if (account.bot) {
    node.classList.add("shield");
    // Three bars of sound in a shield: a tick would say that all is well.
    node.append(icon("M12 2.5 4 5.5v6c0 5 3.3 8.4 8 10 4.7-1.6 8-5 8-10v-6zM7.6 10h1.6v4H7.6zM11.2 7.5h1.6v9h-1.6zM14.8 9.5h1.6v5h-1.6z"));
  } else {
    node.textContent = (letters[0] || name[0]) + (letters.length > 1 ? letters.at(-1) : "");
  }
  return node;
}

export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

let toastTimer = 0;

export function toast(text) {
  const node = byId("toast");
  node.textContent = text;
  node.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => node.classList.remove("shown"), 4000);
}
