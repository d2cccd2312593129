// The mock interview in the page: a question, an answer aloud, and where that leads: on, to what an
// interviewer would ask next, or to a hint.

import {
  able, announcer, begin, button, clamp, el, isRecord, listen, same, set, write,
} from "./shared.js";
import { keep, keepingNote, kept } from "./keeping.js";
import { append, followed } from "./tabs.js";
import { heardIn, joinedOf, keepVoice, voicesOf } from "./voices.js";
import { SITTING, clock, fileOf, listing, pageLink, plural, prose, save } from "./words.js";
import { MOST, blank, drawSession, halves, planned, timesOf } from "./sitting.js";
import { recordOf, sessionOf, sum, summaryOf } from "./sitting.js";

const KEY = "mock";
const PAD = "mock"; // the name of the blank pad beside the interview
const LASTING = "It lasts until you leave the page.";
const ELSEWHERE = "Another tab has gone on with this interview. Here is where it stands.";

/** The parts, top to bottom, in a box. */
function partsOf(interview, said, note, doubt) {
  const total = el("strong", { class: "nn-number" });
  const own = el("span", { class: "nn-number" });
  const hold = button("Pause");
  const time = el("div", { class: "nn-row nn-time", role: "timer", "aria-label": "Time" }, total, own);
  const bar = el("div", { class: "nn-row" }, time, hold);
  const list = el("ol", { class: "nn-parts" });
  const stage = el("div", { class: "nn-stage" });
  const leave = button("End here");
  const box = el("div", { class: "nn-widget nn-mock", role: "group", "aria-label": interview.title },
    bar, list, stage, said, doubt, el("div", { class: "nn-row" }, leave, note));
  return { box, bar, time, total, own, hold, list, stage, leave };
}

/**
 * What asks once before something is lost: a sentence, and two buttons, of which the one that keeps it
 * has the focus.
 */
function doubtOf(on, announce) {
  const both = [button(""), button("")];
  const node = el("div", { class: "nn-row", hidden: true }, ...both);
  let ways = [];
  both.forEach((it, i) => on(it, "click", () => {
    node.hidden = true;
    ways[i]();
  }));
  function doubt(words, names, ...acts) {
    announce(words);
    both.forEach((it, i) => write(it, names[i]));
    ways = acts;
    node.hidden = false;
    both[0].focus();
  }
  return { node, doubt };
}

/** A sitting: the session under way, and its clock, which stands while answers are compared. */
function sittingOf(announce) {
  const sitting = { session: null, parts: [], running: false, open, ticking, read, restart, step, own };
  let before = 0; // when the clock was last read
  function step() {
    return sitting.parts[sitting.session.part].steps[sitting.session.step];
  }
  function own() {
    return sitting.session.steps[step().id];
  }
  /** Whether a question is open, and nothing but a pause stops the clock. */
  function open() {
    return ["asking", "probing"].includes(sitting.session?.phase);
  }
  function ticking() {
    return sitting.running && open();
  }
  function restart() {
    before = performance.now();
    sitting.running = true;
  }
  function read() {
    const now = performance.now();
    const passed = now - before;
    before = now;
    if (!ticking()) return;
    const { session, parts } = sitting;
    const had = sum(session.spent);
    const hadOwn = session.spent[session.part];
    session.spent[session.part] += Math.max(passed, 0);
    const { title, minutes } = parts[session.part];
    const crossed = (from, minute) => from < minute * 60000 && from + passed >= minute * 60000;
    if (crossed(hadOwn, minutes)) {
      announce(`${title}: the ${plural(minutes, "minute")} planned for it are over.`);
    }
    for (const left of [10, 5, 1, 0]) {
      if (crossed(had, planned(parts) - left)) {
        announce(left ? `${plural(left, "minute")} left.`
          : "Time is up. Finish your sentence, then end here.");
      }
    }
  }
  return sitting;
}

