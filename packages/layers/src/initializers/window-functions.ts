/** The names of the window functions, and `none`. */
export const windowChoices = [
  'hann',
  'hamming',
  'blackman',
  'blackmanharris',
  'nuttall',
  'flattop',
  'boxcar',
  'bartlett',
  'triang',
  'parzen',
  'bohman',
  'barthann',
  'cosine',
  'tukey',
  'exponential',
  'lanczos',
  'none',
] as const

export type WindowName = Exclude<(typeof windowChoices)[number], 'none'>

// the coefficients of cosines of multiples of the phase, which goes from -pi to pi
const cosineSums: { readonly [name: string]: readonly number[] | undefined } = {
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  blackmanharris: [0.35875, 0.48829, 0.14128, 0.01168],
  nuttall: [0.3635819, 0.4891775, 0.1365995, 0.0106411],
  flattop: [0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368],
}

/** Functions of the position from -1 to 1, and of the length. */
const others: { readonly [name: string]: ((x: number, length: number) => number) | undefined } = {
  boxcar: () => 1,
  bartlett: (x) => 1 - Math.abs(x),
  triang: (x, length) => 1 - (Math.abs(x) * (length - 1)) / (length + (length % 2)),
  parzen: (x, length) => {
    const t = (Math.abs(x) * (length - 1)) / length
    return Math.abs(x) <= 0.5 ? 1 - 6 * t ** 2 * (1 - t) : 2 * (1 - t) ** 3
  },
  bohman: (x) =>
    Math.abs(x) === 1
      ? 0
      : (1 - Math.abs(x)) * Math.cos(Math.PI * Math.abs(x)) + Math.sin(Math.PI * Math.abs(x)) / Math.PI,
  barthann: (x) => 0.62 - 0.24 * Math.abs(x) + 0.38 * Math.cos(Math.PI * x),
  cosine: (x, length) => Math.cos((Math.PI / 2) * x * ((length - 1) / length)),
  tukey: (x) => (Math.abs(x) <= 0.5 ? 1 : 0.5 * (1 + Math.cos(Math.PI * (2 * Math.abs(x) - 1)))),
  exponential: (x, length) => Math.exp((-Math.abs(x) * (length - 1)) / 2),
  lanczos: (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)),
}

/**
 * The values of a window function, as `scipy.signal.get_window` gives them. A periodic window is a symmetric one of one more
 * value without the last.
 */
export function windowOf(name: WindowName, length: number, periodic: boolean): number[] {
  if (length <= 1) return new Array<number>(length).fill(1)
  const whole = periodic ? length + 1 : length
  return Array.from({ length }, (_, index) => {
    const x = (2 * index) / (whole - 1) - 1
    const sum = cosineSums[name]?.reduce((total, factor, k) => total + factor * Math.cos(k * Math.PI * x), 0)
    return sum ?? others[name]!(x, whole)
  })
}
