import { useSignal } from '@preact/signals'
import { problem, report } from '../state/session.ts'
import { percent } from './format.ts'

/** How often each class was taken for which. */
export function Confusion() {
  const part = useSignal<'train' | 'test'>('test')
  const confusion = report.value?.[part.value].confusion
  const { outputs } = problem.value
  if (!confusion) return null
  return (
    <section class="card confusion" aria-labelledby="confusion-title" data-part="confusion">
      <h2 id="confusion-title">Confusion matrix</h2>
      <label>
        Samples
        <select
          value={part.value}
          onChange={({ currentTarget }) => (part.value = currentTarget.value as 'train' | 'test')}
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
          {confusion.map((row, truth) => {
            const total = row.reduce((a, b) => a + b, 0)
            return (
              <tr key={outputs[truth]}>
                <th scope="row">{outputs[truth]}</th>
                {row.map((count, prediction) => (
                  <td key={outputs[prediction]} class={truth === prediction ? 'right' : 'wrong'}>
                    <b>{count}</b> {percent(total === 0 ? undefined : count / total)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