/** Show the clock's face. */
function face({ time, total, own }, { session, parts }) {
  if (!session) return;
  const all = sum(session.spent);
  const part = parts[session.part];
  write(total, `${clock(all)} of ${planned(parts)}:00`);
  write(own, `${part.title}: ${clock(session.spent[session.part])} of ${part.minutes}:00`);
  set(time, { "data-over": String(all > planned(parts) * 60000) });
}

/** Show the clock every second, and keep the session every five, until `life` ends. */
function tick(page, parts, sitting, send) {
  let seconds = 0;
  const timer = setInterval(() => {
    sitting.read();
    face(parts, sitting);
    if (sitting.ticking() && (seconds += 1) % 5 === 0) send();
  }, 1000);
  page.life.addEventListener("abort", () => {
    sitting.read();
    clearInterval(timer);
    if (sitting.session) send();
  });
}

/** What stands in the blank pad, and what the judge said of it, unless it is what an earlier session left. */
function workOf() {
  const [pad, reports] = [kept(`pad:${PAD}`), kept(`report:${PAD}`)];
  if (typeof pad?.code !== "string" || !pad.code.trim()) return null;
  const judged = Object.entries(isRecord(reports) ? reports : {}).filter(([, one]) => isRecord(one));
  const said = judged.map(([drill, { code, words }]) =>
    `${drill}: ${words}${code === pad.code ? "" : ", in an earlier version"}`);
  const past = kept("sittings");
  const left = Array.isArray(past) && past.findLast((one) => one?.work)?.work.code;
  return said.length || pad.code !== left ? { code: pad.code, report: said.join("; ") } : null;
}

/** What the reader may do; each ends in `commit`, which shows it with the focus on what is new. */
function actsOf(interview, sitting, recorder, { commit, announce, doubt, unrated }) {
  function turn(phase, words) {
    sitting.read();
    sitting.session.phase = phase;
    commit();
    announce(words);
  }
  function begins(number, screen) {
    setAside(interview); // this may be a tab of an earlier edition
    const parts = sitting.parts = drawSession(interview, number, screen);
    const steps = parts.flatMap((part) => part.steps.map(({ id }) => [id, blank()]));
    sitting.session = { mark: interview.mark, number, screen, part: 0, step: 0, phase: "asking",
      spent: parts.map(() => 0), began: new Date().toISOString().slice(0, 10), at: Date.now(),
      steps: Object.fromEntries(steps), work: null };
    keep(`report:${PAD}`); // verdicts of the interview before this one
    recorder.recall(sitting.session);
    sitting.restart();
    commit();
    announce(`Session ${number}. ${parts[0].title}, ${parts[0].minutes} minutes. The clock runs.`);
  }
  function compare() {
    recorder.stop();
    sitting.own().marked = true;
    turn("marking", "The clock stands. Compare, and rate each line that is quoted.");
  }
  const choose = () => turn("choosing", "The clock stands. What did you say?");
  function probe(index) {
    sitting.own().probe = index;
    sitting.running = true;
    turn("probing", "The interviewer asks on. The clock runs.");
  }
  function hint() {
    sitting.own().hints += 1;
    const more = sitting.step().hints.length - sitting.own().hints;
    commit();
    announce(`A hint, for half a point. ${more ? `${plural(more, "more")} to be had.` : "It is the last."}`);
  }
  function next(sure) {
    const { session, parts } = sitting;
    const left = unrated();
    if (left.length && sure !== true) {
      doubt(`Lines not rated count 0, here ${left.length}.`, ["Rate them", "Go on"],
        () => left[0].querySelector("input").focus(), () => next(true));
      return;
    }
    sitting.read();
    const more = session.step + 1 < parts[session.part].steps.length;
    if (!more && session.part + 1 === parts.length) {
      finish();
      return;
    }
    const place = more ? { step: session.step + 1 } : { part: session.part + 1, step: 0 };
    Object.assign(session, place, { phase: "asking" });
    sitting.running = true;
    commit();
    const { title, minutes } = parts[session.part];
    announce(more ? "The next question. The clock runs." : `${title}, ${minutes} minutes. The clock runs.`);
  }
  function finish() {
    recorder.stop();
    const { session } = sitting;
    sitting.read();
    Object.assign(session, { phase: "done", work: workOf() });
    sitting.running = false;
    const record = recordOf(interview, session);
    append("sittings", { ...session, spent: session.spent.map(Math.round) }, 20);
    append("mocks", record, 500);
    commit();
    const taken = clock(sum(session.spent));
    announce(`Done: ${halves(record.points)} of ${plural(record.of, "point")}, in ${taken}.`);
  }
  function anew() {
    sitting.session = null;
    commit();
  }
  return { begins, compare, choose, probe, hint, next, finish, anew };
}

