import { able, announcer, begin, button, el, isRecord, listen, onFrame, set, write } from "./shared.js";
import { keepingNote, kept } from "./keeping.js";
import { follow } from "./moved.js";
import { followed } from "./tabs.js";
import { plural, prose } from "./words.js";

follow();

// ---- Grading. ----

/** The number that a reader typed: 1/16, 30.72, 30,72, 16 777 216, −29, 1e7; NaN for anything else. */
export function parseNumber(text) {
  const plain = text.trim().replaceAll("−", "-").replace(/(\d)[ _\u00a0\u202f](?=\d{3}(?!\d))/g, "$1");
  const isGrouped = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain);
  const pointed = isGrouped ? plain.replaceAll(",", "") : plain.replace(",", ".");
  const isNumber = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
  const parts = pointed.split("/").map((part) => (isNumber.test(part) ? Number(part) : NaN));
  return parts.length === 1 ? parts[0] : parts.length === 2 ? parts[0] / parts[1] : NaN;
}

const within = (value, goal, tolerance) => Math.abs(value - goal) <= tolerance * Math.abs(goal);
const isPlace = (value, n) => Number.isInteger(value) && value >= 0 && value < n;

/** What may be chosen: options, or the lines of a listing. */
const choices = (question) => question.options ?? question.lines;

/** Whether a given answer is right; null if it is no answer to this question at all. */
export function grade(question, given) {
  const { kind } = question;
  if (kind === "numeric") {
    const value = typeof given === "string" && given.length < 100 ? parseNumber(given) : NaN;
    return Number.isFinite(value) ? within(value, question.answer, question.tolerance) : null;
  }
  const n = choices(question).length;
  if (kind === "order") {
    const places = Array.isArray(given) && given.length === n && given.every((k) => isPlace(k, n));
    return places && new Set(given).size === n ? given.every((k, i) => k === i) : null;
  }
  if (kind === "multiple") {
    if (!Array.isArray(given) || !given.length || !given.every((k) => isPlace(k, n))) return null;
    return question.options.every((option, k) => Boolean(option.right) === given.includes(k));
  }
  return isPlace(given, n) ? Boolean(choices(question)[given].right ?? choices(question)[given].wrong) : null;
}

/** The entry of a stored or linked record for a question, if it can be one; else an untouched one. */
export function entryOf(record, question) {
  const entry = isRecord(record) ? record[question.id] : null;
  const tried = isRecord(entry) && Number.isInteger(entry.tries) && entry.tries > 0;
  if (!tried || entry.mark !== question.mark) return { tries: 0 };
  const right = entry.given === undefined ? null : grade(question, entry.given);
  return { given: right === null ? undefined : entry.given, right: Boolean(right), tries: entry.tries,
    first: entry.first === true, shown: entry.shown === true, mark: question.mark };
}

// ---- The page. ----

let count = 0;
const HINTS = {
  single: "Choose one.",
  multiple: "Choose all that apply.",
  numeric: "Type a number, or a fraction such as 1/3.",
  "wrong-line": "Choose the line.",
  order: "Move the lines with the buttons.",
};

const whyOf = () => el("p", { class: "nn-why" });
const markOf = () => el("span", { class: "nn-mark", "aria-hidden": "true" });
const codeOf = (text) => el("code", { class: "nn-line" }, text);

// -- What a question is answered with, by its kind. `list` stands on the page, `chosen` is what the
// reader has given, `take` sets it, and `show` marks it: `open` while the question may be answered,
// `marked` while the last answer stands as it was checked.

