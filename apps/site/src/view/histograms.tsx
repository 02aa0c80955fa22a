import { computed } from '@preact/signals'
import { allGradients } from '../arithmetic/gradients.ts'
import { report } from '../state/session.ts'
import { figure } from './format.ts'

const bins = 24

interface Histogram {
  readonly name: string
  readonly counts: readonly number[]
  readonly low: number
  readonly high: number
}

const histograms = computed((): readonly { readonly weights: Histogram; readonly gradients: Histogram }[] => {
  const given = report.value
  if (!given) return []
  const { before, batch } = given.record
  const gradients = allGradients(before, batch)
  return given.network.map((dense, layer) => {
    const name = layer === given.network.length - 1 ? 'output layer' : `layer ${layer + 1}`
    const slopes = gradients[layer]!
    return {
      weights: histogramOf(`Weights of ${name}`, [...Array.from(dense.kernel), ...Array.from(dense.bias)]),
      gradients: histogramOf(`Gradients of ${name}`, [...slopes.kernel, ...slopes.bias]),
    }
  })
})

/** Histograms of the weights and of the gradients of the last batch, layer by layer. */
export function Histograms() {
  return (
    <section class="card histograms" aria-labelledby="histograms-title" data-part="histograms">
      <h2 id="histograms-title">Weights and gradients</h2>
      <div class="rows">
        {histograms.value
          .flatMap(({ weights, gradients }) => [weights, gradients])
          .map((histogram) => (
            <Bars key={histogram.name} {...histogram} />
          ))}
      </div>
    </section>
  )
}

function Bars({ name, counts, low, high }: Histogram) {
  const most = Math.max(...counts, 1)
  const zero = low < 0 && high > 0 ? (-low / (high - low)) * bins : undefined
  return (
    <figure>
      <svg
        viewBox={`0 0 ${bins} 10`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: from ${figure(low)} to ${figure(high)}`}
      >
        {counts.map((count, i) => (
          <rect key={i} x={i + 0.08} y={10 - (10 * count) / most} width={0.84} height={(10 * count) / most} />
        ))}
        {zero !== undefined && <line x1={zero} x2={zero} y1={0} y2={10} />}
      </svg>
      <figcaption>
        {name}: {figure(low)} to {figure(high)}
      </figcaption>
    </figure>
  )
}

function histogramOf(name: string, values: readonly number[]): Histogram {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const counts = new Array<number>(bins).fill(0)
  const width = (high - low) / bins || 1
  for (const value of values) counts[Math.min(bins - 1, Math.floor((value - low) / width))]!++
  return { name, counts, low, high }
}
