import { problem, report } from '../state/session.ts'
import { percent } from './format.ts'
import { shownSamples, wanted } from './shown-samples.ts'

/** The confusion matrix. */
export function Confusion() {
  const confusion = report.value?.[shownSamples.value].confusion
  const { outputs, data } = problem.value
  if (!confusion) return null
  const digits = data === 'digits'
  return (
    <section class={`card confusion${digits ? ' dense' : ''}`} aria-labelledby="confusion-title" data-part="confusion">
      <h2 id="confusion-title">Confusion matrix</h2>
      <label>
        Samples
        <select
          value={shownSamples.value}
          onChange={({ currentTarget }) => (shownSamples.value = currentTarget.value as 'train' | 'test')}
        >
          <option value="test">test</option>
          <option value="train">train</option>
        </select>
      </label>
      <table>
        <thead>
          <tr>
            <th scope="col">truth \ prediction</th>
            {outputs.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, truth) => (
            <tr key={outputs[truth]}>
              <th scope="row">{outputs[truth]}</th>
              {row.map((count, prediction) => (
                <Cell
                  key={outputs[prediction]}
                  count={count}
                  total={row.reduce((a, b) => a + b, 0)}
                  right={truth === prediction}
                  dense={digits}
                  select={digits ? () => show(truth, prediction) : undefined}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface CellProps {
  readonly count: number
  readonly total: number
  readonly right: boolean
  /** Whether the share is left out for lack of space. */
  readonly dense: boolean
  readonly select: (() => void) | undefined
}

function Cell({ count, total, right, dense, select }: CellProps) {
  const share = percent(total === 0 ? undefined : count / total)
  const strength = total === 0 ? 0 : count / total
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the fields above the digits do the same from the keyboard
    <td
      class={right ? 'right' : 'wrong'}
      style={{ '--share': strength }}
      title={dense ? share : undefined}
      onClick={select}
    >
      {dense ? count || '' : <b>{count}</b>} {!dense && share}
    </td>
  )
}

function show(truth: number, prediction: number): void {
  wanted.truth.value = String(truth)
  wanted.prediction.value = String(prediction)
}