/** Options, or the lines of a listing, to choose one or several of. */
function choosing(question, name, on, { touch }) {
  const { kind } = question;
  const several = kind === "multiple";
  const rows = choices(question).map((choice, k) => {
    const text = kind === "wrong-line" ? codeOf(choice.text) : el("span", {}, ...prose(choice.text));
    const [why, mark] = [whyOf(), markOf()];
    const input = el("input", { type: several ? "checkbox" : "radio", name, value: k });
    on(input, "change", touch);
    const row = el("div", { class: "nn-option" }, el("label", {}, input, mark, text), why);
    return { row, why, mark, input, choice };
  });
  return {
    list: el("div", { class: "nn-options" }, ...rows.map(({ row }) => row)),
    chosen() {
      const found = rows.flatMap(({ input }, k) => (input.checked ? [k] : []));
      return several ? found : found[0];
    },
    take(given) {
      const has = (k) => (several ? Boolean(given?.includes(k)) : given === k);
      rows.forEach(({ input }, k) => { input.checked = has(k); });
    },
    show(_, open, marked) {
      rows.forEach(({ why, mark, input, choice, row }) => {
        const hit = Boolean(choice.right ?? choice.wrong);
        const tell = !open || (marked && input.checked);
        write(mark, tell ? (hit ? "✓" : "✗") : "");
        set(row, { "data-hit": tell ? String(hit) : null });
        const fix = choice.fix && !open ? [" It should read ", codeOf(choice.fix.trim()), "."] : [];
        const verdict = () => [el("strong", {}, word(kind, hit)), " ", ...prose(choice.why), ...fix];
        why.replaceChildren(...(tell ? verdict() : []));
        input.disabled = !open;
      });
    },
    notYet({ given }) {
      if (!several) return "";
      const hits = given.filter((k) => question.options[k].right).length;
      const missing = question.options.filter((option, k) => option.right && !given.includes(k)).length;
      const more = missing ? `, and ${missing} still missing` : "";
      return `${hits} of your ${given.length} ${given.length === 1 ? "is" : "are"} right${more}`;
    },
  };
}

/** Lines that the reader moves up and down. */
function ordering(question, _, on, { closed, moved }) {
  const { lines, start } = question;
  let order = start;
  const rows = lines.map((choice, k) => {
    const [why, mark] = [whyOf(), markOf()];
    const [up, down] = ["↑", "↓"].map(button);
    const row = el("li", { class: "nn-option" },
      el("div", { class: "nn-move" }, up, down, mark, codeOf(choice.text)), why);
    for (const [part, by] of [[up, -1], [down, 1]]) on(part, "click", () => move(k, by, part));
    return { row, why, mark, up, down, choice };
  });
  const list = el("ol", { class: "nn-options" }, ...rows.map(({ row }) => row));
  function arrange(wanted) {
    const nodes = wanted.map((k) => rows[k].row);
    if (nodes.some((node, i) => list.children[i] !== node)) list.append(...nodes);
  }
  function move(k, by, pressed) {
    const from = order.indexOf(k);
    const to = from + by;
    if (closed() || to < 0 || to >= order.length) return;
    order = order.map((other, i) => (i === from ? order[to] : i === to ? k : other));
    arrange(order);
    pressed.focus(); // a node that is moved loses the focus
    moved(`Line moved to place ${to + 1} of ${order.length}.`);
  }
  return {
    list,
    chosen: () => order,
    take(given) {
      order = given ?? start;
      arrange(order);
    },
    show({ right, shown }, open, marked) {
      const good = order.findIndex((k, i) => k !== i); // how many lines stand right
      const shownOrder = shown ? lines.map((_, k) => k) : order;
      arrange(shownOrder);
      shownOrder.forEach((k, i) => {
        const { why, mark, up, down, choice } = rows[k];
        why.replaceChildren(...(open ? [] : prose(choice.why)));
        write(mark, open && marked && !right ? (good > i ? "✓" : good === i ? "✗" : "") : "");
        const knob = (node, way, last) => {
          set(node, { "aria-label": `Line ${i + 1}, ${way}: ${choice.text.trim()}` });
          able(node, open && i !== last);
        };
        knob(up, "up", 0);
        knob(down, "down", order.length - 1);
      });
    },
    notYet: ({ given }) => `line ${given.findIndex((k, i) => k !== i) + 1} is the first that stands wrong`,
  };
}

