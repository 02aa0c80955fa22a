import { useEffect, useRef } from 'preact/hooks'
import { side } from '../problems/digits.ts'
import { channels } from './colors.ts'
import { theme } from './theme.ts'

/** The image of a digit. */
export function DigitImage({ pixels, label }: { readonly pixels: readonly number[]; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { ink } = theme.value
  useEffect(() => {
    const image = new ImageData(side, side)
    pixels.forEach((pixel, i) => image.data.set([...channels(ink), 255 * pixel], 4 * i))
    canvas.current!.getContext('2d')!.putImageData(image, 0, 0)
  }, [pixels, ink])
  return <canvas ref={canvas} class="pixels" width={side} height={side} role="img" aria-label={label} />
}