/**
 * A recorder of the reader's voice, for the session under way. It goes on while a question lasts; `heard`
 * is called when the last of it has come, or what the browser had kept.
 */
function recorderOf(on, announce, heard) {
  const taken = new Map(); // by the step
  const lost = new Set(); // what the browser does not keep
  let at; // of the session
  let wanted = null; // what was asked for, which the reader may be slow to allow
  let recording = null;
  let shown = () => {}; // says on the button that is there now what it does
  function stop() {
    if (wanted) recording?.stop();
    wanted = null;
  }
  async function start(id) {
    if (wanted || recording) return;
    const own = { at, id };
    wanted = own;
    let end = () => {};
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      end = () => stream.getTracks().forEach((track) => track.stop());
      if (wanted !== own) {
        end();
        return;
      }
      const pieces = [];
      recording = new MediaRecorder(stream);
      lost.delete(id);
      on(recording, "dataavailable", async ({ data }) => {
        if (own.at !== at) return; // what was erased does not come back
        if (await keepVoice(at, id, pieces.push(data) - 1, data) || lost.has(id)) return;
        lost.add(id);
        announce(`This browser keeps no recording. ${LASTING}`);
      });
      on(recording, "stop", () => {
        end();
        recording = wanted = null;
        found(own.at, new Map([[id, joinedOf(pieces)]]));
      });
      recording.start(1e4); // a piece every ten seconds
      announce("Your voice is recorded, in this browser only.");
      shown();
    } catch {
      end();
      if (wanted !== own) return;
      recording = wanted = null;
      announce("There is no microphone for this page: the browser or its reader has refused it.");
    }
  }
  function found(own, sounds) {
    if (own === at) sounds.forEach((sound, id) => taken.set(id, sound));
    shown();
    if (sounds.size) heard();
  }
  /** Bring back what was recorded in a session; what is being recorded ends, unless `id` is still asked. */
  async function recall(session, id) {
    const other = session?.at !== at;
    at = session?.at;
    if (other) taken.clear();
    if (other || wanted?.id !== id) stop();
    if (session) found(at, await voicesOf(at));
  }
  /** A button that begins and ends a recording; it hides itself in a browser without recorders. */
  function control(id) {
    const press = button("");
    press.hidden = !navigator.mediaDevices || !window.MediaRecorder;
    const idle = () => (taken.has(id) ? "Record again" : "Record my voice");
    shown = () => write(press, recording ? "Stop recording" : idle());
    on(press, "click", () => (recording ? stop() : start(id)));
    shown();
    return press;
  }
  /** What was recorded, to be heard and to be saved. */
  function replay(id) {
    if (!taken.has(id)) return [];
    return [heardIn(on, id, taken.get(id), el("span", { class: "nn-muted" },
      lost.has(id) ? LASTING : "Kept in this browser only."))];
  }
  return { control, replay, stop, recall };
}

// -- What is on the stage: before the session, a question, the summary.

