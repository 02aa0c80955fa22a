import type { DenseWeights, Values } from '../arithmetic/network.ts'
import { problem, selected } from '../state/session.ts'
import { exact, short } from './format.ts'
import { unitName } from './names.ts'
import { type Layout, pixelSize, tileSize } from './network-layout.ts'

interface UnitsProps {
  readonly layout: Layout
  readonly network: readonly DenseWeights[]
  readonly values: Values
}

/** The units as squares with their values. A click selects the bias. */
export function Units({ layout, network, values }: UnitsProps) {
  const { counts } = layout
  return (
    <>
      {counts.map((count, column) => {
        if (column === 0 && layout.picture) return null
        return Array.from({ length: count }, (_, unit) => (
          <Unit
            key={`${column}-${unit}`}
            position={layout.at(column, unit)}
            value={values[column]![unit]!}
            name={unitName(network, problem.value, column, unit)}
            named={column === counts.length - 1}
            barred={layout.picture && column === counts.length - 1}
            place={column > 0 ? { layer: column - 1, to: unit } : undefined}
          />
        ))
      })}
    </>
  )
}

interface UnitProps {
  readonly position: { readonly x: number; readonly y: number }
  readonly value: number
  readonly name: string
  readonly named: boolean
  /** Whether the value, from 0 to 1, is shown as a bar. */
  readonly barred: boolean
  readonly place: { readonly layer: number; readonly to: number } | undefined
}

function Unit({ position: { x, y }, value, name, named, barred, place }: UnitProps) {
  const { layer, from, to } = selected.value
  const is = place !== undefined && from < 0 && layer === place.layer && to === place.to
  const half = tileSize / 2
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the inspector has fields that do the same from the keyboard
    <g
      class={`unit${is ? ' selected' : ''}${place ? ' choosable' : ''}`}
      onClick={() => place && (selected.value = { ...place, from: -1 })}
    >
      <title>{`${name}: ${exact(value)}`}</title>
      <rect class="frame" x={x - half} y={y - half} width={tileSize} height={tileSize} rx={3} />
      {barred && Number.isFinite(value) && (
        <rect class="bar" x={x - half} y={y + half - value * tileSize} width={tileSize} height={value * tileSize} />
      )}
      <text x={x} y={y + half + 10}>
        {short(value)}
      </text>
      {named && (
        <text class="name" x={x + half + 7} y={y + 4}>
          {name}
        </text>
      )}
    </g>
  )
}

/** The pixels of the input. A click selects the weight from the pixel into the selected unit. */
export function Pixels({ layout, sample }: { readonly layout: Layout; readonly sample: ArrayLike<number> }) {
  const { layer, from, to } = selected.value
  const target = layer === 0 ? to : 0
  return (
    <g>
      {Array.from(sample, (value, pixel) => {
        const { x, y } = layout.at(0, pixel)
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the inspector has fields that do the same from the keyboard
          <rect
            key={pixel}
            class={`pixel${layer === 0 && from === pixel ? ' selected' : ''}`}
            data-pixel={pixel}
            x={x - pixelSize / 2}
            y={y - pixelSize / 2}
            width={pixelSize}
            height={pixelSize}
            onClick={() => (selected.value = { layer: 0, from: pixel, to: target })}
          >
            <title>{`${problem.value.inputs[pixel]}: ${short(value)}`}</title>
          </rect>
        )
      })}
    </g>
  )
}
