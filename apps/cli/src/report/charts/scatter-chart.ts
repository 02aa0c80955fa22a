import { shortNumber } from '../../text/numbers.ts'
import { frameOf, roundRange, straight } from './axes.ts'
import type { Picture, Shape } from './shapes.ts'

interface ScatterOptions {
  readonly title: string
  /** The true and the predicted value of each sample. */
  readonly pairs: readonly (readonly [truth: number, prediction: number])[]
}

/** The largest number of points that are drawn. */
const maxPoints = 1500

/** Predicted against true values; on the diagonal they are equal. */
export function scatterChart({ title, pairs }: ScatterOptions): Picture {
  const finite = pairs.filter(([truth, prediction]) => Number.isFinite(truth) && Number.isFinite(prediction))
  const range = roundRange(finite.flat())
  const frame = frameOf({ title, x: range, y: range, xLabel: 'true value', yLabel: 'predicted value', height: 400 })
  const { toX, toY, width, height } = frame
  const step = Math.max(1, Math.ceil(finite.length / maxPoints))
  const shown = finite.filter((_, index) => index % step === 0)
  const dots = shown.map(
    ([truth, prediction]): Shape => ({
      kind: 'dot',
      x: toX(truth),
      y: toY(prediction),
      r: 3,
      tone: 'series-0',
      opacity: 0.45,
    }),
  )
  const diagonal = straight([toX(range[0]), toY(range[0])], [toX(range[1]), toY(range[1])], 'series-1', true)
  const { r2, meanAbsoluteError } = fitOf(finite)
  const part = step > 1 ? ` Every ${step}th of ${finite.length} samples is drawn.` : ''
  const description =
    `R² is ${shortNumber(r2)}, the mean absolute error ${shortNumber(meanAbsoluteError)}. ` +
    `On the dashed line predictions are exact.${part}`
  return {
    title,
    description,
    width,
    height,
    shapes: [...frame.shapes, diagonal, ...dots],
    table: {
      head: ['true', 'predicted'],
      rows: shown.slice(0, 200).map((pair) => pair.map(shortNumber)),
    },
  }
}

/** The coefficient of determination and the mean absolute error. */
export function fitOf(pairs: readonly (readonly [truth: number, prediction: number])[]): {
  readonly r2: number
  readonly meanAbsoluteError: number
} {
  const mean = pairs.reduce((sum, [truth]) => sum + truth, 0) / pairs.length
  let [squares, spread, absolute] = [0, 0, 0]
  for (const [truth, prediction] of pairs) {
    squares += (truth - prediction) ** 2
    spread += (truth - mean) ** 2
    absolute += Math.abs(truth - prediction)
  }
  return { r2: 1 - squares / spread, meanAbsoluteError: absolute / pairs.length }
}