function openingOf(on, { opening, screens }, { begins }) {
  const field = el("input", { type: "number", min: 1, max: MOST, placeholder: "drawn" });
  // The shortest, while ninety minutes run.
  const usual = screens[Date.now() - kept("ninety")?.since < 72e5 ? 0 : Math.floor(screens.length / 2)];
  const choices = screens.map((screen) => {
    const input = el("input", { type: "radio", name: "nn-screen", value: screen });
    input.checked = screen === usual;
    return { screen, input,
      label: el("label", { class: "nn-check" }, input, el("span", {}, `${screen} minutes`)) };
  });
  const go = button("Start the clock");
  on(go, "click", () => {
    const typed = field.valueAsNumber;
    const number = Number.isInteger(typed) ? typed : Math.ceil(Math.random() * MOST);
    begins(clamp(number, 1, MOST), choices.find(({ input }) => input.checked).screen);
  });
  return [
    el("p", { tabindex: -1 }, opening),
    el("fieldset", { class: "nn-rubric nn-row" }, el("legend", {}, "How long?"),
      ...choices.map(({ label }) => label)),
    el("div", { class: "nn-row" }, el("label", {}, "Number of the session", field), go),
  ];
}

const SHARES = [["0", 0], ["½", 0.5], ["1", 1]];

/** The model answer, line by line; a line that earns something is quoted and rated. */
function modelOf({ on, get }, titles, { step, own, session }, { rated }) {
  const { id, answer, listing: code, mended } = step();
  const lineOf = ({ say, covers, chapter }, k) => {
    const line = el("p", { class: covers ? "nn-quote" : null }, ...prose(say));
    if (!covers) return [line];
    const choices = SHARES.map(([name, share]) => {
      const input = el("input", { type: "radio", name: `nn-${session.number}-${id}-${k}` });
      input.checked = own().rated[k] === share;
      on(input, "change", () => rated(k, share));
      return el("label", { class: "nn-check" }, input, el("span", {}, name));
    });
    const taught = pageLink(titles[chapter] ?? chapter, `${chapter}.html`, get("base"));
    return [line, el("fieldset", { class: "nn-rubric nn-row" }, el("legend", {}, ...prose(covers)),
      ...choices, el("span", { class: "nn-muted" }, taught))];
  };
  return [el("div", { class: "nn-answer" },
    el("p", {}, el("strong", {}, "A model answer."), " Rate what you said of each line: 0, ½ or 1."),
    ...answer.flatMap(lineOf), ...listing(code ?? mended))];
}

/** The hints taken so far, and what the interviewer has asked on. */
function helpOf({ step, own }) {
  const { hints, probes } = step();
  const taken = hints.slice(0, own().hints);
  const further = probes[own().probe]?.ask;
  return [
    ...(further ? [el("p", { class: "nn-ask" }, ...prose(further))] : []),
    ...(taken.length ? [el("ul", { class: "nn-hints" }, ...taken.map((hint) =>
      el("li", {}, ...prose(hint))))] : [])];
}

/** The buttons of a question that is being answered, and of one that was answered otherwise. */
function waysOf(on, { step, own, session }, { compare, choose, probe, hint, recorder }) {
  const press = (name, act) => {
    const it = button(name);
    on(it, "click", act);
    return it;
  };
  const { hints, probes } = step();
  if (session.phase === "choosing") {
    return [el("p", {}, el("strong", {}, "What did you say?")),
      ...probes.map(({ said }, i) => press(said, () => probe(i)))];
  }
  const stuck = own().hints < hints.length ? press("I am stuck: a hint", hint)
    : press("I am stuck: the model answer", compare);
  return [el("div", { class: "nn-row" }, press("I said it", compare),
    ...(session.phase === "asking" ? [press("I said something else", choose)] : []), stuck,
    recorder.control(step().id))];
}

