import type { Term } from '../arithmetic/gradients.ts'
import { sample } from '../state/session.ts'
import { exact, factor } from './format.ts'

const barHeight = 60

/** The terms of a gradient as bars, and the selected one in numbers. */
export function Terms({ terms }: { terms: readonly Term[] }) {
  const index = Math.min(sample.value, terms.length - 1)
  const term = terms[index]!
  const most = Math.max(...terms.map(({ product }) => Math.abs(product)), 1e-12)
  const width = 100 / terms.length
  return (
    <div class="terms">
      <svg viewBox={`0 0 100 ${barHeight}`} preserveAspectRatio="none" aria-hidden="true">
        <line class="axis" x1={0} x2={100} y1={barHeight / 2} y2={barHeight / 2} />
        {terms.map(({ product }, i) => {
          const height = Math.max(1, (Math.abs(product) / most) * (barHeight / 2 - 2))
          return (
            <g key={i} class={i === index ? 'chosen' : ''} onPointerEnter={() => (sample.value = i)}>
              <rect class="target" x={i * width} y={0} width={width} height={barHeight} />
              <rect
                class={product < 0 ? 'negative' : 'positive'}
                x={(i + 0.1) * width}
                y={product < 0 ? barHeight / 2 : barHeight / 2 - height}
                width={0.8 * width}
                height={height}
              />
            </g>
          )
        })}
      </svg>
      <label>
        Sample
        <input
          type="number"
          min={1}
          max={terms.length}
          value={index + 1}
          onInput={({ currentTarget }) => {
            const given = currentTarget.valueAsNumber
            if (given >= 1 && given <= terms.length) sample.value = Math.round(given) - 1
          }}
        />
      </label>
      <p class="formula">
        term {index + 1} = {exact(term.input)} {'\u00d7'} {factor(term.delta)} = {exact(term.product)}
      </p>
    </div>
  )
}
