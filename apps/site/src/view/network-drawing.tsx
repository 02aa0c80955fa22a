import { useEffect, useRef } from 'preact/hooks'
import { type DenseWeights, forward, type Values } from '../arithmetic/network.ts'
import { problem, report, sample } from '../state/session.ts'
import { Connections, PixelConnections } from './network-connections.tsx'
import { type Layout, layoutOf } from './network-layout.ts'
import { Pixels, Units } from './network-units.tsx'
import { theme } from './theme.ts'
import { drawTiles } from './unit-tiles.ts'

/** The network with its weights as lines. A click on a line selects the weight; a click on a unit selects its bias. */
export function NetworkDrawing() {
  const given = report.value
  if (!given) return null
  const { network } = given
  const { batch, before } = given.record
  const index = Math.min(sample.value, batch.x.length - 1)
  const layout = layoutOf(network, problem.value)
  const values = forward(before, batch.x[index]!)
  return (
    <section class="card drawing" aria-labelledby="network-title" data-part="network">
      <h2 id="network-title">Network</h2>
      <p class="hint">
        {hints[layout.picture ? 'picture' : problem.value.inputs.length === 2 ? 'plane' : 'line']} The numbers are the
        values for sample {index + 1} of the batch.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and has to from the keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing is not a fieldset */}
      <div class="scroll" role="group" aria-labelledby="network-title" tabIndex={0}>
        <div
          class="network"
          style={{ maxWidth: `${layout.width}px`, aspectRatio: `${layout.width} / ${layout.height}` }}
        >
          <Tiles layout={layout} network={network} values={values} />
          {/* biome-ignore lint/a11y/useSemanticElements: a drawing is not a fieldset */}
          <svg viewBox={`0 0 ${layout.width} ${layout.height}`} role="group" aria-label={describe(network)}>
            <Heads layout={layout} network={network} />
            {network.map((dense, layer) =>
              layer === 0 && layout.picture ? (
                <PixelConnections key="pixels" network={network} layout={layout} />
              ) : (
                <Connections key={`${layer} ${dense.kernel.length}`} network={network} layer={layer} layout={layout} />
              ),
            )}
            {layout.picture && <Pixels layout={layout} sample={values[0]!} />}
            <Units layout={layout} network={network} values={values} />
          </svg>
        </div>
      </div>
      <p class="legend">
        Weights: <span class="line positive" /> positive <span class="line negative" /> negative (dashed); thicker is
        larger
      </p>
    </section>
  )
}

const hints = {
  plane:
    'Click a line to inspect its weight. The square of a unit shows its output over the plane: blue above 0, orange below.',
  line: 'Click a line to inspect its weight. The square of a unit shows its output from the smallest input to the largest.',
  picture:
    'Click a line or a pixel to inspect its weight into the selected unit. Squares of layer 1 show the weights of the pixels: blue above 0, orange below.',
}

interface TilesProps {
  readonly layout: Layout
  readonly network: readonly DenseWeights[]
  readonly values: Values
}

function Tiles({ layout, network, values }: TilesProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const palette = theme.value
  useEffect(() => {
    const element = canvas.current!
    const scale = Math.min(2, globalThis.devicePixelRatio || 1)
    element.width = layout.width * scale
    element.height = layout.height * scale
    const context = element.getContext('2d')!
    context.scale(scale, scale)
    drawTiles({ context, layout, network, problem: problem.value, palette }, values[0]!)
  }, [network, values[0], palette])
  return (
    <div aria-hidden="true">
      <canvas ref={canvas} />
    </div>
  )
}

/** The names of the columns. */
function Heads({ layout, network }: Omit<TilesProps, 'values'>) {
  return (
    <>
      {layout.counts.map((_, column) => {
        const { activation } = network[column - 1] ?? {}
        const name = column === 0 ? 'inputs' : column === network.length ? 'output' : `layer ${column}`
        const x = layout.picture && column === 0 ? (layout.at(0, 0).x + layout.at(0, 7).x) / 2 : layout.at(column, 0).x
        return (
          <text key={column} class="head" x={x} y={13}>
            {name}
            {activation && `: ${activation}`}
          </text>
        )
      })}
    </>
  )
}

function describe(network: readonly DenseWeights[]): string {
  const layers = network.map(({ units, activation }) => `${units} ${activation}`).join(', then ')
  return `A network of ${network[0]!.inputs} inputs, then ${layers}. The weight inspector lists every weight.`
}