/** A number to type. */
function typing(question, _, on, { touch, judge }) {
  const { unit, answer, tolerance } = question;
  const field = el("input", { type: "text", inputmode: "decimal", autocomplete: "off", size: 14 });
  const numbers = el("div", { class: "nn-options" });
  const name = unit ? `Your answer, in ${unit}` : "Your answer";
  on(field, "input", touch);
  on(field, "keydown", (event) => { if (event.key === "Enter") judge(); });
  const told = ({ value, why, right }) => el("div", { class: "nn-option" }, el("p", { class: "nn-why" },
    el("span", { class: "nn-mark" }, right ? "✓ " : "✗ "),
    el("strong", {}, `${readable(value)}${unit ? ` ${unit}` : ""}. `), ...prose(why)));
  return {
    list: el("div", { class: "nn-options" }, el("label", { class: "nn-field" }, name, field), numbers),
    chosen: () => field.value,
    take(given) { field.value = given ?? ""; },
    show(_, open, marked) {
      field.readOnly = !open;
      const typed = marked || !open ? parseNumber(field.value) : NaN;
      const met = (one) => !open || within(typed, one.value, Math.max(tolerance, 0.01));
      const near = (question.near ?? []).filter(met);
      const right = open ? [] : [{ value: answer, why: question.why, right: true }];
      numbers.replaceChildren(...[...right, ...near].map(told));
    },
    notYet: ({ given }) => distance(parseNumber(given), answer),
  };
}

const ANSWERED = { numeric: typing, order: ordering };

/** One question: its parts, what the reader has chosen, and how to show an entry. */
function cardOf(question, i, name, on, { entry, put, draw }) {
  const { kind } = question;
  const check = button("Check");
  const explain = button("Show the explanations");
  const verdict = el("p", { class: "nn-verdict", role: "status" });
  let touched = true; // since the last check: its marks would be about another answer
  let remark = ""; // said where the verdict stands, until there is one
  const closed = () => { const { right, shown } = entry(question); return right || shown; };

  function touch() {
    if (touched && !remark) return;
    touched = true;
    remark = "";
    draw();
  }
  function say(words) {
    touched = true;
    remark = words;
    draw();
  }
  function judge() {
    if (closed()) {
      // Try again: the explanations fold away, the count of tries stays.
      put(question, { given: undefined, right: false, shown: false });
      take();
      return;
    }
    const given = answer.chosen();
    const right = grade(question, given);
    if (right === null) {
      say(kind === "numeric" ? "Type a number first." : "Choose an answer first.");
      return;
    }
    const { tries, first } = entry(question);
    touched = false;
    remark = "";
    put(question, { given, right, tries: tries + 1, first: tries ? first : right, shown: false });
  }
  /** Take what the entry gives: at the start, after a reload, and when everything starts over. */
  function take() {
    const { given } = entry(question);
    touched = given === undefined;
    remark = "";
    answer.take(given);
  }
  function notYet(now) {
    const what = answer.notYet(now);
    return `Not yet${what ? `: ${what}` : ""}.`
      + (now.tries > 1 ? ` ${plural(now.tries, "try", "tries")} so far.` : "");
  }
  function show() {
    const now = entry(question);
    const open = !now.right && !now.shown;
    const marked = now.given !== undefined && !touched;
    write(check, open ? "Check" : "Try again");
    explain.hidden = !(open && now.tries);
    set(part, { "data-state": now.right ? "right" : now.shown ? "shown" : marked ? "wrong" : "open" });
    answer.show(now, open, marked);
    if (now.right) write(verdict, `Right${now.tries > 1 ? `, at try ${now.tries}` : ""}.`);
    else if (now.shown) write(verdict, "Here is how it stands. Try again when you like.");
    else if (marked) write(verdict, notYet(now));
    else write(verdict, remark);
  }

  const answer = (ANSWERED[kind] ?? choosing)(question, name, on, { closed, touch, moved: say, judge });
  const part = el("fieldset", { class: "nn-question" },
    el("legend", {}, el("span", { class: "nn-muted" }, `${i + 1}. `), ...prose(question.ask), " ",
      el("span", { class: "nn-muted nn-hint" }, HINTS[kind])),
    ...(question.code ? [el("pre", { tabindex: 0 }, el("code", {}, question.code))] : []),
    answer.list, el("div", { class: "nn-row" }, check, explain), verdict);
  on(check, "click", judge);
  on(explain, "click", () => {
    check.focus();
    put(question, { shown: true });
  });
  return { part, show, take };
}