function askingOf(page, titles, sitting, acts) {
  const { on } = page;
  const { session, parts } = sitting;
  const { title, steps } = parts[session.part];
  const { id, ask, bug } = sitting.step();
  const notes = el("textarea", { rows: 3, spellcheck: "false" });
  notes.value = sitting.own().notes;
  on(notes, "input", () => acts.noted(notes.value));
  const marking = session.phase === "marking";
  const last = session.part + 1 === parts.length && session.step + 1 === steps.length;
  const go = button(last ? "To the summary" : "Next question");
  on(go, "click", acts.next);
  return [
    el("p", { class: "nn-muted" }, `${title}, question ${session.step + 1} of ${steps.length}`),
    el("p", { class: "nn-ask", tabindex: -1, "data-step": id }, ...prose(ask)),
    ...listing(bug), ...helpOf(sitting),
    el("label", { class: "nn-notes" }, "Your words, if you like to note them", notes),
    ...(marking ? [...acts.recorder.replay(id), ...modelOf(page, titles, sitting, acts),
      el("div", { class: "nn-row" }, go)]
      : waysOf(on, sitting, acts)),
  ];
}

/** A session that could not be kept is handed out as a file, which can be brought back. */
function rescueOf(on, interview, session) {
  if (timesOf(kept("sittings")).includes(session.at)) return [];
  const it = button("Save this interview");
  on(it, "click", () => save(`mock-interview-${session.number}.json`,
    fileOf(SITTING, { session, record: recordOf(interview, session) }), "application/json"));
  return [el("p", {}, "This browser does not keep it. Practice imports it from a file. ", it)];
}

