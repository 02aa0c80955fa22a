import type { Calibration } from '../calibration.ts'
import { frameOf, straight } from './axes.ts'
import type { Picture, Shape } from './shapes.ts'

/** A reliability diagram: the accuracy of predictions by their confidence. Of a calibrated model the bars end on the diagonal. */
export function reliabilityChart({ bins, error }: Calibration): Picture {
  const title = 'Calibration'
  const frame = frameOf({ title, x: [0, 1], y: [0, 1], xLabel: 'confidence', yLabel: 'accuracy' })
  const { toX, toY, width, height } = frame
  const bars = bins.flatMap(({ low, high, count, accuracy, confidence }): Shape[] => {
    if (count === 0) return []
    const bar = { x: toX(low) + 1, width: toX(high) - toX(low) - 2 }
    return [
      { kind: 'rect', ...bar, y: toY(accuracy), height: toY(0) - toY(accuracy), tone: 'series-0', opacity: 0.5 },
      { kind: 'dot', x: toX(confidence), y: toY(accuracy), r: 3.5, tone: 'series-0' },
    ]
  })
  const diagonal = straight([toX(0), toY(0)], [toX(1), toY(1)], 'series-1', true)
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`
  const filled = bins.filter(({ count }) => count > 0)
  const gap = filled.reduce((sum, { count, accuracy, confidence }) => sum + count * (confidence - accuracy), 0)
  const tendency =
    error < 0.02
      ? 'the confidence is close to the accuracy'
      : gap > 0
        ? 'the model is overconfident'
        : 'the model is underconfident'
  return {
    title,
    description:
      `Expected calibration error: ${percent(error)}; ${tendency}. ` +
      'A bar is the part of right predictions among those of that confidence; the dashed line is perfect calibration.',
    width,
    height,
    shapes: [...frame.shapes, ...bars, diagonal],
    table: {
      head: ['confidence', 'samples', 'mean confidence', 'accuracy'],
      rows: filled.map(({ low, high, count, confidence, accuracy }) => [
        `${low.toFixed(1)} to ${high.toFixed(1)}`,
        String(count),
        percent(confidence),
        percent(accuracy),
      ]),
    },
  }
}
