// The page's calls.  All addresses are relative: the key is part of the page's own address.

export class Refused extends Error {}

async function answered(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(body.refused || response.statusText);
  return body.done;
}

export async function act(action, given) {
  return answered(await fetch(`api/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(given),
  }));
}

export async function sendFile(fields, file, name) {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && value !== "") form.append(key, value);
  }
  form.append("file", file, name);
  return answered(await fetch("api/send", { method: "POST", body: form }));
}

export async function load(path) {
  const response = await fetch(`api/${path}`);
  if (!response.ok) throw new Refused(response.statusText);
  return response.json();
}

export function follow(after, onEvent, onLost) {
  const source = new EventSource(`api/events?after=${after}`);
  let failures = 0;
  source.onmessage = (event) => {
    failures = 0;
    onEvent(JSON.parse(event.data));
  };
  source.onopen = () => { failures = 0; };
  source.onerror = () => {
    failures += 1;
    if (failures >= 3 || source.readyState === EventSource.CLOSED) {
      source.close();
      onLost();
    }
  };
}
