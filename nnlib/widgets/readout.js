import { format } from "./shared.js";

// What layers 2 and 3 do to scores, in IEEE double precision: nnlib/widgets/readout.py does the same
// operations in the same order, and tests compare the two.

/** softmax(z/τ): layer 2. Without the shift by the maximum, exp may overflow (∞/∞) or vanish (0/0). */
export function softmax(z, temperature, form = "stable") {
  const shift = form === "stable" ? z.reduce((a, b) => Math.max(a, b)) : 0;
  const parts = z.map((value) => Math.exp((value - shift) / temperature));
  const sum = parts.reduce((a, b) => a + b, 0);
  return { shift, sum, weights: parts.map((part) => part / sum) };
}

/** The weights of each class: layer 3, W₃ᵀw with one-hot labels. */
export function classSums(weights, labels, classes) {
  const sums = new Array(classes).fill(0);
  weights.forEach((weight, i) => { sums[labels[i]] += weight; });
  return sums;
}

/** What each class gets, in words. */
export const shares = (names, outputs) => names.map((name, c) => `${name} ${format(outputs[c])}`).join(", ");
