import type { Signal } from '@preact/signals'
import { forward } from '../arithmetic/network.ts'
import type { Samples } from '../problems/problem.ts'
import { problem, report } from '../state/session.ts'
import { DigitImage } from './digit-image.tsx'
import { shownSamples, wanted } from './shown-samples.ts'
import { UnitWeights } from './unit-weights.tsx'

/** The largest number of digits shown. */
const maxShown = 24

interface Guess {
  readonly index: number
  readonly truth: number
  readonly prediction: number
}

/** Samples with the predictions of the network, and the weights of one of its units as an image. */
export function Digits() {
  const samples = problem.value[shownSamples.value]
  const guesses = report.value ? guess(samples).filter(isWanted) : []
  const names = problem.value.outputs
  return (
    <section class="card digits" aria-labelledby="digits-title" data-part="boundary">
      <h2 id="digits-title">Digits and predictions</h2>
      <div class="buttons">
        <Choice label="Digit" value={wanted.truth} options={['any', ...names]} />
        <Choice label="Predicted as" value={wanted.prediction} options={['any', 'wrong', ...names]} />
      </div>
      <ul>
        {guesses.slice(0, maxShown).map(({ index, truth, prediction }) => {
          const right = truth === prediction
          return (
            <li key={index} class={right ? 'right' : 'wrong'}>
              <DigitImage pixels={samples.x[index]!} label={`Digit ${truth}, predicted as ${prediction}`} />
              <span aria-hidden="true">{right ? prediction : `${truth} \u2192 ${prediction}`}</span>
            </li>
          )
        })}
      </ul>
      <p class="hint">
        {guesses.length} of {samples.y.length} {shownSamples.value} samples
        {guesses.length > maxShown && `, the first ${maxShown} shown`}. {legend}
      </p>
      <UnitWeights />
    </section>
  )
}

const legend =
  '3 \u2192 8 is a 3 that was predicted as an 8. A click on a cell of the confusion matrix shows its digits.'

function guess({ x, y }: Samples): Guess[] {
  const { network } = report.value!
  return x.map((sample, index) => {
    const output = Array.from(forward(network, sample).at(-1)!)
    return { index, truth: y[index]!, prediction: output.indexOf(Math.max(...output)) }
  })
}

function isWanted({ truth, prediction }: Guess): boolean {
  const [digit, taken] = [wanted.truth.value, wanted.prediction.value]
  if (digit !== 'any' && Number(digit) !== truth) return false
  return taken === 'any' || (taken === 'wrong' ? prediction !== truth : Number(taken) === prediction)
}

interface ChoiceProps {
  readonly label: string
  readonly value: Signal<string>
  readonly options: readonly string[]
}

function Choice({ label, value, options }: ChoiceProps) {
  return (
    <label>
      {label}
      <select value={value.value} onChange={({ currentTarget }) => (value.value = currentTarget.value)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  )
}
