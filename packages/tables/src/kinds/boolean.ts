import { textOf } from '../cell.ts'
import { type ColumnKind, type ColumnState, describeFill, isNumber, unscaledText } from './kind.ts'

/** How missing values of a boolean column are encoded. */
export interface BooleanState extends ColumnState {
  readonly marksMissing: boolean
  readonly fill: number
}

const yes: ReadonlySet<string> = new Set(['true', 't', 'yes', 'y', 'on', '1', '1.0'])
const no: ReadonlySet<string> = new Set(['false', 'f', 'no', 'n', 'off', '0', '0.0'])

/** Yes or no. One number, 1 or 0, and one more that tells whether the value is missing if some were missing in training. */
export const boolean: ColumnKind<boolean, BooleanState> = {
  name: 'boolean',
  likelihood: ({ truths, booleans, numbers, count }) =>
    truths === count || (booleans === count && numbers < count) ? 0.9 : 0,
  isState: ({ marksMissing, fill }) => typeof marksMissing === 'boolean' && isNumber(fill),
  expected: () => 'true, false, yes, no, 1 or 0',
  read(cell) {
    const text = textOf(cell).toLowerCase()
    return yes.has(text) ? true : no.has(text) ? false : undefined
  },
  learn({ missing }) {
    let [count, trues, marksMissing] = [0, 0, false]
    return {
      add(value) {
        if (value === undefined) marksMissing = true
        else {
          count++
          trues += Number(value)
        }
      },
      finish() {
        const constant = typeof missing === 'object' ? Number(missing.constant) : undefined
        return { marksMissing, fill: constant ?? (count === 0 ? 0 : trues / count) }
      },
    }
  },
  describe: (state) => `0 or 1${describeFill(state)}`,
  labels: (name, { marksMissing }) => (marksMissing ? [name, `${name} is missing`] : [name]),
  encode(value, { marksMissing, fill }, out, at) {
    out[at] = value === undefined ? fill : Number(value)
    if (marksMissing) out[at + 1] = value === undefined ? 1 : 0
  },
  show: (numbers, { marksMissing }, at) =>
    marksMissing && numbers[at + 1] === 1
      ? undefined
      : (['false', 'true'][numbers[at]!] ?? unscaledText(numbers[at]!, { offset: 0, span: 1 })),
}
