import { ImageProblem, requireSize } from './image-problem.ts'

/** A component of a JPEG image, with its sampling factors. */
export interface JpegComponent {
  readonly id: number
  readonly h: number
  readonly v: number
}

/** Facts of a JPEG file that are known before it is decoded. */
export interface JpegHeader {
  readonly width: number
  readonly height: number
  readonly components: readonly JpegComponent[]
  /** Whether the file is in the format JFIF, in which three components are always Y, Cb and Cr. */
  readonly isJfif: boolean
  /** The segment with the camera's facts, among them the orientation. */
  readonly exif: Segment | undefined
  /** The color transform that Adobe's segment states, and the position and the end of the segment. */
  readonly adobe: (Segment & { readonly transform: number }) | undefined
}

/** The position and the end of a segment. */
export interface Segment {
  readonly start: number
  readonly end: number
}

/** Returns a file without a segment. */
export function withoutSegment(bytes: Uint8Array, { start, end }: Segment): Uint8Array {
  const rest = new Uint8Array(bytes.length - (end - start))
  rest.set(bytes.subarray(0, start))
  rest.set(bytes.subarray(end), start)
  return rest
}

/** More scans than this make a file that is slow to decode for its size. */
const maxScans = 500

/** Reads the segments of a JPEG file. Throws `ImageProblem` for damaged files, kinds that are not supported and more than `maxPixels`. */
export function readJpegHeader(bytes: Uint8Array, maxPixels: number): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let frame: Pick<JpegHeader, 'width' | 'height' | 'components'> | undefined
  let isJfif = false
  let adobe: JpegHeader['adobe']
  let exif: JpegHeader['exif']
  let scans = 0
  for (let at = 2; ; ) {
    // data of a scan, and bytes that fill gaps, are skipped up to the next marker
    while (at + 1 < bytes.length && (bytes[at] !== 0xff || isData(bytes[at + 1]!))) at++
    if (at + 1 >= bytes.length) throw new ImageProblem('ends before its last marker. It is cut off')
    const marker = bytes[at + 1]!
    if (marker === 0xd9) break
    if (at + 4 > bytes.length) throw new ImageProblem('ends within a segment. It is cut off')
    const end = at + 2 + view.getUint16(at + 2)
    if (end > bytes.length || end < at + 4) throw new ImageProblem('ends within a segment. It is cut off')
    const body = bytes.subarray(at + 4, end)
    if (marker === 0xe0 && startsWith(body, 'JFIF')) isJfif = true
    if (marker === 0xe1 && startsWith(body, 'Exif')) exif = { start: at, end }
    if (marker === 0xee && startsWith(body, 'Adobe') && body.length >= 12)
      adobe = { transform: body[11]!, start: at, end }
    if (marker === 0xda && ++scans > maxScans) throw new ImageProblem(`has more than ${maxScans} scans`)
    if (isFrame(marker)) {
      if (frame) throw new ImageProblem('has several frames, which are not supported')
      frame = readFrame(marker, body, maxPixels)
    }
    at = end
  }
  if (!frame || scans === 0) throw new ImageProblem('has no pixels')
  return { ...frame, isJfif, adobe, exif }
}

/** Whether a byte behind 0xff belongs to the data of a scan: a stuffed zero, a restart marker, or a filling byte. */
function isData(next: number): boolean {
  return next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd8) || next === 1
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}

function readFrame(marker: number, body: Uint8Array, maxPixels: number) {
  if (marker > 0xc2) throw new ImageProblem('is a lossless, hierarchical or arithmetic JPEG, which is not supported')
  if (body.length < 6) throw new ImageProblem('ends within its header. It is cut off')
  const [bits, height, width, count] = [body[0]!, body[1]! * 256 + body[2]!, body[3]! * 256 + body[4]!, body[5]!]
  if (bits !== 8) throw new ImageProblem(`has ${bits} bits for each color; only 8 are supported`)
  requireSize(width, height, maxPixels)
  if (![1, 3, 4].includes(count) || body.length < 6 + 3 * count)
    throw new ImageProblem(`has ${count} components; expected 1, 3 or 4`)
  const components = Array.from({ length: count }, (_, i) => {
    const factors = body[7 + 3 * i]!
    return { id: body[6 + 3 * i]!, h: factors >> 4, v: factors & 15 }
  })
  if (components.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4))
    throw new ImageProblem('has sampling factors that JPEG does not have')
  return { width, height, components }
}

function startsWith(body: Uint8Array, text: string): boolean {
  return [...text].every((character, i) => body[i] === character.charCodeAt(0))
}
