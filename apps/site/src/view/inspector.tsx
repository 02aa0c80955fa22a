import { useSignal } from '@preact/signals'
import { measuredSlope, type WeightPlace } from '../arithmetic/gradients.ts'
import type { Inspection, StepRecord } from '../arithmetic/inspect.ts'
import { forward, lossOf } from '../arithmetic/network.ts'
import { inspection, problem, report, sample, selected } from '../state/session.ts'
import { exact, factor } from './format.ts'
import { placeName, unitName } from './names.ts'
import { Terms } from './terms.tsx'
import { UpdateRule } from './update-rule.tsx'

const minus = '\u2212'

/** One weight in the last step: its gradient, its update and the effect on the loss, in exact numbers. */
export function Inspector() {
  const given = report.value
  const seen = inspection.value
  if (!given || !seen) return null
  const { record } = given
  return (
    <section class="card inspector" aria-labelledby="inspector-title" data-part="inspector">
      <h2 id="inspector-title">Weight inspector</h2>
      <PlaceFields />
      <p class="hint">
        {record.after
          ? `Step ${record.step}, the last one, on a batch of ${record.batch.x.length}.`
          : `Step ${record.step}, the next one, on a batch of ${record.batch.x.length}.`}{' '}
        The weight is the {placeName(record.before, problem.value, selected.value)}.
      </p>
      <Loss seen={seen} record={record} />
      <Gradient seen={seen} record={record} />
      <UpdateRule seen={seen} record={record} />
      <Result seen={seen} />
    </section>
  )
}

/** Fields that choose a weight, as a click on the drawing does. */
function PlaceFields() {
  const { network } = report.value!
  const place = selected.value
  const dense = network[place.layer]
  if (!dense) return null
  const set = (changes: Partial<WeightPlace>) => {
    const next = { ...place, ...changes }
    const { inputs, units } = network[next.layer]!
    selected.value = { ...next, from: Math.min(next.from, inputs - 1), to: Math.min(next.to, units - 1) }
  }
  // without the layer, which another field names
  const name = (column: number, unit: number) =>
    unitName(network, problem.value, column, unit).replace(/^layer \d+, /, '')
  return (
    <div class="place">
      <Options
        label="Layer"
        value={place.layer}
        count={network.length}
        name={(i) => (i === network.length - 1 ? 'output' : `${i + 1}`)}
        set={(layer) => set({ layer })}
      />
      <Options
        label="From"
        value={place.from}
        count={dense.inputs}
        bias
        name={(i) => name(place.layer, i)}
        set={(from) => set({ from })}
      />
      <Options
        label="To"
        value={place.to}
        count={dense.units}
        name={(i) => name(place.layer + 1, i)}
        set={(to) => set({ to })}
      />
    </div>
  )
}

interface OptionsProps {
  readonly label: string
  readonly value: number
  readonly count: number
  readonly bias?: boolean
  readonly name: (index: number) => string
  readonly set: (value: number) => void
}

function Options({ label, value, count, bias, name, set }: OptionsProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={({ currentTarget }) => set(Number(currentTarget.value))}>
        {Array.from({ length: count }, (_, i) => (
          <option key={i} value={i}>
            {name(i)}
          </option>
        ))}
        {bias && <option value={-1}>bias</option>}
      </select>
    </label>
  )
}

interface PartProps {
  readonly seen: Inspection
  readonly record: StepRecord
}

function Loss({ seen, record }: PartProps) {
  const { before, batch } = record
  const index = Math.min(sample.value, batch.x.length - 1)
  const target = batch.y[index]!
  const output = forward(before, batch.x[index]!).at(-1)!
  const loss = exact(lossOf(before, output, target))
  return (
    <>
      <h3>1. Forward pass and loss</h3>
      {problem.value.kind === 'classes' ? (
        <>
          <p>
            The loss of a sample is {minus}log of the predicted probability of its class. Sample {index + 1} is of the
            class {problem.value.outputs[target]}:
          </p>
          <p class="formula">
            {minus}log {exact(output[target]!)} = {loss}
          </p>
        </>
      ) : (
        <>
          <p>The loss of a sample is the square of the difference between output and target. For sample {index + 1}:</p>
          <p class="formula">
            ({exact(output[0]!)} {minus} {factor(target)})² = {loss}
          </p>
        </>
      )}
      <p>The mean over the batch is</p>
      <p class="formula">
        loss before = <b data-value="loss-before">{exact(seen.lossBefore)}</b>
      </p>
    </>
  )
}

function Gradient({ seen, record }: PartProps) {
  const count = seen.terms.length
  return (
    <>
      <h3>2. Gradient</h3>
      <p>
        The derivative of the loss with respect to this weight. Each sample adds a term: the input of the connection,
        times the derivative of the loss with respect to the weighted sum of the unit that it leads to.
      </p>
      <p class="formula">
        gradient = (sum of {count} {count === 1 ? 'term' : 'terms'}) / {count} ={' '}
        {exact(seen.terms.reduce((sum, { product }) => sum + product, 0))} / {count} ={' '}
        <b data-value="gradient">{exact(seen.input.gradient)}</b>
      </p>
      <Terms terms={seen.terms} />
      <Check record={record} gradient={seen.input.gradient} />
    </>
  )
}

/** A button that compares the gradient with a finite difference. */
function Check({ record, gradient }: { record: StepRecord; gradient: number }) {
  const checked = useSignal<{ readonly record: StepRecord; readonly place: WeightPlace } | undefined>(undefined)
  const place = selected.value
  const current = checked.value?.record === record && checked.value.place === place
  if (!current) {
    return (
      <button type="button" onClick={() => (checked.value = { record, place })}>
        Check with a finite difference
      </button>
    )
  }
  const measured = measuredSlope(record.before, record.batch, place)
  const agrees = Math.abs(measured - gradient) <= 1e-6 + 1e-4 * Math.abs(gradient)
  return (
    <p class="formula" role="status">
      (L(w + h) {minus} L(w {minus} h)) / 2h = <b data-value="measured">{exact(measured)}</b>, with h = 0.00001:{' '}
      {agrees ? 'the gradient is correct.' : 'different; the loss has a kink near this weight (relu).'}
    </p>
  )
}

function Result({ seen }: { seen: Inspection }) {
  const fell = seen.lossAfter < seen.lossBefore
  return (
    <>
      <h3>4. Effect on the loss</h3>
      <dl class="numbers">
        <dt>loss of this batch before</dt>
        <dd>{exact(seen.lossBefore)}</dd>
        <dt>if only this weight had changed</dt>
        <dd data-value="loss-this">{exact(seen.lossAfterThis)}</dd>
        <dt>after the whole step</dt>
        <dd>
          <b data-value="loss-after">{exact(seen.lossAfter)}</b> ({fell ? 'fell' : 'rose'} by{' '}
          {exact(Math.abs(seen.lossAfter - seen.lossBefore))})
        </dd>
      </dl>
      {seen.gradus !== undefined && (
        <p class="hint">
          The numbers above are computed in double precision. Gradus, on {report.value!.backend.name} in single
          precision, computed the weight <span data-value="gradus">{exact(seen.gradus)}</span>, a difference of{' '}
          {exact(Math.abs(seen.gradus - seen.update.weight))}.
        </p>
      )}
    </>
  )
}
