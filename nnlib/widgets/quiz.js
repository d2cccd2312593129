import { announcer, begin, button, el, listen, onFrame, set, write } from "./shared.js";
import { isRecord, keep, keepingNote, kept } from "./keeping.js";
import { plural, prose } from "./words.js";

// ---- Grading. ----

/** The number that a reader typed: 1/16, 30.72, 30,72, 16 777 216, −29, 1e7; NaN for anything else. */
export function parseNumber(text) {
  const plain = text.trim().replaceAll("−", "-").replace(/(\d)[ _\u00a0\u202f](?=\d{3}(?!\d))/g, "$1");
  const grouped = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(",", "") : plain.replace(",", ".");
  const parts = grouped.split("/").map((part) => (/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(part) ? Number(part) : NaN));
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
    const whole = Array.isArray(given) && given.length === n && given.every((k) => isPlace(k, n)) && new Set(given).size === n;
    return whole ? given.every((k, i) => k === i) : null;
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
  if (!isRecord(entry) || entry.mark !== question.mark || !(Number.isInteger(entry.tries) && entry.tries > 0)) return { tries: 0 };
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

function render({ model, el: root }) {
  const { life, get, on, change, start } = begin(model);
  const own = `nn-quiz-${(count += 1)}`;
  const { said, announce } = announcer(life);
  const again = button("Start over");
  const { note, tell } = keepingNote();
  const key = () => `quiz:${get("name")}`;
  const box = el("div", { class: "nn-widget nn-quiz", role: "group", "aria-label": `Quiz: ${get("title")}` });

  let ours = ""; // the answers as this view last sent them
  const entry = (question) => entryOf(get("answers"), question);
  function put(question, values) {
    const answers = { ...get("answers"), [question.id]: { ...entry(question), ...values, mark: question.mark } };
    ours = JSON.stringify(answers);
    change({ answers });
  }

  /** One question: its parts, what the reader has chosen, and how to show an entry. */
  function card(question, i) {
    const { kind } = question;
    const name = `${own}-${i}`;
    const check = button("Check");
    const explain = button("Show the explanations");
    const verdict = el("p", { class: "nn-verdict", role: "status" });
    const isCode = kind === "wrong-line" || kind === "order";
    let order = question.start; // of the lines to be moved
    let touched = true; // since the last check: its marks would be about another answer
    let remark = ""; // said where the verdict stands, until there is one

    const rows = (choices(question) ?? []).map((choice, k) => {
      const why = el("p", { class: "nn-why" });
      const text = isCode ? el("code", { class: "nn-line" }, choice.text) : el("span", {}, ...prose(choice.text));
      const mark = el("span", { class: "nn-mark", "aria-hidden": "true" });
      if (kind === "order") {
        const up = button("↑");
        const down = button("↓");
        const row = el("li", { class: "nn-option" }, el("div", { class: "nn-move" }, up, down, mark, text), why);
        for (const [part, by] of [[up, -1], [down, 1]]) on(part, "click", () => move(k, by, part));
        return { row, why, mark, up, down, choice };
      }
      const input = el("input", { type: kind === "multiple" ? "checkbox" : "radio", name, value: k });
      on(input, "change", touch);
      return { row: el("div", { class: "nn-option" }, el("label", {}, input, mark, text), why), why, mark, input, choice };
    });
    const list = el(kind === "order" ? "ol" : "div", { class: "nn-options" }, ...rows.map(({ row }) => row));
    const field = el("input", { type: "text", inputmode: "decimal", autocomplete: "off", size: 14 });
    const numbers = el("div", { class: "nn-options" });
    if (kind === "numeric") {
      list.append(el("label", { class: "nn-field" }, question.unit ? `Your answer, in ${question.unit}` : "Your answer", field), numbers);
      on(field, "input", touch);
      on(field, "keydown", (event) => { if (event.key === "Enter") judge(); });
    }
    const part = el("fieldset", { class: "nn-question" },
      el("legend", {}, el("span", { class: "nn-muted" }, `${i + 1}. `), ...prose(question.ask), " ",
        el("span", { class: "nn-muted nn-hint" }, HINTS[kind])),
      ...(question.code ? [el("pre", { tabindex: 0 }, el("code", {}, question.code))] : []),
      list, el("div", { class: "nn-row" }, check, explain), verdict);

    function touch() {
      if (touched && !remark) return;
      touched = true;
      remark = "";
      draw();
    }

    function move(k, by, pressed) {
      const from = order.indexOf(k);
      const to = from + by;
      if (closed() || to < 0 || to >= order.length) return;
      order = order.map((other, i) => (i === from ? order[to] : i === to ? k : other));
      touched = true;
      remark = `Line moved to place ${to + 1} of ${order.length}.`;
      arrange(order);
      pressed.focus(); // a node that is moved loses the focus
      draw();
    }

    function arrange(wanted) {
      if (wanted.some((k, i) => list.children[i] !== rows[k].row)) list.append(...wanted.map((k) => rows[k].row));
    }

    const closed = () => { const { right, shown } = entry(question); return right || shown; };

    function chosen() {
      if (kind === "numeric") return field.value;
      if (kind === "order") return order;
      const found = rows.flatMap(({ input }, k) => (input.checked ? [k] : []));
      return kind === "multiple" ? found : found[0];
    }

    function judge() {
      if (closed()) {
        // Try again: the explanations fold away, the count of tries stays.
        put(question, { given: undefined, right: false, shown: false });
        take();
        return;
      }
      const given = chosen();
      const right = grade(question, given);
      if (right === null) {
        touched = true;
        remark = kind === "numeric" ? "Type a number first." : "Choose an answer first.";
        draw();
        return;
      }
      const { tries, first } = entry(question);
      touched = false;
      remark = "";
      put(question, { given, right, tries: tries + 1, first: tries ? first : right, shown: false });
    }
    on(check, "click", judge);
    on(explain, "click", () => {
      check.focus();
      put(question, { shown: true });
    });

    /** Take what the entry gives: at the start, after a reload, and when everything starts over. */
    function take() {
      const { given } = entry(question);
      touched = given === undefined;
      remark = "";
      if (kind === "numeric") field.value = given ?? "";
      else if (kind === "order") arrange(order = given ?? question.start);
      else rows.forEach(({ input }, k) => { input.checked = kind === "multiple" ? Boolean(given?.includes(k)) : given === k; });
    }

    function show() {
      const now = entry(question);
      const open = !now.right && !now.shown;
      const marked = now.given !== undefined && !touched;
      write(check, open ? "Check" : "Try again");
      explain.hidden = !(open && now.tries);
      set(part, { "data-state": now.right ? "right" : now.shown ? "shown" : marked ? "wrong" : "open" });
      if (kind === "numeric") {
        field.readOnly = !open;
        const value = marked || !open ? parseNumber(field.value) : NaN;
        const near = (question.near ?? []).filter((one) => !open || within(value, one.value, Math.max(question.tolerance, 0.01)));
        const right = open ? [] : [{ value: question.answer, why: question.why, right: true }];
        numbers.replaceChildren(...[...right, ...near].map(({ value: at, why, right: good }) =>
          el("div", { class: "nn-option" }, el("p", { class: "nn-why" },
            el("span", { class: "nn-mark" }, good ? "✓ " : "✗ "), el("strong", {}, `${readable(at)}${question.unit ? ` ${question.unit}` : ""}. `), ...prose(why)))));
      } else if (kind === "order") {
        const good = order.findIndex((k, i) => k !== i); // how many lines stand right
        const shownOrder = now.shown ? question.lines.map((_, k) => k) : order;
        arrange(shownOrder);
        shownOrder.forEach((k, i) => {
          const { why, mark, up, down, choice } = rows[k];
          why.replaceChildren(...(open ? [] : prose(choice.why)));
          write(mark, open && marked && !now.right ? (good > i ? "✓" : good === i ? "✗" : "") : "");
          set(up, { "aria-label": `Line ${i + 1}, up: ${choice.text.trim()}`, "aria-disabled": String(!open || i === 0) });
          set(down, { "aria-label": `Line ${i + 1}, down: ${choice.text.trim()}`, "aria-disabled": String(!open || i === order.length - 1) });
        });
      } else {
        rows.forEach(({ why, mark, input, choice, row }) => {
          const hit = Boolean(choice.right ?? choice.wrong);
          const tell = !open || (marked && input.checked);
          write(mark, tell ? (hit ? "✓" : "✗") : "");
          set(row, { "data-hit": tell ? String(hit) : null });
          const fix = choice.fix && !open ? [" It should read ", el("code", { class: "nn-line" }, choice.fix.trim()), "."] : [];
          why.replaceChildren(...(tell ? [el("strong", {}, word(kind, hit)), " ", ...prose(choice.why), ...fix] : []));
          input.disabled = !open;
        });
      }
      if (now.right) write(verdict, `Right${now.tries > 1 ? `, at try ${now.tries}` : ""}.`);
      else if (now.shown) write(verdict, "Here is how it stands. Try again when you like.");
      else if (marked) write(verdict, notYet(now));
      else write(verdict, remark);
    }

    function notYet({ given, tries }) {
      const and = tries > 1 ? ` ${plural(tries, "try", "tries")} so far.` : "";
      if (kind === "multiple") {
        const hits = given.filter((k) => question.options[k].right).length;
        const missing = question.options.filter((option, k) => option.right && !given.includes(k)).length;
        return `Not yet: ${hits} of your ${given.length} ${given.length === 1 ? "is" : "are"} right${missing ? `, and ${missing} still missing` : ""}.${and}`;
      }
      if (kind === "order") return `Not yet: line ${given.findIndex((k, i) => k !== i) + 1} is the first that stands wrong.${and}`;
      if (kind === "numeric") return `Not yet: ${distance(parseNumber(given), question.answer)}.${and}`;
      return `Not yet.${and}`;
    }

    return { part, show, take, check };
  }

  const cards = get("questions").map(card);
  box.append(
    el("p", { class: "nn-title" }, el("strong", {}, `Quiz: ${get("title")}`)),
    ...cards.map(({ part }) => part), said, el("div", { class: "nn-row" }, again, note));

  on(again, "click", () => change({ answers: {} }));

  const draw = onFrame(() => {
    cards.forEach((one) => one.show());
    const questions = get("questions");
    const entries = questions.map(entry);
    const right = entries.filter((one) => one.right).length;
    const first = entries.filter((one) => one.first).length;
    const tried = entries.filter((one) => one.tries).length;
    announce(tried
      ? `${right} of ${plural(questions.length, "question")} right, ${first} at the first try.${right === questions.length ? " All done." : ""}`
      : `${plural(questions.length, "question")}, none answered yet.`);
  }, life);

  // Answers change elsewhere, too: in another view of the same quiz, or from Python.
  const take = () => cards.forEach((one) => one.take());
  listen(model, ["answers"], () => {
    const answers = get("answers");
    tell(keep(key(), Object.keys(answers).length ? answers : undefined));
    if (JSON.stringify(answers) !== ours) take();
    draw();
  }, life);
  const read = () => {
    const stored = kept(key());
    if (isRecord(stored) && !Object.keys(get("answers")).length) change({ answers: stored });
    take();
  };
  return start(root, box, { read }, draw);
}

const word = (kind, hit) => (kind === "wrong-line" ? (hit ? "This is the one." : "Not this one.") : hit ? "Right." : "Wrong.");
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
  return `too ${large === (goal > 0) ? "large" : "small"}${factor >= 1.9 ? `, by a factor of about ${Number(factor.toPrecision(2))}` : ""}`;
}

export default { render };
