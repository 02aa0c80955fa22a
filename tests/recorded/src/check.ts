import { sameShape, Tensor } from '@gradus/tensor'
import type { Deviation } from './outcome.ts'
import type { CaseBase, Recorded } from './recorded.ts'

// Messages of the engine, which come from mistakes in the code and not from checks of arguments.
const accident = /^Cannot (read|set|destructure)|is not (a function|iterable|defined|a constructor)/

type Numbers = ArrayLike<number | string | boolean>

export interface Leniency {
  /** A factor for the tolerance (default 1). */
  readonly slack?: number
  /** The share of the values that may deviate by up to a hundredth of the largest value (default 0). */
  readonly exceptions?: number
}

/** Compares results with recorded values and collects the deviations. */
export class Check {
  readonly deviations: Deviation[] = []
  readonly missing: string[] = []

  /** `folder` is that of the recorded values, in which a case may have files. */
  constructor(
    private readonly entry: CaseBase,
    readonly folder = '',
  ) {}

  /** Compares a tensor or numbers with a recorded tensor. `field` starts with a key of the case: `outputs[0]`. */
  async close(
    field: string,
    got: Tensor | Numbers | undefined,
    expected: Recorded,
    { anyShape = false, ...leniency }: Leniency & { readonly anyShape?: boolean } = {},
  ): Promise<void> {
    if (got === undefined) {
      this.deviate(field, `a tensor of shape [${expected.shape.join(', ')}]`, 'nothing')
      return
    }
    if (got instanceof Tensor && !anyShape && !sameShape(got.shape, expected.shape)) {
      this.deviate(field, `shape [${expected.shape.join(', ')}]`, `shape [${got.shape.join(', ')}]`)
      return
    }
    this.numbers(field, got instanceof Tensor ? await got.data() : got, expected.data, leniency)
  }

  /** Compares numbers. The case has the tolerance for the field. */
  numbers(field: string, got: Numbers, expected: Numbers, { slack = 1, exceptions = 0 }: Leniency = {}): void {
    const rtol = slack * this.toleranceOf(field)
    if (got.length !== expected.length) {
      this.deviate(field, `${expected.length} values`, `${got.length} values`)
      return
    }
    const reference = Array.from(expected, Number)
    const largest = reference.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0)
    let worst: Deviation | undefined
    let left = Math.floor(exceptions * reference.length)
    reference.forEach((b, index) => {
      const a = Number(got[index])
      const allowed = rtol * Math.max(Math.abs(b), 0.1 * largest, 1e-3)
      const same = Object.is(a, b) || a === b
      const excess = same ? 0 : Number.isFinite(a) && Number.isFinite(b) ? Math.abs(a - b) / allowed : Infinity
      if (excess > 1 && Math.abs(a - b) <= 0.01 * largest && left-- > 0) return
      if (excess > 1 && excess > (worst?.excess ?? 1)) {
        worst = { field: `${field}[${index}]`, expected: String(b), got: String(a), excess }
      }
    })
    if (worst) this.deviations.push(worst)
  }

  /** Compares plain data, which must be equal. */
  equal(field: string, got: unknown, expected: unknown): void {
    const [a, b] = [JSON.stringify(got) ?? 'undefined', JSON.stringify(expected) ?? 'undefined']
    if (a !== b) this.deviate(field, ...aroundDifference(b, a))
  }

  /** Compares texts, which must be equal. */
  text(field: string, got: string, expected: string): void {
    this.equal(field, got, expected)
  }

  /** Compares a statistic of random numbers; `tolerance` is absolute. */
  near(field: string, got: number, expected: number, tolerance: number): void {
    if (Math.abs(got - expected) <= tolerance) return // false for NaN
    this.deviations.push({
      field,
      expected: `${expected} up to ${tolerance}`,
      got: String(got),
      excess: Math.abs(got - expected) / tolerance,
    })
  }

  /** Reports a deviation unless `condition` holds. */
  holds(field: string, condition: boolean, expected: string, got: unknown = 'not so'): void {
    if (!condition) this.deviate(field, expected, String(got))
  }

  /** Reports a deviation unless `body` throws an error about its arguments. Rethrows all other errors. */
  async throws(field: string, expected: string, body: () => unknown): Promise<void> {
    try {
      await body()
    } catch (error) {
      if (error instanceof Error && error.name !== 'Unsupported' && !accident.test(error.message)) return
      throw error
    }
    this.deviate(field, `an error (${expected})`, 'no error')
  }

  /** Reports a part of the case that cannot be compared yet. */
  skip(what: string): void {
    if (!this.missing.includes(what)) this.missing.push(what)
  }

  deviate(field: string, expected: string, got: string): void {
    this.deviations.push({ field, expected, got, excess: Infinity })
  }

  private toleranceOf(field: string): number {
    const key = field.replace(/[^A-Za-z0-9_].*$/s, '')
    return this.entry.rtol_by_key?.[key] ?? 1e-5
  }
}

/** The parts of two texts around the first difference. */
function aroundDifference(a: string, b: string): [string, string] {
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  const from = Math.max(0, start - 30)
  const cut = (text: string) =>
    `${from > 0 ? '...' : ''}${text.slice(from, from + 90)}${text.length > from + 90 ? '...' : ''}`
  return [cut(a), cut(b)]
}
