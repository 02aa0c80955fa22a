/** The weight of a pixel by its distance, and the distance from which it is 0. */
export interface Filter {
  readonly radius: number
  readonly weigh: (distance: number) => number
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

const triangle: Filter = { radius: 1, weigh: (x) => 1 - x }
const lanczos = (radius: number): Filter => ({ radius, weigh: (x) => sinc(x) * sinc(x / radius) })

/** The cubic filters of Mitchell and Netravali (1988); B = 0 and C = 0.5 are the one of Keys (1981). */
const cubic = (b: number, c: number): Filter => ({
  radius: 2,
  weigh: (x) =>
    x < 1
      ? ((12 - 9 * b - 6 * c) * x ** 3 + (-18 + 12 * b + 6 * c) * x ** 2 + (6 - 2 * b)) / 6
      : ((-b - 6 * c) * x ** 3 + (6 * b + 30 * c) * x ** 2 + (-12 * b - 48 * c) * x + (8 * b + 24 * c)) / 6,
})

const keys = /* @__PURE__ */ (() => cubic(0, 0.5))()

/** The filters of `imageDatasetFromDirectory`. */
export const filters = /* @__PURE__ */ (() =>
  ({
    bilinear: triangle,
    bicubic: keys,
    lanczos3: lanczos(3),
    lanczos5: lanczos(5),
    gaussian: { radius: 1.5, weigh: (x) => Math.exp(-2 * x * x) },
    mitchellcubic: cubic(1 / 3, 1 / 3),
  }) satisfies Readonly<Record<string, Filter>>)()

/** The filters of `loadImg`. */
export const loadingFilters = /* @__PURE__ */ (() =>
  ({
    bilinear: triangle,
    bicubic: keys,
    hamming: { radius: 1, weigh: (x) => sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x)) },
    box: { radius: 0.5, weigh: () => 1 },
    lanczos: lanczos(3),
  }) satisfies Readonly<Record<string, Filter>>)()
