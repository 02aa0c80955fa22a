import type { WeightPlace } from '../arithmetic/gradients.ts'
import { type DenseWeights, forward } from '../arithmetic/network.ts'
import { problem, report, sample, selected } from '../state/session.ts'
import { exact, short } from './format.ts'
import { placeName, unitName } from './names.ts'

const rowHeight = 44
const columnWidth = 130
const margin = 34

interface Position {
  readonly x: number
  readonly y: number
}

/** The network with its weights as lines. A click on a line selects that weight, on a unit its bias. */
export function NetworkDrawing() {
  const given = report.value
  if (!given) return null
  const { network } = given
  const { batch, before } = given.record
  const index = Math.min(sample.value, batch.x.length - 1)
  const values = forward(before, batch.x[index]!)
  const counts = [network[0]!.inputs, ...network.map(({ units }) => units)]
  const height = Math.max(...counts) * rowHeight + 20
  const width = (counts.length - 1) * columnWidth + 2 * margin + 90
  const at = (column: number, unit: number): Position => ({
    x: margin + column * columnWidth,
    y: height / 2 + (unit - (counts[column]! - 1) / 2) * rowHeight,
  })
  return (
    <section class="card drawing" aria-labelledby="network-title" data-part="network">
      <h2 id="network-title">Network</h2>
      <p class="hint">
        Click a line to inspect its weight. In the circles: what sample {index + 1} of the batch gave in the step on
        show (forward pass).
      </p>
      <div class="scroll">
        {/* biome-ignore lint/a11y/useSemanticElements: a drawing is not a fieldset */}
        <svg
          viewBox={`0 0 ${width} ${height}`}
          style={{ maxWidth: `${width}px` }}
          role="group"
          aria-label={describe(network)}
        >
          {network.map((dense, layer) => (
            <Lines
              key={counts.slice(layer, layer + 2).join()}
              dense={dense}
              layer={layer}
              at={at}
              name={(place) => placeName(network, problem.value, place)}
            />
          ))}
          {counts.map((count, column) =>
            Array.from({ length: count }, (_, unit) => (
              <Unit
                key={`${column}-${unit}`}
                position={at(column, unit)}
                value={values[column]![unit]!}
                name={unitName(network, problem.value, column, unit)}
                labelled={column === counts.length - 1}
                select={column > 0 ? { layer: column - 1, from: -1, to: unit } : undefined}
              />
            )),
          )}
        </svg>
      </div>
      <p class="legend">
        <span class="line positive" /> positive <span class="line negative" /> negative (dashed); thicker is larger
      </p>
    </section>
  )
}

interface LinesProps {
  readonly dense: DenseWeights
  readonly layer: number
  readonly at: (column: number, unit: number) => Position
  readonly name: (place: WeightPlace) => string
}

function Lines({ dense, layer, at, name }: LinesProps) {
  const chosen = selected.value
  return (
    <g>
      {Array.from(dense.kernel, (weight, index) => {
        const place = { layer, from: Math.floor(index / dense.units), to: index % dense.units }
        const [a, b] = [at(layer, place.from), at(layer + 1, place.to)]
        const ends = { x1: a.x, y1: a.y, x2: b.x, y2: b.y }
        const is = chosen.layer === layer && chosen.from === place.from && chosen.to === place.to
        const width = 0.6 + Math.min(6, 2.5 * Math.abs(weight))
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the inspector has fields that do the same from the keyboard
          <g
            class="connection"
            key={index}
            data-weight={`${layer}-${place.from}-${place.to}`}
            onClick={() => (selected.value = place)}
          >
            <title>{`${name(place)}: ${exact(weight)}`}</title>
            {is && <line {...ends} class="halo" stroke-width={width + 7} />}
            <line {...ends} class={weight < 0 ? 'negative' : 'positive'} stroke-width={width} />
            <line {...ends} class="target" stroke-width={9} />
          </g>
        )
      })}
    </g>
  )
}

interface UnitProps {
  readonly position: Position
  readonly value: number
  readonly name: string
  readonly labelled: boolean
  readonly select: WeightPlace | undefined
}

function Unit({ position: { x, y }, value, name, labelled, select }: UnitProps) {
  const { layer, from, to } = selected.value
  const is = select !== undefined && from < 0 && layer === select.layer && to === select.to
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the inspector has fields that do the same from the keyboard
    <g class={`unit${is ? ' selected' : ''}`} onClick={() => select && (selected.value = select)}>
      <title>{`${name}: ${exact(value)}`}</title>
      <circle cx={x} cy={y} r={17} />
      <text x={x} y={y + 4}>
        {short(value)}
      </text>
      {labelled && (
        <text class="name" x={x + 23} y={y + 4}>
          {name}
        </text>
      )}
    </g>
  )
}

function describe(network: readonly DenseWeights[]): string {
  const layers = network.map(({ units, activation }) => `${units} ${activation}`).join(', then ')
  return `A network of ${network[0]!.inputs} inputs, then ${layers}. The weight inspector lists every weight.`
}
