import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import { history, problem, report } from '../state/session.ts'
import { figure, percent } from './format.ts'
import { theme } from './theme.ts'

/** Loss and accuracy of the training and the test samples over the steps. */
export function Curves() {
  const log = useSignal(false)
  const { steps, trainLoss, testLoss, trainAccuracy, testAccuracy } = history.value
  const given = report.value
  return (
    <section class="card curves" aria-labelledby="curves-title" data-part="curves">
      <h2 id="curves-title">Curves</h2>
      <label class="check">
        <input
          type="checkbox"
          checked={log.value}
          onChange={({ currentTarget }) => (log.value = currentTarget.checked)}
        />
        Logarithmic loss
      </label>
      <figure>
        <Chart key={`loss ${log.value}`} columns={[steps, trainLoss, testLoss]} log={log.value} />
        <figcaption>
          Loss: train <b data-value="train-loss">{figure(given?.train.loss)}</b> (solid), test{' '}
          <b data-value="test-loss">{figure(given?.test.loss)}</b> (dashed)
        </figcaption>
      </figure>
      {problem.value.kind === 'classes' && (
        <figure>
          <Chart columns={[steps, trainAccuracy, testAccuracy]} range={[0, 1.02]} />
          <figcaption>
            Accuracy: train <b data-value="train-accuracy">{percent(given?.train.accuracy)}</b> (solid), test{' '}
            <b data-value="test-accuracy">{percent(given?.test.accuracy)}</b> (dashed)
          </figcaption>
        </figure>
      )}
    </section>
  )
}

interface ChartProps {
  readonly columns: readonly (readonly number[])[]
  readonly log?: boolean
  readonly range?: [number, number]
}

const height = 150

function Chart({ columns, log = false, range }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<UPlot | undefined>(undefined)
  const { low, high, ink, faint } = theme.value

  useEffect(() => {
    const element = place.current!
    const axis = { stroke: ink, grid: { stroke: faint, width: 1 }, ticks: { stroke: faint, width: 1 } }
    const made = new UPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { ...(log && { distr: 3 as const }), ...(range && { range }) } },
        axes: [axis, { ...axis, size: 56 }],
        series: [
          {},
          { label: 'train', stroke: low, width: 2, points: { show: false } },
          { label: 'test', stroke: high, width: 2, dash: [6, 4], points: { show: false } },
        ],
      },
      shownOf(columns, log),
      element,
    )
    chart.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
    }
  }, [low, high, ink, faint])

  useEffect(() => chart.current?.setData(shownOf(columns, log)), [columns[0]])

  return <div class="chart" ref={place} aria-hidden="true" />
}

// Zero has no logarithm, and without test samples there is no test loss.
function shownOf([steps = [], ...lines]: readonly (readonly number[])[], log: boolean): UPlot.AlignedData {
  const shown = lines.map((line) => line.map((value) => (Number.isFinite(value) && (!log || value > 0) ? value : null)))
  return [[...steps], ...shown] as UPlot.AlignedData
}
