/** A part of an image in pixels, which may go beyond the image. */
export interface Frame {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

interface Size {
  readonly height: number
  readonly width: number
}

/** How an image is brought to the aspect ratio of its target. */
export type Fit = 'stretch' | 'crop' | 'pad'

/**
 * Returns the part of an image that is resized to `target`: all of it, the largest part in its middle with the aspect ratio of the
 * target, or the image with equal margins on two sides.
 */
export function frameOf({ height, width }: Size, target: Size, fit: Fit): Frame {
  const fullHeight = Math.trunc((width * target.height) / target.width)
  const fullWidth = Math.trunc((height * target.width) / target.height)
  if (fit === 'crop') {
    const inner = {
      height: Math.max(Math.min(height, fullHeight), 1),
      width: Math.max(Math.min(width, fullWidth), 1),
    }
    return { ...inner, top: Math.trunc((height - inner.height) / 2), left: Math.trunc((width - inner.width) / 2) }
  }
  const top = fit === 'pad' ? Math.trunc((Math.max(height, fullHeight) - height) / 2) : 0
  const left = fit === 'pad' && top === 0 ? Math.trunc((Math.max(width, fullWidth) - width) / 2) : 0
  return { top: 0 - top, left: 0 - left, height: height + 2 * top, width: width + 2 * left }
}
