/** Sizes of the network and of the data. */
export interface Sizes {
  readonly inputs: number
  readonly hidden: readonly [number, number]
  readonly classes: number
  readonly samples: number
  readonly batch: number
}

/**
 * The state that an epoch changes: all weights in one array, and their gradients and Adam's averages in the same order. Sums are
 * in double precision, in which JavaScript computes; rounding them to floats each time takes longer.
 */
export interface State {
  readonly weights: Float32Array
  readonly gradients: Float64Array
  readonly means: Float32Array
  readonly squares: Float32Array
  /** Updates so far. */
  iteration: number
}

/** The figures of an epoch. */
export interface Figures {
  readonly loss: number
  readonly accuracy: number
}

const epsilon = 1e-7
const beta1 = 0.9
const beta2 = 0.999

/**
 * One epoch of the article's training as one function over typed arrays: gather, forward, backward, Adam and metrics of every
 * batch. The network has two hidden relu layers and sigmoid outputs, with the sparse crossentropy of their shares. A JavaScript
 * programmer could write this for one network.
 */
export function trainEpoch(
  { inputs, hidden: [units1, units2], classes, samples, batch }: Sizes,
  x: Float32Array,
  y: Int32Array,
  order: Int32Array,
  state: State,
  learningRate: number,
): Figures {
  const { weights: w, gradients: g, means: m, squares: v } = state
  const b1 = inputs * units1
  const w2 = b1 + units1
  const b2 = w2 + units1 * units2
  const w3 = b2 + units2
  const b3 = w3 + units2 * classes
  const h1 = new Float64Array(units1)
  const h2 = new Float64Array(units2)
  const d1 = new Float64Array(units1)
  const d2 = new Float64Array(units2)
  const out = new Float64Array(classes)
  let total = 0
  let right = 0
  for (let start = 0; start < samples; start += batch) {
    const end = Math.min(start + batch, samples)
    const scale = 1 / (end - start)
    g.fill(0)
    for (let s = start; s < end; s++) {
      const row = order[s]! * inputs
      const label = y[order[s]!]!
      for (let j = 0; j < units1; j++) h1[j] = w[b1 + j]!
      for (let i = 0; i < inputs; i++) {
        const value = x[row + i]!
        const from = i * units1
        for (let j = 0; j < units1; j++) h1[j]! += value * w[from + j]!
      }
      for (let j = 0; j < units2; j++) h2[j] = w[b2 + j]!
      for (let i = 0; i < units1; i++) {
        const value = h1[i]!
        if (value <= 0) {
          h1[i] = 0
          continue
        }
        const from = w2 + i * units2
        for (let j = 0; j < units2; j++) h2[j]! += value * w[from + j]!
      }
      for (let j = 0; j < classes; j++) out[j] = w[b3 + j]!
      for (let i = 0; i < units2; i++) {
        const value = h2[i]!
        if (value <= 0) {
          h2[i] = 0
          continue
        }
        const from = w3 + i * classes
        for (let j = 0; j < classes; j++) out[j]! += value * w[from + j]!
      }
      let sum = 0
      let best = 0
      for (let j = 0; j < classes; j++) {
        const value = 1 / (1 + Math.exp(-out[j]!))
        out[j] = value
        sum += value
        if (value > out[best]!) best = j
      }
      if (best === label) right++
      const share = out[label]! / sum
      total -= Math.log(Math.min(Math.max(share, epsilon), 1 - epsilon))
      const within = share > epsilon && share < 1 - epsilon
      for (let j = 0; j < classes; j++) {
        const value = out[j]!
        const slope = within ? 1 / sum - (j === label ? 1 / value : 0) : 0
        const delta = scale * slope * value * (1 - value)
        out[j] = delta
        g[b3 + j]! += delta
      }
      for (let i = 0; i < units2; i++) {
        const value = h2[i]!
        d2[i] = 0
        if (value <= 0) continue
        const from = w3 + i * classes
        let back = 0
        for (let j = 0; j < classes; j++) {
          const delta = out[j]!
          g[from + j]! += value * delta
          back += w[from + j]! * delta
        }
        d2[i] = back
        g[b2 + i]! += back
      }
      for (let i = 0; i < units1; i++) {
        const value = h1[i]!
        d1[i] = 0
        if (value <= 0) continue
        const from = w2 + i * units2
        let back = 0
        for (let j = 0; j < units2; j++) {
          g[from + j]! += value * d2[j]!
          back += w[from + j]! * d2[j]!
        }
        d1[i] = back
        g[b1 + i]! += back
      }
      for (let i = 0; i < inputs; i++) {
        const value = x[row + i]!
        const from = i * units1
        for (let j = 0; j < units1; j++) g[from + j]! += value * d1[j]!
      }
    }
    const step = ++state.iteration
    const alpha = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step)
    for (let i = 0; i < w.length; i++) {
      const gradient = g[i]!
      const mean = (m[i]! += (gradient - m[i]!) * (1 - beta1))
      const square = (v[i]! += (gradient * gradient - v[i]!) * (1 - beta2))
      w[i]! -= (mean * alpha) / (Math.sqrt(square) + epsilon)
    }
  }
  return { loss: total / samples, accuracy: right / samples }
}

/** The mean loss over all samples, without training. */
export function lossOf(sizes: Sizes, x: Float32Array, y: Int32Array, weights: Float32Array): number {
  const { samples } = sizes
  const order = Int32Array.from({ length: samples }, (_, index) => index)
  const zeros = () => new Float32Array(weights.length)
  const state = {
    weights: weights.slice(),
    gradients: new Float64Array(weights.length),
    means: zeros(),
    squares: zeros(),
    iteration: 0,
  }
  return trainEpoch({ ...sizes, batch: samples }, x, y, order, state, 0).loss
}
