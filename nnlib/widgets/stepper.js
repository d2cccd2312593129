import { button, clamp, el, set, write } from "./shared.js";

// One frame for every algorithm that a page steps through: back, play, step, scrub. The steps are a list
// that the page has computed, and the number of the step that is shown is a trait like any other.

const PACE = 1100; // ms between two steps that play by themselves

/**
 * The controls as a part of the page: `node`, and `draw(last)` for each frame, with the last step's number.
 * `page.get("at")` is the step that is shown, `page.change({ at })` shows another.
 */
export function stepperOf(page) {
  const back = button("Back");
  const play = button("Play");
  const step = button("Step");
  const text = el("span", { class: "nn-number" });
  const scrub = el("input", { type: "range", min: 0, max: 1, step: 1 });
  const knob = el("label", { class: "nn-knob" }, text, scrub);
  const node = el("div", { class: "nn-row nn-stepper" }, back, play, step, knob);
  let last = 0;
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    write(play, "Play");
  };
  const go = (at) => page.change({ at: clamp(at, 0, last) });
  const by = (way) => () => {
    stop();
    go(page.get("at") + way);
  };
  page.on(back, "click", by(-1));
  page.on(step, "click", by(1));
  page.on(scrub, "input", () => {
    stop();
    go(scrub.valueAsNumber);
  });
  page.on(play, "click", () => {
    if (timer) {
      stop();
      return;
    }
    if (page.get("at") >= last) go(0);
    write(play, "Pause");
    timer = setInterval(() => {
      go(page.get("at") + 1);
      if (page.get("at") >= last) stop();
    }, PACE);
  });
  page.life.addEventListener("abort", stop);
  // Nothing plays by itself for a reader who has asked for less motion: the other three remain.
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const heed = () => {
    play.hidden = calm.matches;
    if (calm.matches) stop();
  };
  page.on(calm, "change", heed);
  heed();
  function draw(most, name) {
    last = most;
    const at = Math.min(page.get("at"), last);
    set(scrub, { max: last, "aria-valuetext": `${name} ${at} of ${last}` });
    if (scrub.valueAsNumber !== at) scrub.value = at;
    write(text, `${name} ${at} of ${last}`);
    back.disabled = at === 0;
    step.disabled = at === last;
    return at;
  }
  return { node, draw };
}
