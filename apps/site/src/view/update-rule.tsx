import type { Inspection, StepRecord } from '../arithmetic/inspect.ts'
import { momentumCoefficient } from '../arithmetic/update.ts'
import { exact, factor } from './format.ts'

const times = '\u00d7'
const minus = '\u2212'

interface Props {
  readonly seen: Inspection
  readonly record: StepRecord
}

/** The update rule of the optimizer, with the numbers of this step. */
export function UpdateRule({ seen, record }: Props) {
  return (
    <>
      <h3>3. Update</h3>
      <dl class="numbers">
        <dt>old weight</dt>
        <dd data-value="old">{exact(seen.input.weight)}</dd>
        <dt>gradient</dt>
        <dd>{exact(seen.input.gradient)}</dd>
        <dt>learning rate</dt>
        <dd>{record.learningRate}</dd>
        <dt>learning rate {times} gradient</dt>
        <dd data-value="product">{exact(record.learningRate * seen.input.gradient)}</dd>
      </dl>
      {record.optimizer === 'SGD' && <Plain seen={seen} record={record} />}
      {record.optimizer === 'Momentum' && <Momentum seen={seen} record={record} />}
      {record.optimizer === 'Adam' && <Adam seen={seen} record={record} />}
    </>
  )
}

function Plain({ seen: { input, update } }: Props) {
  return (
    <>
      <p class="formula rule">
        new = old {minus} learning rate {times} gradient
      </p>
      <p class="formula">
        new = {exact(input.weight)} {minus} {input.learningRate} {times} {factor(input.gradient)} ={' '}
        <b data-value="new">{exact(update.weight)}</b>
      </p>
    </>
  )
}

function Momentum({ seen: { input, update } }: Props) {
  return (
    <>
      <p>Momentum repeats {momentumCoefficient} of the last step and adds the step of plain gradient descent:</p>
      <p class="formula rule">
        step = {momentumCoefficient} {times} last step {minus} learning rate {times} gradient; new = old + step
      </p>
      <p class="formula">
        step = {momentumCoefficient} {times} {factor(input.momentum)} {minus} {input.learningRate} {times}{' '}
        {factor(input.gradient)} = {exact(update.step!)}
      </p>
      <p class="formula">
        new = {exact(input.weight)} + {factor(update.step!)} = <b data-value="new">{exact(update.weight)}</b>
      </p>
      <Comparison input={input} />
    </>
  )
}

function Adam({ seen: { input, update } }: Props) {
  const { momentum, velocity, rate } = update.adam!
  return (
    <>
      <p>
        Adam uses the running mean m of the gradients, divided by the square root of the running mean v of their
        squares. So each weight moves by about the learning rate, even if its gradient is small.
      </p>
      <p class="formula rule">
        new = old {minus} rate {times} m / ({'\u221a'}v + 0.0000001)
      </p>
      <p class="formula">
        m = 0.9 {times} {factor(input.momentum)} + 0.1 {times} {factor(input.gradient)} = {exact(momentum)}
      </p>
      <p class="formula">
        v = 0.999 {times} {exact(input.velocity)} + 0.001 {times} {factor(input.gradient)}² = {exact(velocity)}
      </p>
      <p class="formula">
        rate = {input.learningRate} {times} {'\u221a'}(1 {minus} 0.999^{input.iteration}) / (1 {minus} 0.9^
        {input.iteration}) = {exact(rate)}
      </p>
      <p class="formula">
        new = {exact(input.weight)} {minus} {exact(rate)} {times} {factor(momentum)} / ({exact(Math.sqrt(velocity))} +
        0.0000001) = <b data-value="new">{exact(update.weight)}</b>
      </p>
      <Comparison input={input} />
    </>
  )
}

function Comparison({ input }: { input: Inspection['input'] }) {
  return (
    <p class="hint">
      Plain gradient descent would give {exact(input.weight)} {minus} {input.learningRate} {times}{' '}
      {factor(input.gradient)} = {exact(input.weight - input.learningRate * input.gradient)}.
    </p>
  )
}