/** How many questions are right, in words. */
function tally(questions, entry) {
  const entries = questions.map(entry);
  const many = (of) => entries.filter(of).length;
  const [right, first] = [many((one) => one.right), many((one) => one.first)];
  const all = plural(questions.length, "question");
  if (!many((one) => one.tries)) return `${all}, none answered yet.`;
  const done = right === questions.length ? " All done." : "";
  return `${right} of ${all} right, ${first} at the first try.${done}`;
}

function render({ model, el: root }) {
  const { life, get, on, change, start } = begin(model);
  const own = `nn-quiz-${(count += 1)}`;
  const { said, announce } = announcer(life);
  const again = button("Start over");
  const { note, tell } = keepingNote();
  const key = () => `quiz:${get("name")}`;

  let ours = ""; // the answers as this view last sent them
  const entry = (question) => entryOf(get("answers"), question);
  // What another tab has answered counts here, too; what cannot be read changes nothing.
  const there = followed(key(), (value) => {
    if (value !== null) change({ answers: isRecord(value) ? value : {} });
  }, life);
  function put(question, values) {
    there.look();
    const now = { ...entry(question), ...values, mark: question.mark };
    const answers = { ...get("answers"), [question.id]: now };
    ours = JSON.stringify(answers);
    change({ answers });
  }
  const draw = onFrame(() => {
    cards.forEach((one) => one.show());
    announce(tally(get("questions"), entry));
  }, life);
  const cards = get("questions").map((question, i) =>
    cardOf(question, i, `${own}-${i}`, on, { entry, put, draw }));
  const title = `Quiz: ${get("title")}`;
  const box = el("div", { class: "nn-widget nn-quiz", role: "group", "aria-label": title },
    el("p", { class: "nn-title" }, el("strong", {}, title)),
    ...cards.map(({ part }) => part), said, el("div", { class: "nn-row" }, again, note));
  on(again, "click", () => change({ answers: {} }));

  // Answers change elsewhere, too: in another view of the same quiz, or from Python.
  const take = () => cards.forEach((one) => one.take());
  listen(model, ["answers"], () => {
    const answers = get("answers");
    tell(there.put(Object.keys(answers).length ? answers : undefined));
    if (JSON.stringify(answers) !== ours) take();
    draw();
  }, life);
  const read = () => {
    const stored = kept(key());
    if (there.erased) change({ answers: {} });
    else if (isRecord(stored)) change({ answers: { ...get("answers"), ...stored } });
    take();
  };
  return start(root, box, { read }, draw);
}

function word(kind, hit) {
  if (kind === "wrong-line") return hit ? "This is the one." : "Not this one.";
  return hit ? "Right." : "Wrong.";
}
/** A number as people write it, with its digits grouped. */
const readable = (value) => {
  const [whole, rest] = String(value).replace("-", "−").split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") + (rest ? `.${rest.slice(0, 6)}` : "");
};
function distance(value, goal) {
  if (value * goal < 0) return "look at the sign";
  const ratio = Math.abs(value / goal);
  if (goal === 0 || value === 0) return value > goal ? "too large" : "too small";
  const large = Math.abs(value) > Math.abs(goal);
  const factor = large ? ratio : 1 / ratio;
  const far = factor >= 1.9 ? `, by a factor of about ${Number(factor.toPrecision(2))}` : "";
  return `too ${large === (goal > 0) ? "large" : "small"}${far}`;
}

export default { render };