function closingOf(on, interview, { session, parts }, { anew }) {
  const { rows, points, all, counts } = summaryOf(interview, session);
  const again = button("New interview");
  on(again, "click", anew);
  const taken = clock(sum(session.spent));
  const table = el("table", {},
    el("caption", { tabindex: -1 }, `Session ${session.number}: ${halves(points)} of ${all.length} points, `
      + `${taken} of ${planned(parts)}:00`),
    el("thead", {}, el("tr", {},
      ...["part", "planned", "taken", "points"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...rows.map(({ title, minutes, spent, points: got, of }) => el("tr", {},
      el("th", { scope: "row" }, title),
      ...[`${minutes}:00`, clock(spent), `${halves(got)} of ${of}`].map((text) => el("td", {}, text))))));
  return [table, el("p", {}, `${counts.map(([status, count]) => `${count} ${status}`).join(", ")}. `
    + "The debrief has your words beside the model answers, and one habit to change."),
  ...rescueOf(on, interview, session),
  el("div", { class: "nn-row" }, again, el("span", {}, pageLink("Open the debrief", "debrief.html", "")))];
}

/** The parts of the interview, the one under way marked. */
const partNames = ({ session, parts }) => parts.map(({ title, minutes }, p) => el("li", {
  "aria-current": p === session.part ? "step" : null,
  class: p < session.part ? "nn-muted" : null }, `${title}, ${minutes} min`));

/** Set aside a session under way that these questions cannot go on with; return whether there was one. */
function setAside(interview) {
  const found = kept(KEY);
  if (!isRecord(found) || typeof found.mark !== "string" || found.mark === interview.mark) return false;
  return keep(KEY) && found.phase !== "done" && append("sittings", found, 20);
}

function render({ model, el: root }) {
  const page = begin(model);
  const { life, get, on, change, start } = page;
  const interview = get("interview");
  const titles = get("titles");
  const { said, announce } = announcer(life);
  const { note, tell } = keepingNote();
  const { node, doubt } = doubtOf((it, type, act) => on(it, type, unless(act)), announce);
  const parts = partsOf(interview, said, note, node);
  const sitting = sittingOf(announce);
  // A recording that ends with the answer comes after the model answer is shown.
  const recorder = recorderOf(on, announce, () => {
    if (sitting.session?.phase === "marking") commit();
  });
  let ours = ""; // the session as this view last sent it
  const there = followed(KEY, meet, life);
  tick(page, parts, sitting, send);

  function send() {
    const { session } = sitting;
    const value = session ? { ...session, spent: session.spent.map(Math.round) } : {};
    ours = JSON.stringify(value);
    change({ session: JSON.parse(ours) });
    tell(there.put(session ? value : undefined));
  }
  const show = () => { send(); draw(); };
  function commit() {
    show();
    const [head] = parts.stage.children;
    parts.stage.querySelector("[tabindex]")?.focus({ preventScroll: true });
    const { top } = head.getBoundingClientRect();
    // As the page's own style scrolls: smoothly, where the reader has nothing against motion.
    if (top < 64 || top > window.innerHeight / 2) head.scrollIntoView();
  }
  const unrated = () => parts.stage.querySelectorAll(".nn-answer fieldset:not(:has(:checked))");
  function noted(text) {
    sitting.own().notes = text;
    send();
  }
  function rated(k, share) {
    sitting.own().rated[k] = share;
    send();
  }
  // What another tab has kept in the meantime is seen before anything is done.
  function unless(act) {
    return (...given) => there.look() || act(...given);
  }
  const acts = { ...actsOf(interview, sitting, recorder, { commit, announce, doubt, unrated }),
    noted, rated, recorder };
  for (const [name, act] of Object.entries(acts)) if (act !== recorder) acts[name] = unless(act);

  function draw() {
    const { session } = sitting;
    const { bar, list, leave, hold, stage } = parts;
    node.hidden = true;
    bar.hidden = list.hidden = leave.hidden = !session || session.phase === "done";
    if (!session) {
      stage.replaceChildren(...openingOf(on, interview, acts));
      announce("No interview is running. A number draws the same questions again.");
      return;
    }
    face(parts, sitting);
    write(hold, sitting.running || !sitting.open() ? "Pause" : "Resume");
    able(hold, sitting.open());
    list.replaceChildren(...partNames(sitting));
    stage.replaceChildren(...(session.phase === "done"
      ? closingOf(on, interview, sitting, acts)
      : askingOf(page, titles, sitting, acts)));
  }

  on(parts.hold, "click", unless(() => {
    sitting.read();
    if (!sitting.open()) return;
    sitting.running = !sitting.running;
    show();
    announce(sitting.running ? "The clock runs." : "Paused.");
  }));
  on(parts.leave, "click", () => {
    doubt("End here? Lines not rated count 0, later ones as not reached.", ["Stay", "End it"],
      () => parts.leave.focus(), acts.finish);
  });

  function take(value) {
    const session = sitting.session = sessionOf(value, interview);
    sitting.parts = session ? drawSession(interview, session.number, session.screen) : [];
    sitting.running = false;
    ours = JSON.stringify(get("session"));
    // Another tab may have answered, or have ended the interview.
    const asks = session && !["marking", "done"].includes(session.phase);
    recorder.recall(session, asks ? sitting.step().id : null);
    draw();
    if (session && session.phase !== "done") {
      const how = sitting.open() ? "; press Resume to go on." : " until you go on.";
      announce(`An interview was under way. The clock stands${how}`);
    } else if (session) announce("The summary of your last interview.");
  }
  /** Another tab has gone on: whoever does so last has the clock. */
  function meet(value) {
    const was = sitting.session;
    const now = sessionOf(value, interview);
    if (now && same({ ...was, spent: 0 }, { ...now, spent: 0 })) {
      was.spent = now.spent;
      sitting.running = false;
      face(parts, sitting);
      if (sitting.open()) write(parts.hold, "Resume");
    } else take(value);
    if (now) announce(ELSEWHERE);
  }
  listen(model, ["session"], () => {
    if (JSON.stringify(get("session")) !== ours) take(get("session"));
  }, life);
  // The browser's own is the newer one, if another tab has gone on.
  const stored = () => (there.erased || sessionOf(kept(KEY), interview) ? kept(KEY) : get("session"));
  const read = () => {
    const earlier = setAside(interview);
    take(stored());
    if (earlier) {
      announce("An interview with earlier questions was under way. It is kept: Export on the page Practice "
        + "saves it.");
    }
  };
  return start(root, parts.box, { read }, () => {});
}

export default { render };
