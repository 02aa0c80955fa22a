/** The error function, within 1e-15 of the true value everywhere, and relatively so near 0. */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size < 1) return x * erfSeries(x * x)
  if (size < 6) return Math.sign(x) * (1 - Math.exp(-x * x) * scaledErfc(size))
  return Number.isNaN(x) ? x : Math.sign(x)
}

/** erf(x) / x for x² < 1: the Taylor series 2/√π Σ (-x²)^n / (n! (2n + 1)); its terms alternate and fall quickly. */
function erfSeries(square: number): number {
  let sum = 0
  for (let n = erfDenominators.length - 1; n >= 0; n--) sum = 1 / erfDenominators[n] - square * sum
  return twoOverRootPi * sum
}

const twoOverRootPi = 1.1283791670955126

/** n! (2n + 1). */
const erfDenominators: readonly number[] = [
  1, 3, 10, 42, 216, 1320, 9360, 75600, 685440, 6894720, 76204800, 918086400, 11975040000, 168129561600, 2528170444800,
  40537905408000, 690452066304000, 12449059983360000, 236887827111936000,
]

/**
 * exp(x²) erfc(x) for 1 <= x <= 6. The function is nearly straight in t = 1 / (x + 2), so a polynomial through the
 * Chebyshev points of t's range, mapped to -1..1, agrees to 18 digits.
 */
function scaledErfc(x: number): number {
  const u = 9.6 / (x + 2) - 2.2
  let sum = 0
  for (let n = erfcCoefficients.length - 1; n >= 0; n--) sum = erfcCoefficients[n] + u * sum
  return sum
}

const erfcCoefficients: readonly number[] = [
  0.2214295402299318, 0.16189356804102498, 0.038560570425182406, 0.005588816281839573, 0.0001971391777283487,
  -8.079220426243645e-5, -7.340517941415228e-6, 1.9795618158539775e-6, 1.6349938614647468e-7, -7.005318546704507e-8,
  -5.886316438866986e-10, 2.6240024103160866e-9, -2.6866737279095447e-10, -7.360635504868664e-11,
  2.2116545307548472e-11, -1.3919347826387398e-13, -9.321424201169892e-13, 1.4495643113419578e-13,
]

/** The nearest whole number, the even one of two that are equally near. */
export function roundHalfToEven(x: number): number {
  return x - Math.floor(x) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)
}

/** `x` to the power `y` as IEEE 754 defines it; JavaScript gives NaN where C and NumPy give 1. */
export function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY)) return 1
  return x ** y
}

/** The remainder with the sign of the divisor. */
export function modulo(x: number, divisor: number): number {
  const remainder = x % divisor
  return remainder !== 0 && remainder < 0 !== divisor < 0 ? remainder + divisor : remainder
}
