import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { halfWidth } from '../problems/generators.ts'
import { limits } from '../settings/settings.ts'
import { change, problem, report, settings } from '../state/session.ts'
import { figure, percent } from './format.ts'
import { drawingSize, drawLine, drawPlane, pointAt } from './plane.ts'
import { theme } from './theme.ts'

/** The boundary between the classes, or the fitted curve. */
export function Boundary() {
  const canvas = useRef<HTMLCanvasElement>(null)
  const label = useSignal(0)
  const { kind, inputs } = problem.value
  const own = problem.value.data === 'own'
  const network = report.value?.network
  const palette = theme.value

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const scale = Math.min(2, globalThis.devicePixelRatio || 1)
    canvas.current!.width = canvas.current!.height = drawingSize * scale
    context.scale(scale, scale)
    const draw = inputs.length === 2 ? drawPlane : drawLine
    draw(context, network, problem.value, palette)
  }, [network, problem.value, palette])

  const add = (x: number, y: number, otherClass: boolean) => {
    const { points } = settings.value
    if (points.length >= limits.points) return
    void change({ points: [...points, [x, y, otherClass ? 1 - label.value : label.value]] })
  }
  return (
    <section class="card boundary" aria-labelledby="boundary-title" data-part="boundary">
      <h2 id="boundary-title">{kind === 'classes' ? 'Decision boundary' : 'Fitted curve'}</h2>
      <canvas
        ref={canvas}
        class={own ? 'editable' : ''}
        role="img"
        aria-label={describe()}
        onClick={(event) => {
          if (!own) return
          const { left, top, width, height } = event.currentTarget.getBoundingClientRect()
          add(...pointAt((event.clientX - left) / width, (event.clientY - top) / height), event.shiftKey)
        }}
      />
      <Axis />
      {own && <OwnPoints label={label} add={(x, y) => add(x, y, false)} />}
    </section>
  )
}

function Axis() {
  const { data } = problem.value
  if (data === 'side-effects') {
    return (
      <p class="hint">
        Horizontal: age, 13 to 100. Vertical: the predicted probability of side effects (line) and the samples (circles:
        none, squares: side effects; hollow: test).
      </p>
    )
  }
  if (data === 'curve')
    return <p class="hint">The line is the output of the network; hollow points are test samples.</p>
  return <p class="hint">Circles are class blue, squares class orange; hollow points are test samples.</p>
}

function describe(): string {
  const { kind, train, test } = problem.value
  const given = report.value
  const samples = `${train.y.length} samples to train on and ${test.y.length} to test`
  if (!given) return samples
  return kind === 'classes'
    ? `${samples}. The network predicts ${percent(given.train.accuracy)} of the former and ${percent(given.test.accuracy)} of the latter correctly.`
    : `${samples}. The mean squared error is ${figure(given.train.loss)} on the former and ${figure(given.test.loss)} on the latter.`
}

function OwnPoints({ label, add }: { label: { value: number }; add: (x: number, y: number) => void }) {
  const x = useSignal(0)
  const y = useSignal(0)
  const coordinate = (name: string, value: { value: number }) => (
    <label>
      {name}
      <input
        type="number"
        min={-halfWidth}
        max={halfWidth}
        step={0.1}
        value={value.value}
        onChange={({ currentTarget }) => (value.value = currentTarget.valueAsNumber || 0)}
      />
    </label>
  )
  return (
    <div class="own">
      <p class="hint">Click into the plane to add points; hold Shift for the other class.</p>
      <label>
        Class
        <select value={label.value} onChange={({ currentTarget }) => (label.value = Number(currentTarget.value))}>
          <option value={0}>blue</option>
          <option value={1}>orange</option>
        </select>
      </label>
      {coordinate('x', x)}
      {coordinate('y', y)}
      <button type="button" onClick={() => add(x.value, y.value)}>
        Add point
      </button>
      <button type="button" onClick={() => void change({ points: [] })}>
        Remove all
      </button>
    </div>
  )
}
