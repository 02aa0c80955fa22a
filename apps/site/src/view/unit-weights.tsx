import { useEffect, useRef } from 'preact/hooks'
import { side } from '../problems/digits.ts'
import { problem, report, selected } from '../state/session.ts'
import { exact } from './format.ts'
import { unitName } from './names.ts'
import { theme } from './theme.ts'
import { signedImage } from './unit-tiles.ts'

/** The weights of all pixels into one unit of the first layer, as an image. A click selects one of them. */
export function UnitWeights() {
  const canvas = useRef<HTMLCanvasElement>(null)
  const network = report.value?.network
  const { layer, from, to } = selected.value
  const unit = layer === 0 ? to : 0
  const palette = theme.value
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context || !network) return
    const { kernel, units, inputs } = network[0]!
    context.clearRect(0, 0, side, side)
    context.drawImage(
      signedImage(
        Array.from({ length: inputs }, (_, input) => kernel[input * units + unit]!),
        side,
        palette,
      ),
      0,
      0,
    )
  }, [network, unit, palette])
  if (!network) return null
  const name = unitName(network, problem.value, 1, unit)
  const chosen = layer === 0 && from >= 0 ? from : undefined
  const percent = (cell: number) => `${(100 * cell) / side}%`
  return (
    <div class="unit-weights">
      <div class="weights-frame">
        <canvas
          ref={canvas}
          class="pixels"
          width={side}
          height={side}
          role="img"
          aria-label={`Weights of the pixels into ${name}`}
          onClick={({ currentTarget, clientX, clientY }) => {
            const { left, top, width, height } = currentTarget.getBoundingClientRect()
            const cell = (share: number) => Math.min(side - 1, Math.max(0, Math.floor(share * side)))
            const pixel = cell((clientY - top) / height) * side + cell((clientX - left) / width)
            selected.value = { layer: 0, from: pixel, to: unit }
          }}
        />
        {chosen !== undefined && (
          <i style={{ left: percent(chosen % side), top: percent(Math.floor(chosen / side)) }} aria-hidden="true" />
        )}
      </div>
      <p class="hint">
        The weight of every pixel into {name}, blue above 0 and orange below. Click a pixel to inspect its weight
        {chosen === undefined ? '.' : `; ${problem.value.inputs[chosen]} has ${exact(weightOf(chosen))}.`}
      </p>
    </div>
  )

  function weightOf(pixel: number): number {
    const { kernel, units } = network![0]!
    return kernel[pixel * units + unit]!
  }
}
