// Recordings of the reader's voice: in the browser's IndexedDB and nowhere else, piece by piece, so that
// leaving the page costs the last seconds only. A browser may forbid that, or have no room: then a
// recording lasts as long as its page.

import { button, el } from "./shared.js";
import { save } from "./words.js";

const BASE = "nearest-neighbor-network";
const VOICES = "voices"; // [question, piece] under [session, question, number of the piece]

const settled = (it, well, ill) => new Promise((done, failed) => {
  it[well] = done;
  it[ill] = failed;
});

/**
 * What `ask` gets from the recordings that are kept; undefined where the browser keeps none.
 * @param {IDBTransactionMode} mode
 * @param {(voices: IDBObjectStore) => IDBRequest} ask
 */
async function asked(mode, ask) {
  try {
    const opening = window.indexedDB.open(BASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(VOICES);
    await settled(opening, "onsuccess", "onerror");
    const change = opening.result.transaction(VOICES, mode);
    const request = ask(change.objectStore(VOICES));
    opening.result.close(); // once the change is done
    await settled(change, "oncomplete", "onabort");
    return request.result;
  } catch {
    return undefined;
  }
}

const range = (...key) => IDBKeyRange.bound(key, [...key, []]);

/** Keep a piece of a recording, the first in place of an earlier one; return whether that worked. */
export const keepVoice = async (session, question, i, piece) =>
  (await asked("readwrite", (voices) => {
    if (!i) voices.delete(range(session, question));
    return voices.put([question, piece], [session, question, i]);
  })) !== undefined;

/** The pieces of a recording as one. */
export const joinedOf = (pieces) => new Blob(pieces, { type: pieces[0]?.type });

/** The recordings of a session, by the question. */
export async function voicesOf(session) {
  const found = await asked("readonly", (voices) => voices.getAll(range(session))) ?? [];
  const sounds = Map.groupBy(found, ([question]) => question);
  return new Map([...sounds].map(([question, all]) => [question, joinedOf(all.map(([, piece]) => piece))]));
}

/**
 * Forget all recordings but those of some sessions and of what came after the last of them, which may
 * wait in a file; return the keys of all pieces that there were.
 */
export const forgetVoices = (sessions) => asked("readwrite", (voices) => {
  const keys = voices.getAllKeys();
  const stays = (at) => sessions.includes(at) || at > sessions.at(-1);
  keys.onsuccess = () => keys.result.forEach((key) => stays(key[0]) || voices.delete(key));
  return keys;
});

/** A recording, to be heard and to be saved. */
export function heardIn(on, question, sound, ...words) {
  const keepIt = button("Save the recording");
  const kind = /ogg|mp4/.exec(sound.type)?.[0] ?? "webm";
  on(keepIt, "click", () => save(`${question}.${kind}`, sound, sound.type));
  return el("div", { class: "nn-row" },
    el("audio", { controls: "", src: URL.createObjectURL(sound), "aria-label": "What you said" }),
    keepIt, ...words);
}
