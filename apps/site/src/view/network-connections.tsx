import type { WeightPlace } from '../arithmetic/gradients.ts'
import { weightAt } from '../arithmetic/gradients.ts'
import type { DenseWeights } from '../arithmetic/network.ts'
import { problem, selected } from '../state/session.ts'
import { exact } from './format.ts'
import { placeName } from './names.ts'
import type { Layout } from './network-layout.ts'

interface ConnectionsProps {
  readonly network: readonly DenseWeights[]
  readonly layer: number
  readonly layout: Layout
}

// `share` is the absolute weight divided by the largest of the layer.
const thickness = (share: number) => 0.5 + 4 * share
const opacity = (share: number) => 0.3 + 0.7 * share

/** The weights of a layer as lines. */
export function Connections({ network, layer, layout }: ConnectionsProps) {
  const { kernel, units } = network[layer]!
  const most = Math.max(...Array.from(kernel, Math.abs)) || 1
  const chosen = selected.value
  return (
    <g>
      {Array.from(kernel, (weight, index) => {
        const place = { layer, from: Math.floor(index / units), to: index % units }
        const [a, b] = [layout.leaves(layer, place.from), layout.arrives(layer + 1, place.to)]
        const ends = { x1: a.x, y1: a.y, x2: b.x, y2: b.y }
        const is = chosen.layer === layer && chosen.from === place.from && chosen.to === place.to
        const share = Math.abs(weight) / most
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the inspector has fields that do the same from the keyboard
          <g
            class="connection"
            key={index}
            data-weight={`${layer}-${place.from}-${place.to}`}
            onClick={() => (selected.value = place)}
          >
            <title>{`${placeName(network, problem.value, place)}: ${exact(weight)}`}</title>
            {is && <line {...ends} class="halo" stroke-width={thickness(share) + 7} />}
            <line
              {...ends}
              class={weight < 0 ? 'negative' : 'positive'}
              stroke-width={thickness(share)}
              opacity={is ? 1 : opacity(share)}
            />
            <line {...ends} class="target" stroke-width={9} />
          </g>
        )
      })}
    </g>
  )
}

/** The weights of pixels: one line for all weights into a unit, and one for the selected weight. */
export function PixelConnections({ network, layout }: Omit<ConnectionsProps, 'layer'>) {
  const chosen = selected.value
  const { units } = network[0]!
  return (
    <g>
      {Array.from({ length: units }, (_, to) => {
        const [a, b] = [layout.leaves(0, 0), layout.arrives(1, to)]
        const ends = { x1: a.x, y1: a.y, x2: b.x, y2: b.y }
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the inspector has fields that do the same from the keyboard
          <g
            class="connection"
            key={to}
            data-weight={`0-all-${to}`}
            onClick={() => (selected.value = strongest(network[0]!, to))}
          >
            <title>{`The largest weight into layer 1, unit ${to + 1}`}</title>
            <line {...ends} class="bundle" stroke-width={1} />
            <line {...ends} class="target" stroke-width={9} />
          </g>
        )
      })}
      {chosen.layer === 0 && chosen.from >= 0 && <ChosenPixel network={network} layout={layout} place={chosen} />}
    </g>
  )
}

function ChosenPixel({ network, layout, place }: Omit<ConnectionsProps, 'layer'> & { readonly place: WeightPlace }) {
  const weight = weightAt(network, place)
  const share = Math.abs(weight) / (Math.max(...Array.from(network[0]!.kernel, Math.abs)) || 1)
  const [a, b] = [layout.at(0, place.from), layout.arrives(1, place.to)]
  const ends = { x1: a.x, y1: a.y, x2: b.x, y2: b.y }
  return (
    <g class="chosen-pixel">
      <line {...ends} class="halo" stroke-width={thickness(share) + 6} />
      <line {...ends} class={weight < 0 ? 'negative' : 'positive'} stroke-width={thickness(share)} />
    </g>
  )
}

function strongest({ kernel, units, inputs }: DenseWeights, to: number): WeightPlace {
  const sizes = Array.from({ length: inputs }, (_, from) => Math.abs(kernel[from * units + to]!))
  return { layer: 0, from: sizes.indexOf(Math.max(...sizes)), to }
}
