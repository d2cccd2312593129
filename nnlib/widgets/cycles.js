// ---- The clocked network. ----
// The same steps as nnlib/clocked.py: a test compares them, scores bit for bit.

/** The scores of a query, in float64, feature after feature. */
function scoresOf(templates, query) {
  return templates.map((t) => {
    let norm = 0;
    let score = 0;
    t.forEach((v, j) => {
      norm += v * v;
      score += query[j] * (2 * v);
    });
    return score + -norm;
  });
}

/** Each class's votes, and the class that leads: of equals the one that came first. */
function voteOf(neighbors, labels, classes) {
  const votes = new Array(classes).fill(0);
  for (const i of neighbors) votes[labels[i]] += 1;
  const most = Math.max(...votes);
  const leader = neighbors.find((i) => votes[labels[i]] === most);
  return { votes, label: leader === undefined ? null : labels[leader] };
}

/** All cycles until every row is selected; the first entry is the network before the clock ticks. */
export function trace({ templates, labels, query, class_names: names }) {
  const scores = scoresOf(templates, query);
  const n = scores.length;
  const wins = scores.map((s, i) =>
    scores.reduce((count, other, j) => count + Number(i < j ? s >= other : i > j && s > other), 0));
  const latches = scores.map(() => 0);
  const sums = () => {
    const all = latches.reduce((a, b) => a + b, 0);
    return wins.map((w, i) => w + all - latches[i] - n * latches[i] - (n - 1));
  };
  const neighbors = [];
  const vote = () => voteOf(neighbors, labels, names.length);
  const cycles = [{ number: 0, phase: "settle", unit: -1, sums: sums(), taken: [], ...vote() }];
  for (let number = 1; number < 2 * n; number++) {
    const select = number % 2 === 1;
    if (!select) latches[neighbors.at(-1)] = 1;
    const now = sums();
    if (select) neighbors.push(now.findIndex((v) => v >= 0));
    cycles.push({
      number, phase: select ? "select" : "feedback", unit: neighbors.at(-1), sums: now,
      taken: neighbors.filter((i) => latches[i]), ...vote() });
  }
  return { scores, wins, cycles };
}
